"""What follows from the facts: derived tables computed, and copied into the file that the dashboard reads."""

import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from pipeline.contents import are_computed
from pipeline.metrics import METRICS
from pipeline.metrics.debias import LABELS
from pipeline.metrics.fewest import FEWEST
from pipeline.settings import Settings, load
from pipeline.sources import known_columns
from pipeline.store import FORM, StoreError, Workspace, connect, incoming, now, query, quoted, transaction
from pipeline.touches import any_of

# View of the journal -> the derived table that metrics find it in: the newest word on each subject that was not undone.
JOURNAL = {
    "entry_now": "entry",
    "label_now": "written_label",
    "fruit_now": "written_fruit",
    "member_now": "member",
    "contact_now": "contact",
    "merge_now": "merge",
}
TOPIC_SCHEMA = pa.schema([(name, pa.string()) for name in ("what", "of", "words")])
HANDLE_SCHEMA = pa.schema([(name, pa.string()) for name in ("brand", "handle")])
GROUP_SCHEMA = pa.schema([(name, pa.string()) for name in ("member", "what", "name")])
CARD_SCHEMA = pa.schema(
    [("label", pa.string()), ("many", pa.int64())] + [(name, pa.float64()) for name in (*LABELS, "shift", "shift_raw")]
)


@dataclass(frozen=True)
class ModelFacts:
    """What the numbers need to know of the model: what its scores are kept under, and its card's figures.

    ``card`` has a row per true label: ``label``, ``many`` texts, the mean probability of each label, and how far the
    net of a new brand is off, corrected by these (``shift``) and not (``shift_raw``); it is empty where the model has
    no card.
    """

    version: str
    card: tuple[dict[str, Any], ...] = ()


Group = tuple[str, str]  # what (kind, list, organisation, source) and its name


def relate(
    workspace: Workspace,
    settings: Settings,
    model: ModelFacts,
    as_of: datetime | None = None,
    group: Group | None = None,
) -> int:
    """Compute every metric from the facts and the journal in one transaction; return the number of relationships.

    The numbers know what happened before ``as_of``, without it all that has; they are those of a ``group`` alone, and
    without one of everybody. Raises StoreError where that leaves nothing.
    """
    from pipeline.metrics.build import build  # late, since only this needs scipy, which takes half a second

    until = now()
    written = read_journal(workspace)
    with connect(workspace.mentions) as con, transaction(con):
        settings = without_forgotten(con, settings)
        for name, table in written.items():
            keep(con, name, table)
        keep(con, "configured_group", pa.Table.from_pylist(settings.groups(), schema=GROUP_SCHEMA))
        keep(con, "configured_handle", pa.Table.from_pylist(settings.handles(), schema=HANDLE_SCHEMA))
        keep(con, "configured_topic", pa.Table.from_pylist(settings.topic_words(), schema=TOPIC_SCHEMA))
        keep(con, "card", pa.Table.from_pylist(list(model.card), schema=CARD_SCHEMA))
        con.execute(query("save_setting"), setting(settings, model.version, until, as_of, group))
        build(con, *METRICS)
        people = int(con.execute("select count(*) from derived.person").fetchall()[0][0])
        if as_of and not con.execute("select 1 from derived.ledger limit 1").fetchall():
            raise StoreError(f"nothing is known of the time before {as_of:%d %b %Y}")
        if group and not people:
            raise StoreError(f"there is nobody of {group[0]} {group[1]!r}; `metrics grouping` shows who belongs where")
        return people


def last_facts(workspace: Workspace) -> ModelFacts | None:
    """Return the model that the numbers were computed with last; None where they never were."""
    with connect(workspace.mentions) as con:
        if not are_computed(con, "setting", "card"):
            return None
        card = con.sql("select * from derived.card").to_arrow_table().to_pylist()
        return ModelFacts(con.execute("select model from derived.setting").fetchall()[0][0], tuple(card))


def read_journal(workspace: Workspace) -> dict[str, pa.Table]:
    """Return what counts of what people typed, by the derived table that it goes into."""
    with connect(workspace.journal) as con:
        return {name: con.sql(f"select * from {table}").to_arrow_table() for table, name in JOURNAL.items()}


def keep(con: duckdb.DuckDBPyConnection, name: str, table: pa.Table) -> None:
    """Put an Arrow table where metrics find it."""
    with incoming(con, table):
        con.execute(f"create or replace table derived.{name} as select * from incoming")


def without_forgotten(con: duckdb.DuckDBPyConnection, settings: Settings) -> Settings:
    """Return settings in whose lists nobody stands who was forgotten, though brand.toml may still say so."""
    if not any_of(con, "forgotten"):
        return settings
    groups, silent = ("kinds", "lists", "organisations"), ("staff", "bots")
    lists = [
        *(getattr(settings, name) for name in silent),
        *(m for name in groups for m in getattr(settings, name).values()),
    ]
    names = sorted({bare(member) for members in lists for member in members})
    with incoming(con, pa.table({"member": pa.array(names, pa.string())})):
        left = {member for (member,) in con.execute(query("members_without_forgotten")).fetchall()}

    def kept(members: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(member for member in members if bare(member) in left)

    return settings.model_copy(
        update={name: kept(getattr(settings, name)) for name in silent}
        | {name: {group: kept(of) for group, of in getattr(settings, name).items()} for name in groups}
    )


def bare(member: str) -> str:
    """Return who stands in a list of brand.toml as the numbers compare it."""
    return member.removeprefix("@").lower()


def setting(
    settings: Settings, model: str, until: datetime, as_of: datetime | None, group: Group | None
) -> dict[str, Any]:
    """Return the settings that metrics depend on, as parameters of save_setting.sql."""
    return {
        "model": model,
        "entries_until": until,
        "as_of": as_of,
        "group_what": group and group[0],
        "group_name": group and group[1],
        "own": settings.brand.key if settings.brand else None,
        "staff": [handle.lower() for handle in settings.staff],
        "bots": [handle.lower() for handle in settings.bots],
    } | settings.numbers.model_dump()


def publish(workspace: Workspace, people: str | None = None) -> None:
    """Build the dashboard's file beside the old one and swap it in one step.

    ``people`` is how much of single people it may tell: named, pseudonymous or aggregate; None: as brand.toml says.
    Whoever reads the old file keeps it whole until he opens anew; leftovers of a killed publish are removed first.
    """
    values = {"now": now(), "form": FORM, "people": people or load(workspace.folder).privacy.people}
    values |= {"columns": known_columns(), "fewest": FEWEST}
    place = workspace.published.resolve()  # a link stays one: what it led to must not be left behind
    remove_unfinished(place)
    new = place.with_name(f"published-{os.getpid()}.building")
    try:
        with connect(workspace.mentions) as con:
            if not are_computed(con, *METRICS):
                raise StoreError("there is nothing to publish yet: run relate or refresh first")
            con.execute(f"attach {quoted(new)} as pub")
            if place.is_file():
                new.chmod(place.stat().st_mode & 0o7777)  # who may read it is the owner's choice
            with transaction(con):
                for name in ("told", "publish", "publish_health"):
                    run_all(con, query(name), values)
            con.execute("checkpoint pub")
            con.execute("detach pub")
        new.replace(place)
    finally:
        remove_unfinished(place)  # where the disk is full, it is the largest part of what fills it


def remove_unfinished(place: Path) -> None:
    """Remove what publishes of this file, which were killed or failed, have left beside it."""
    for leftover in place.parent.glob("published-*.building*"):
        leftover.unlink()


def run_all(con: duckdb.DuckDBPyConnection, text: str, values: dict[str, Any]) -> None:
    """Run the statements of a text one after the other, each with those of the values that it names."""
    for statement in con.extract_statements(text):
        con.execute(statement, {name: values[name] for name in statement.named_parameters} or None)
