"""What becomes of the rows of a file, many at once: by SQL where it surely says what Python says, else one by one."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from pipeline import sources, store
from pipeline.ahead import ahead
from pipeline.rows import TOUCH_SCHEMA, touch_table
from pipeline.sources.files import SPACES, Table, dated, outcomes
from pipeline.sources.frames import Frame, Keys, Way, to_path
from pipeline.touch import EARLIEST, Brand, Mapped, Outcome, Reject, called

SLICE_ROWS = 5000  # of outcomes that are held as objects
GROUP_ROWS = 122_880  # rows that DuckDB packs together
SHARED = Path(sources.__file__).with_name("texts.sql")


@dataclass(frozen=True)
class Step:
    """What became of some rows that follow each other, ``rows`` of them; touches are rows of TOUCH_SCHEMA."""

    rows: int
    touches: pa.Table
    rejects: Sequence[Reject] = field(default_factory=list)
    not_about: int = 0

    def cut(self, touches: int) -> tuple["Step", "Step"]:
        """Return the first so many touches as a step, and all else."""
        rest = Step(self.rows - touches, self.touches.slice(touches), self.rejects, self.not_about)
        return Step(touches, self.touches.slice(0, touches)), rest


def read_steps(
    name: str,
    records: sources.Records,
    brand: Brand,
    mapping: Mapping[str, str] | None = None,
    source: str = "file",
) -> Iterator[Step]:
    """Yield what becomes of the rows of a file; every row is in exactly one step, and is counted there once."""
    way = sources.find_way(name, records, brand, mapping, source)
    if way is None:
        steps = slices(sources.to_touches(name, records, brand, mapping, source))
    else:
        steps = frame_steps(way, brand)
    seen = records.seen if isinstance(records, Table) else None
    return steps if seen is None else (renumbered(step, seen) for step in steps)


def renumbered(step: Step, seen: NDArray[np.int64]) -> Step:
    """Return a step with the numbers that a person sees beside its rows; to map them, they had to be without gaps."""
    numbers = pa.array(seen[step.touches["number"].to_numpy() - 1], pa.int64())
    place = step.touches.column_names.index("number")
    return replace(
        step,
        touches=step.touches.set_column(place, step.touches.schema.field(place), numbers),
        rejects=[
            replace(reject, record=replace(reject.record, number=int(seen[reject.record.number - 1])))
            for reject in step.rejects
        ],
    )


def slices(found: Iterable[Outcome]) -> Iterator[Step]:
    """Yield outcomes in steps of SLICE_ROWS."""
    found = iter(found)
    while held := list(islice(found, SLICE_ROWS)):
        yield to_step(held)


def to_step(found: Sequence[Outcome]) -> Step:
    """Return outcomes as a step."""
    mapped = [outcome for outcome in found if isinstance(outcome, Mapped)]
    rejects = [outcome for outcome in found if isinstance(outcome, Reject)]
    return Step(len(found), touch_table(mapped), rejects, len(found) - len(mapped) - len(rejects))


def joined(steps: Sequence[Step]) -> Step:
    """Return steps as one."""
    return Step(
        rows=sum(step.rows for step in steps),
        touches=pa.concat_tables([TOUCH_SCHEMA.empty_table(), *(step.touches for step in steps)]),
        rejects=[reject for step in steps for reject in step.rejects],
        not_about=sum(step.not_about for step in steps),
    )


def in_order(steps: Sequence[Step]) -> Step:
    """Return steps as one, with its touches in the order of their rows: of two with one id the first is kept."""
    step = joined(steps)
    return step if len(steps) == 1 else replace(step, touches=step.touches.sort_by("number"))


def in_groups(step: Step) -> Step:
    """Return a step with its touches in batches of GROUP_ROWS.

    A thread of DuckDB takes a batch, and packs what it has at every GROUP_ROWS: so all groups but the last are whole.
    Those that are not are packed again, by one thread, when the transaction ends: that takes twice the time.
    """
    starts = range(0, step.touches.num_rows, GROUP_ROWS)
    batches = [step.touches.slice(start, GROUP_ROWS).combine_chunks() for start in starts]
    return replace(step, touches=pa.concat_tables([TOUCH_SCHEMA.empty_table(), *batches]))


def frame_steps(way: Way, brand: Brand) -> Iterator[Step]:
    """Yield a step for every frame of a file, with those of its rows that SQL cannot judge as ``to_outcome`` does."""
    with judging(brand, way.day_first) as con:
        for frame in ahead(way.frames):
            judged = judge(con, way, frame)
            wanted = pc.and_(judged["fits"], judged["about"])
            touches = judged if pc.all(wanted).as_py() else judged.filter(wanted)
            not_about = pc.sum(pc.and_(judged["fits"], pc.invert(judged["about"])), min_count=0).as_py()
            step = Step(touches.num_rows + not_about, to_touches(touches), not_about=not_about)
            others = pc.indices_nonzero(pc.invert(judged["fits"])).to_pylist()
            left = sorted([*frame.odd, *map(frame.record, others)], key=lambda record: record.number)
            yield in_order([step, *slices(outcomes(dated(left, way.day_first), way.to_outcome))])


@contextmanager
def judging(brand: Brand, day_first: bool | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield a connection that has what the SQL of the sources shares."""
    latest = datetime.now(UTC).replace(tzinfo=None) + timedelta(days=1)
    names = sorted(called(brand))
    variables = {"called": names, "handles": handles(names), "earliest": EARLIEST, "latest": latest}
    variables["day_first"] = bool(day_first)
    with store.scratch() as con:
        for name, value in variables.items():
            con.execute(f"set variable {name} = $value", {"value": value})
        con.execute(SHARED.read_text(encoding="utf-8"))
        yield con


def handles(names: Sequence[str]) -> str:
    """Return a regular expression of an @ with one of some names, in lower case, that nothing goes on with."""
    plain = [name for name in names if re.fullmatch("[a-z0-9_]+", name)]
    return f"@({'|'.join(plain)})([^a-z0-9_]|$)" if plain else r"[^\s\S]"


def judge(con: duckdb.DuckDBPyConnection, way: Way, frame: Frame) -> pa.Table:
    """Return what the SQL of a source says of the rows of a frame, in their order, with their payload."""
    columns = frame.columns if frame.cells is not None else with_fields(con, frame.columns, way)
    with store.incoming(con, columns):
        judged = con.sql(way.sql.read_text(encoding="utf-8"), params=dict(way.values)).to_arrow_table()
    payload = frame.columns["payload"] if frame.cells is None else to_payload(con, frame.cells, frame.header)
    return judged.append_column("payload", payload)


def with_fields(con: duckdb.DuckDBPyConnection, columns: pa.Table, way: Way) -> pa.Table:
    """Return number and payload of JSON objects with a column for the text, and one for the type, of each field."""
    if not set(way.paths).issubset(columns.column_names):
        columns = extracted(con, columns, way.paths)
    for name in set(way.paths).difference(way.as_is):
        place = columns.column_names.index(name)
        columns = columns.set_column(place, name, pc.utf8_trim(columns[name], SPACES))
    return columns


def extracted(con: duckdb.DuckDBPyConnection, columns: pa.Table, paths: Mapping[str, Keys]) -> pa.Table:
    """Return number and payload of JSON objects with the fields at some paths, as they are."""
    with store.incoming(con, columns):
        values = {"paths": [to_path(keys) for keys in paths.values()]}
        found = con.sql(store.query("json_fields"), params=values).to_arrow_table()
    for place, name in enumerate(paths):
        columns = columns.append_column(name, pc.list_element(found["texts"], place))
        columns = columns.append_column(f"{name}_type", pc.list_element(found["types"], place))
    return columns.append_column("textual", found["textual"])


def to_payload(con: duckdb.DuckDBPyConnection, cells: pa.Table, header: Sequence[str]) -> pa.ChunkedArray:
    """Return the rows of a table as JSON objects, in their order."""
    keys = {f"key{place}": column for place, column in enumerate(header)}
    pairs = ", ".join(f'$key{place}, "{place}"' for place in range(len(header)))
    with store.incoming(con, cells):
        return con.sql(f"select json_object({pairs})::varchar from incoming", params=keys).to_arrow_table()[0]


def to_touches(judged: pa.Table) -> pa.Table:
    """Return what a source's SQL gave as rows of TOUCH_SCHEMA, with null for what the source does not know."""
    there, rows = set(judged.column_names), judged.num_rows
    columns = [judged[f.name].cast(f.type) if f.name in there else pa.nulls(rows, f.type) for f in TOUCH_SCHEMA]
    return pa.table(columns, schema=TOUCH_SCHEMA)
