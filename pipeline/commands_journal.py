"""The commands that keep what people type, list it and take it back."""

import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated

import pyarrow as pa
import typer
from rich.console import Console

from pipeline import identity, journal, journal_changes, known, labels, log, settings, tables, typed
from pipeline.plain import plain
from pipeline.store import StoreError, Workspace
from pipeline.touch import FRUITS, GROUPS, OFFLINE_KINDS

app = typer.Typer()
notes = Console(stderr=True)

BRINGS = ("referral", "introduction")  # the fruits by which somebody else comes

Author = Annotated[str, typer.Option(help="Who says so.")]
Brand = Annotated[str, typer.Option(help="The brand that the relationship is with.")]
OwnBrand = Annotated[str | None, typer.Option(help="The brand, without it the own one.")]
Account = Annotated[str, typer.Option(help="Who, as source:id; `metrics role` shows them.")]
Someone = Annotated[str | None, typer.Option("--account", help="Who, as source:id.")]
Called = Annotated[str | None, typer.Option("--person", help="Or by name, or a part of it.")]
Day = Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="The day.")]
Change = Annotated[str, typer.Argument(help="What the command printed that made the change, or `changes` tells.")]


def workspace() -> Workspace:
    """Return the workspace that ORCHARD_DATA names."""
    return Workspace(settings.workspace_folder())


@app.command()
def draw(
    brand: Annotated[str, typer.Option(help="The brand whose mentions are drawn.")],
    many: Annotated[int, typer.Option(min=1, help="How many.")] = 100,
    since: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="From this day on.")] = None,
    until: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Before this day.")] = None,
    seed: Annotated[str, typer.Option(help="Another seed draws others.")] = "1",
) -> None:
    """Print mentions drawn at random, as CSV with an empty column to label them in."""
    place = workspace()
    key = known.brand_key(place, brand)
    found = journal.draw(place, key, many, seed, since, until)
    if not found.num_rows:
        raise StoreError(f"no unlabelled mention of {key} in these days")
    tables.write_csv(found, sys.stdout)


@app.command()
def label(
    file: Annotated[Path, typer.Argument(help="CSV with the columns id and label.")],
    brand: Annotated[str, typer.Option(help="The brand that the mentions are of.")],
    author: Author,
    drawn: Annotated[
        bool, typer.Option("--drawn/--chosen", help="Drawn at random, so that they may measure the model, or chosen.")
    ],
) -> None:
    """Keep what a person says that mentions mean; it counts from the next refresh on, and wins over the model."""
    place = workspace()
    key = known.brand_key(place, brand)
    found = labels.read(file)
    rows = labels.to_rows(found, key)
    unknown = known.unknown_mentions(place, rows)
    saved = journal.save_labels(place, [row for row in rows if row["touch_id"] not in unknown], author, drawn)
    print(f"labels            {len(found):>8}")
    print(f"kept              {saved.new:>8}" + (f"  as change {saved.change_id}" if saved.change_id else ""))
    print(f"already had       {len(found) - len(unknown) - saved.new:>8}")
    if unknown:
        raise StoreError(f"{len(unknown)} ids are no mention of {key}, such as {min(unknown)}; the others were kept")


@app.command(name="log")
def log_(
    kind: Annotated[str, typer.Option(help=f"One of: {', '.join(OFFLINE_KINDS)}.")],
    direction: Annotated[str, typer.Option(help="Who began it: in (they) or out (we).")],
    text: Annotated[str, typer.Option(help="What was said or done.")],
    author: Author,
    on: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The day, without it today.")] = None,
    account: Someone = None,
    person: Called = None,
    new: Annotated[str | None, typer.Option(help="Or the name of somebody whom no source knows.")] = None,
    email: Annotated[str | None, typer.Option(help="With --new: the e-mail address that they gave.")] = None,
    feeling: Annotated[
        str | None, typer.Option(help="negative, neutral or positive, if they said what they feel.")
    ] = None,
    fruit: Annotated[str | None, typer.Option(help=f"What it bore, if it did: {', '.join(FRUITS)}.")] = None,
    brand: OwnBrand = None,
) -> None:
    """Keep a call, a meeting, a gift, an introduction or a note; prints the id that `undo` takes it back by."""
    place = workspace()
    key = known.brand_key(place, brand)
    today = datetime.now().replace(hour=0, minute=0, second=0, microsecond=0)
    met = log.Met(kind, direction, typed.past("--on", on or today), text, feeling, fruit)
    who = log.whom(place, key, account, person, new, email)
    print(log.save(place, key, who, met, author))
    notes.print(plain(f"with {who.account_id}; the next refresh counts it"), markup=False)


@app.command()
def note(
    text: Annotated[str, typer.Option(help="What is to be remembered.")],
    author: Author,
    account: Someone = None,
    person: Called = None,
    brand: OwnBrand = None,
) -> None:
    """Keep a note about a person; prints the id that `undo` takes it back by."""
    place = workspace()
    key = known.brand_key(place, brand)
    who = log.whom(place, key, account, person).account_id
    if account is not None:
        known.check_account(place, account, key)
    print(journal.save_note(place, key, who, text, author))


@app.command()
def annotate(
    on: Day,
    text: Annotated[str, typer.Option(help="What happened, such as: new website.")],
    author: Author,
    brand: OwnBrand = None,
) -> None:
    """Keep what happened at a brand on a day, or is planned, for its charts; prints the id for `undo`."""
    place = workspace()
    print(journal.save_annotation(place, known.brand_key(place, brand), on.date(), text, author))


@app.command()
def fruit(
    brand: Brand,
    kind: Annotated[str, typer.Option(help=f"One of: {', '.join(FRUITS)}.")],
    on: Day,
    author: Author,
    account: Someone = None,
    person: Called = None,
    text: Annotated[str, typer.Option(help="What happened.")] = "",
    value: Annotated[float | None, typer.Option(min=0, help="What it is worth, in your own unit.")] = None,
    brought: Annotated[str | None, typer.Option(help="Whom a referral or introduction brought, as source:id.")] = None,
) -> None:
    """Keep what a relationship has borne: a friendship, a referral, new business; the next refresh counts it."""
    typed.one_of("--kind", kind, FRUITS)
    typed.past("--on", on)
    place = workspace()
    key = known.brand_key(place, brand)
    who = log.whom(place, key, account, person).account_id
    known.check_account(place, who, key)
    if brought:
        check_brought(place, kind, who, brought)
    values = {"account_id": who, "brand": key, "kind": kind, "happened_at": on, "author": author}
    print(journal.save_fruit(place, values | {"text": text, "value": value, "for_account": brought}))


def check_brought(place: Workspace, kind: str, who: str, brought: str) -> None:
    """Raise StoreError where a fruit of this kind brings nobody, or would bring whoever has borne it."""
    typed.one_of("--brought is of a referral or an introduction; --kind", kind, BRINGS)
    known.check_account(place, brought)
    if brought == who or identity.chain(identity.merged(place), who, brought):
        raise StoreError(f"--brought {brought}: that is the person themself")


@app.command()
def group(
    account: Account,
    what: Annotated[str, typer.Option(help=f"One of: {', '.join(GROUPS)}.")],
    name: Annotated[str, typer.Option(help="Such as customer, or the name of a list or an organisation.")],
    author: Author,
    leave: Annotated[bool, typer.Option("--leave", help="Take the person out.")] = False,
) -> None:
    """Put a person into a kind, a list or an organisation, or take one out; it wins over brand.toml."""
    typed.one_of("--what", what, GROUPS)
    place = workspace()
    known.check_account(place, account)
    print(journal.save_members(place, [account], what, name, not leave, author))


@app.command()
def withdraw(fruit_id: Annotated[str, typer.Argument(help="What `fruit` printed.")], author: Author) -> None:
    """Take a fruit back that was kept by mistake; its rows stay in the journal, withdrawn."""
    print(journal.withdraw_fruit(workspace(), fruit_id, author))


@app.command()
def changes(
    brand: Annotated[str | None, typer.Option(help="Of one brand, and of none in particular.")] = None,
    account: Annotated[str | None, typer.Option(help="Of one account, as source:id.")] = None,
    many: Annotated[int, typer.Option(min=1, help="How many at most.")] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="JSON lines.")] = False,
) -> None:
    """List what people typed, the newest first, and what of it was taken back."""
    place = workspace()
    key = known.brand_key(place, brand) if brand else None
    of = [account] if account else []
    found = journal_changes.read_changes(place, key, of, many)
    if as_json:
        tables.write_lines(found, sys.stdout)
    else:
        table = pa.Table.from_pylist([shown(row) for row in found], schema=SHOWN)
        tables.show(table, sys.stdout, journal_changes.count_changes(place, key, of))


SHOWN = pa.schema([(name, pa.string()) for name in ("when (UTC)", "who", "what", "undone by", "change")])


def shown(change: journal_changes.Row) -> dict[str, str | None]:
    """Return a change as it is listed."""
    return {
        "when (UTC)": f"{change['written_at']:%Y-%m-%d %H:%M}",
        "who": change["author"],
        "what": change["words"],
        "undone by": change["undone_by"],
        "change": change["change_id"],
    }


@app.command()
def undo(change: Change, author: Author) -> None:
    """Take a change back, whatever it was; it stays in the journal, and `redo` puts it back."""
    print(f"{journal_changes.undo(workspace(), change, author)} rows taken back; the next refresh counts without them")


@app.command()
def redo(change: Change, author: Author) -> None:
    """Put back what `undo` took back."""
    print(f"{journal_changes.redo(workspace(), change, author)} rows put back; the next refresh counts them")
