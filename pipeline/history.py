"""The record of runs: when each began, and how it ended."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime

from pipeline import ended
from pipeline.store import StoreError, Workspace, connect, now, transaction
from pipeline.touch import sound


@contextmanager
def recorded(workspace: Workspace, command: str) -> Iterator[list[str]]:
    """Record a run with its outcome; the block adds lines of detail to the list that it gets."""
    run_id, started, detail = uuid.uuid4().hex, now(), list[str]()
    save_run(workspace, run_id, command, started, "running")
    try:
        yield detail
    except BaseException as error:
        why = "; ".join([*detail, f"{type(error).__name__}: {error}"])
        with suppress(StoreError):  # a disk that is full keeps no record either; what is told is why the run failed
            save_run(workspace, run_id, command, started, "failed", why)
        raise
    save_run(workspace, run_id, command, started, "done", "; ".join(detail))


def save_run(
    workspace: Workspace, run_id: str, command: str, started: datetime, outcome: str, detail: str = ""
) -> None:
    """Record what a run did; runs that were cut off by a crash are marked so when the next one starts."""
    finished, detail = None if outcome == "running" else now(), sound(detail)  # the name of a file may be no text
    with connect(workspace.mentions) as con, transaction(con):
        if outcome == "running":
            con.execute("update run set outcome = 'cut off' where outcome = 'running'")
        con.execute(
            "insert or replace into run values (?, ?, ?, ?, ?, ?)",
            [run_id, command, started, finished, outcome, detail],
        )
    if finished:
        facts = {"command": command, "started_at": started, "finished_at": finished}
        ended.save(workspace, facts | {"outcome": outcome, "detail": detail})
