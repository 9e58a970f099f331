"""Offline touches from the command line: with whom, and what is kept of them as one change."""

import re
from dataclasses import dataclass
from datetime import datetime

from pipeline import barred, known, typed
from pipeline.journal import entry_row, fruit_row, save_rows
from pipeline.journal_reads import is_written, read_contacts
from pipeline.store import Workspace
from pipeline.typed import JournalError


@dataclass(frozen=True)
class Met:
    """What passed: kind, who began it (in: they), the day, words on it, what they said they feel, what it bore."""

    kind: str
    direction: str
    happened_at: datetime
    text: str
    feeling: str | None = None
    fruit: str | None = None


@dataclass(frozen=True)
class Who:
    """With whom: an account that there is, or one that is new with a name and perhaps an e-mail address."""

    account_id: str
    name: str | None = None
    email: str | None = None


def whom(
    workspace: Workspace,
    brand: str,
    account: str | None,
    person: str | None,
    new: str | None = None,
    email: str | None = None,
) -> Who:
    """Return whom the options of a command name. Raises StoreError where that is nobody, or more than one."""
    if sum(each is not None for each in (account, person, new)) != 1:
        raise JournalError("say who it was, by one of --account source:id, --person NAME or (with log) --new NAME")
    if email is not None and new is None:
        raise JournalError("--email is of somebody new: give --new NAME")
    if new is not None:
        return somebody_new(workspace, new, email)
    if account is not None:
        known.check_account(workspace, account)
        return Who(account)
    return Who(known.find_account(workspace, brand, person or ""))


def somebody_new(workspace: Workspace, name: str, email: str | None) -> Who:
    """Return an account of its own for a name. Raises JournalError where it gives none, or it is somebody's already."""
    name = typed.text("name", name)
    slug = re.sub(r"[\W_]+", "-", name.casefold()).strip("-")
    if not slug:
        raise JournalError(f"--new {name}: no letter or digit")
    account_id = f"hand:{slug}"
    if account_id in {row["account_id"] for row in read_contacts(workspace)}:
        raise JournalError(f"--new {name}: there is {account_id}; give --account {account_id}, or another name")
    barred.check_account(workspace, account_id)
    if is_written(workspace, account_id):
        raise JournalError(
            f"--new {name}: {account_id} was somebody who was taken back; `redo` that change, or give another name"
        )
    return Who(account_id, name, email and typed.email(email))


def save(workspace: Workspace, brand: str, who: Who, met: Met, author: str) -> str:
    """Keep an offline touch, with a new person and a fruit where there are, as one change; return its id."""
    said = {"brand": brand, "account_id": who.account_id, "happened_at": met.happened_at, "text": met.text}
    rows = {"entry": [entry_row(said | {"kind": met.kind, "direction": met.direction, "feeling": met.feeling})]}
    if met.fruit:
        rows["fruit"] = [fruit_row(said | {"kind": met.fruit})]
    if who.name:
        rows["contact"] = [{"account_id": who.account_id, "name": who.name, "email": who.email}]
    return save_rows(workspace, rows, author)
