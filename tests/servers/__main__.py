"""Every local network and two files, as sources of one workspace: ``python -m tests.servers FOLDER`` runs them."""

import csv
import json
import sys
import threading
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

from pytest_httpserver import HTTPServer

from pipeline.store import now
from tests.servers import Expected, World
from tests.test_networks import BRAND, WORLDS

EACH = 12
FILES = """
[[sources]]
type = "file"
path = "inbox/*.csv"
brand = "tamrow"
name = "helpdesk"
map = { id = "Ticket", text = "Body", author = "From", at = "Received" }

[[sources]]
type = "file"
path = "inbox/*.jsonl"
brand = "tamrow"
"""


def start(stack: ExitStack) -> dict[str, World]:
    """Start the server of every network; they stop when the stack is left."""
    return {name: make(stack.enter_context(HTTPServer())) for name, make in WORLDS.items()}


def write(folder: Path, worlds: Mapping[str, World]) -> dict[str, list[Expected]]:
    """Let EACH messages be said at every network, write two files and the settings; return what was said where."""
    said = {name: world.fill(EACH) for name, world in worlds.items()} | write_files(folder / "inbox")
    entries = "\n".join(world.toml for world in worlds.values())
    handles = dict.fromkeys(["tamrowbuild", *(getattr(world, "handle", "tamrowbuild") for world in worlds.values())])
    brand = BRAND.replace('["tamrowbuild"]', json.dumps(list(handles)))
    (folder / "brand.toml").write_text(brand + entries + FILES)
    secrets = {name: value for world in worlds.values() for name, value in world.secrets.items()}
    (folder / ".env").write_text("".join(f"{name}='{value}'\n" for name, value in secrets.items()))
    return said


def write_files(inbox: Path) -> dict[str, list[Expected]]:
    """Write a table of a help desk and a file in Orchard's own form; return what they say."""
    inbox.mkdir(parents=True, exist_ok=True)
    day = "2026-03-0{}T10:00:00"
    tickets = [(f"k{n}", f"customer{n}", day.format(n), f"Tamrow came {n} days late") for n in range(1, 6)]
    with (inbox / "tickets.csv").open("w", newline="") as file:
        csv.writer(file).writerows([("Ticket", "From", "Received", "Body"), *tickets])
    visits = [(f"y{n}", f"Tamrow, visit {n}: lovely", f"guest{n}", day.format(n)) for n in range(1, 8)]
    touches = [
        {"id": id, "brand": "tamrow", "source": "yelp", "direction": "in", "kind": "mention", "at": at, "text": text}
        | {"account": {"id": guest, "source": "yelp", "handle": guest}}
        for id, text, guest, at in visits
    ]
    (inbox / "reviews.jsonl").write_text("\n".join(map(json.dumps, touches)))
    said = {"helpdesk": [(id, text) for id, _, _, text in tickets], "yelp": [(id, text) for id, text, *_ in visits]}
    return {
        source: [Expected(f"{source}:{id}", "in", now(), text) for id, text in there] for source, there in said.items()
    }


def main() -> None:
    """Run the networks until Ctrl-C."""
    folder = Path(sys.argv[1])
    with ExitStack() as stack:
        said = write(folder, start(stack))
        print("\n".join(f"{source}: {len(there)} said" for source, there in said.items()), flush=True)
        print(f"all: {sum(map(len, said.values()))}. Now: ORCHARD_DATA={folder} python -m pipeline collect", flush=True)
        threading.Event().wait()


if __name__ == "__main__":
    main()
