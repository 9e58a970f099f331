"""What becomes of the rows of a file, many at once: by SQL where it surely says what Python says, else one by one."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from pipeline import sources, store
from pipeline.sources.files import outcomes
from pipeline.sources.frames import SPACES, Frame, Way
from pipeline.store import TOUCH_SCHEMA, touch_table
from pipeline.touch import EARLIEST, Brand, Mapped, Outcome, Reject, called

SLICE_ROWS = 5000  # of outcomes that are held as objects
SHARED = Path(sources.__file__).with_name("texts.sql")


@dataclass(frozen=True)
class Step:
    """What became of some rows that follow each other, ``rows`` of them; touches are rows of TOUCH_SCHEMA."""

    rows: int
    touches: pa.Table
    rejects: Sequence[Reject] = field(default_factory=list)
    not_about: int = 0


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
        return slices(sources.to_touches(name, records, brand, mapping, source))
    return frame_steps(way, brand)


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
        touches=pa.concat_tables([touch_table([]), *(step.touches for step in steps)]),
        rejects=[reject for step in steps for reject in step.rejects],
        not_about=sum(step.not_about for step in steps),
    )


def frame_steps(way: Way, brand: Brand) -> Iterator[Step]:
    """Yield a step for every frame of a file, and further ones for those of its rows that SQL cannot judge."""
    with judging(brand) as con:
        for frame in way.frames:
            judged = judge(con, way, frame)
            touches = judged.filter(pc.and_(judged["fits"], judged["about"]))
            not_about = pc.sum(pc.and_(judged["fits"], pc.invert(judged["about"])), min_count=0).as_py()
            yield Step(touches.num_rows + not_about, to_touches(touches), not_about=not_about)
            others = pc.indices_nonzero(pc.invert(judged["fits"])).to_pylist()
            left = [*frame.odd, *(frame.record(place) for place in others)]
            yield from slices(outcomes(sorted(left, key=lambda record: record.number), way.to_outcome))


@contextmanager
def judging(brand: Brand) -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield a connection that has what the SQL of the sources shares."""
    latest = datetime.now(UTC).replace(tzinfo=None) + timedelta(days=1)
    variables = {"spaces": SPACES, "called": sorted(called(brand)), "earliest": EARLIEST, "latest": latest}
    with store.scratch() as con:
        for name, value in variables.items():
            con.execute(f"set variable {name} = $value", {"value": value})
        con.execute(SHARED.read_text(encoding="utf-8"))
        yield con


def judge(con: duckdb.DuckDBPyConnection, way: Way, frame: Frame) -> pa.Table:
    """Return what the SQL of a source says of the rows of a frame, in their order, with their payload."""
    is_json = frame.cells is None
    columns = with_fields(con, frame.columns, way.paths) if is_json else frame.columns
    with store.incoming(con, columns):
        judged = con.sql(way.sql.read_text(encoding="utf-8"), params=dict(way.values)).to_arrow_table()
    return judged.append_column("payload", frame.columns["payload"] if is_json else to_payload(con, frame))


def with_fields(con: duckdb.DuckDBPyConnection, columns: pa.Table, paths: Mapping[str, str]) -> pa.Table:
    """Return number and payload of JSON objects with a column for the text, and one for the type, of each field."""
    with store.incoming(con, columns):
        found = con.sql(store.query("json_fields"), params={"paths": list(paths.values())}).to_arrow_table()
    for place, name in enumerate(paths):
        columns = columns.append_column(name, pc.list_element(found["texts"], place))
        columns = columns.append_column(f"{name}_type", pc.list_element(found["types"], place))
    return columns.append_column("textual", found["textual"])


def to_payload(con: duckdb.DuckDBPyConnection, frame: Frame) -> pa.ChunkedArray:
    """Return the rows of a table as JSON, in their order."""
    places = {column: place for place, column in enumerate(frame.header, 1)}
    with store.incoming(con, pa.table({"cells": frame.cells})):
        values = {"keys": list(places), "places": list(places.values())}
        return con.sql(store.query("payloads"), params=values).to_arrow_table()["payload"]


def to_touches(judged: pa.Table) -> pa.Table:
    """Return what a source's SQL gave as rows of TOUCH_SCHEMA, with null for what the source does not know."""
    there, rows = set(judged.column_names), judged.num_rows
    columns = [judged[f.name].cast(f.type) if f.name in there else pa.nulls(rows, f.type) for f in TOUCH_SCHEMA]
    return pa.table(columns, schema=TOUCH_SCHEMA)
