"""The commands that say which accounts are one person."""

import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import pyarrow as pa
import typer
from rich.console import Console

from pipeline import identity, known, settings, tables
from pipeline.store import Workspace

if TYPE_CHECKING:  # what compares names is loaded only where it is asked for
    from pipeline.identity_evidence import Suggestion

app = typer.Typer()
notes = Console(stderr=True)

First = Annotated[str, typer.Argument(help="An account, as source:id.")]
Second = Annotated[str, typer.Argument(help="Another account, as source:id.")]
Reason = Annotated[str, typer.Option(help="How one knows.")]
Author = Annotated[str, typer.Option(help="Who says so.")]
COLUMNS = ("account", "with", "names", "confidence", "evidence", "mind")


def workspace() -> Workspace:
    """Return the workspace that ORCHARD_DATA names."""
    return Workspace(settings.workspace_folder())


@app.command()
def identities(
    least: Annotated[float, typer.Option(min=0, max=1, help="The least confidence.")] = 0.5,
    as_json: Annotated[bool, typer.Option("--json", help="JSON lines.")] = False,
) -> None:
    """List accounts that may be one person, with the evidence; nothing is merged until `merge` or `split` decides."""
    from pipeline.identity_evidence import suggest

    found = suggest(workspace(), least)
    if as_json:
        tables.write_lines(map(asdict, found), sys.stdout)
        return
    rows = [shown(each) for each in found]
    tables.show(pa.table({name: [row[name] for row in rows] for name in COLUMNS}), sys.stdout)
    for mind in sorted({each.mind for each in found if each.mind}):
        notes.print(f"* {mind}.", markup=False)


def shown(found: "Suggestion") -> dict[str, str]:
    """Return a suggestion as it is listed."""
    values = (found.account_id, found.with_account_id, " / ".join(found.names), f"{found.confidence:.2f}")
    return dict(zip(COLUMNS, (*values, "; ".join(found.evidence), "*" if found.mind else ""), strict=True))


@app.command()
def merge(account: First, other: Second, reason: Reason, author: Author) -> None:
    """Say that two accounts are one person; the next refresh counts them as one. Prints the id that `undo` takes.

    The first gives the person the name and the address, unless one of them was merged before.
    """
    place = workspace()
    for each in (account, other):
        known.check_account(place, each)
    print(identity.merge(place, account, other, reason, author))
    if mind := identity.to_mind(account, other):
        notes.print(f"{mind}.", markup=False)


@app.command()
def split(account: First, other: Second, reason: Reason, author: Author) -> None:
    """Say that two accounts are not one person, merged before or suggested. Prints the id that `undo` takes."""
    place = workspace()
    if not identity.merged(place) & {(account, other), (other, account)}:  # what was merged may be gone since
        for each in (account, other):
            known.check_account(place, each)
    print(identity.split(place, account, other, reason, author))
