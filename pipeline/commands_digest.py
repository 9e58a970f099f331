"""The command that shows the digest, or sends it."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline import settings
from pipeline.plain import plain
from pipeline.store import StoreError, Workspace

if TYPE_CHECKING:
    from pipeline.addresses import Message

app = typer.Typer()


class Period(StrEnum):
    """How many days a digest is of."""

    week = "week"
    month = "month"


@app.command()
def digest(
    brand: Annotated[str, typer.Option(help="Of this brand alone; without it of all, the own one first.")] = "",
    period: Annotated[Period | None, typer.Option(help="The last whole one; else as [notify] digest says.")] = None,
    html: Annotated[Path | None, typer.Option(help="Write it as a page to this file.")] = None,
    text: Annotated[bool, typer.Option("--text", help="Print it as plain text, as it does by itself.")] = False,
    send: Annotated[bool, typer.Option("--send", help="Send it now, to all of ORCHARD_NOTIFY_URLS.")] = False,
    wait: Annotated[
        float, typer.Option(min=0, help="Seconds to wait for another process that sends, with --send.")
    ] = 30,
) -> None:
    """Print a page of the published numbers: how people feel, what changed, who needs somebody, how fresh it is."""
    if sum((html is not None, text, send)) > 1:
        raise StoreError("--html, --text and --send are three ways to have it: give one of them")
    from pipeline import notify  # late, for it needs pandas, which takes half a second

    place = Workspace(settings.workspace_folder())
    chosen = settings.load(place.folder)
    monthly = chosen.notify is not None and chosen.notify.digest == "monthly"
    message = notify.digest(place, chosen, period or ("month" if monthly else "week"), brand)
    if send:
        send_now(place, message, wait)
    elif html is not None:
        html.write_text(message.page, encoding="utf-8")
        print(plain(str(html)))
    else:
        print(f"{message.title}\n\n{message.text}", end="")


def send_now(place: Workspace, message: "Message", wait: float) -> None:
    """Send a digest and say to whom; exit status 1 where it could not be told to all."""
    from pipeline import notify

    told = notify.send_now(place, message, wait)
    print("\n".join(line for line, _ in told))
    if not all(is_told for _, is_told in told):
        raise typer.Exit(1)
