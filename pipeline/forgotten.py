"""Who was forgotten, as salted hashes: what a backup takes along of it, and what that removes after a restore."""

import hashlib
from dataclasses import dataclass
from typing import Any

import duckdb
import pyarrow as pa

from pipeline.publish import run_all
from pipeline.store import Workspace, connect, count, incoming, query, reading, transaction
from pipeline.touches import any_of


@dataclass(frozen=True)
class Forgotten:
    """The salt of a workspace, and the hashes under it: people as rows of `forgotten`, and ids of their messages."""

    salt: str
    people: tuple[dict[str, Any], ...]
    messages: tuple[str, ...]

    @property
    def mark(self) -> str:
        """What tells the backups of this workspace from those of another; it does not tell the salt."""
        return hashlib.sha256(f"backup {self.salt}".encode()).hexdigest()[:6]

    def hashes(self) -> pa.Table:
        """Return all hashes as they are compared."""
        return pa.table({"hash": pa.array([*(row["hash"] for row in self.people), *self.messages], pa.string())})


def read(workspace: Workspace) -> Forgotten:
    """Return who was forgotten in a workspace, and make its facts with a salt where there are none yet."""
    with connect(workspace.mentions) as con:
        ((salt,),) = con.execute("select salt from salt").fetchall()
        people = con.sql("select * from forgotten order by hash").to_arrow_table().to_pylist()
        messages = con.execute("select hash from forgotten_message order by hash").fetchall()
    return Forgotten(salt, tuple(people), tuple(hash_ for (hash_,) in messages))


def learn(workspace: Workspace, kept: Forgotten) -> bool:
    """Keep who was forgotten when a backup was made, so that no later import brings them back; return if that went.

    A workspace that was made anew has another salt: it takes over the backup's, by which typed labels name messages,
    too. Where hashes were made of it already it cannot, and nothing is kept.
    """
    with connect(workspace.mentions) as con, transaction(con):
        if con.execute("select salt from salt").fetchall() != [(kept.salt,)]:
            if any_of(con, "forgotten") or any_of(con, "removal"):
                return False
            con.execute("update salt set salt = $salt", {"salt": kept.salt})
        for row in kept.people:
            con.execute(query("learn_forgotten"), row)
        with incoming(con, pa.table({"hash": pa.array(kept.messages, pa.string())})):
            con.execute("insert into forgotten_message from incoming on conflict do nothing")
        return True


def tell_journal(workspace: Workspace, known: Forgotten) -> None:
    """Let the journal know who was forgotten, so that nothing is typed about them again.

    None is made for nobody, nor one opened for writing that knows already, as at every refresh: it may be another's.
    """
    hashes = known.hashes()
    if hashes.num_rows and not knows(workspace, known):
        with connect(workspace.journal) as con, incoming(con, hashes):
            con.execute(query("bar"), {"salt": known.salt})


def knows(workspace: Workspace, known: Forgotten) -> bool:
    """Say whether the journal was told of all of them."""
    if not workspace.journal.exists():
        return False
    with reading(workspace.journal) as con:
        there = {hash_ for each in told(con) if each.salt == known.salt for hash_ in each.messages}
    return there.issuperset(known.hashes()["hash"].to_pylist())


def told(con: duckdb.DuckDBPyConnection) -> list[Forgotten]:
    """Return of whom a journal was told, by salt, without telling people from messages."""
    rows = con.execute("select salt, list(hash order by hash) from forgotten group by salt order by salt").fetchall()
    return [Forgotten(salt, (), tuple(hashes)) for salt, hashes in rows]


def remove(con: duckdb.DuckDBPyConnection, known: Forgotten) -> int:
    """Remove from a journal what was typed about the forgotten and their messages; return how many rows that were."""
    accounts, labelled = named_in(con, known)
    if not accounts and not labelled:
        return 0
    with transaction(con):
        before = count(con, "select count(*) from change_row", {})
        for account in accounts or [""]:  # labels go also where nothing else was typed about their authors
            run_all(con, query("forget_journal"), {"account": account, "ids": labelled})
        return before - count(con, "select count(*) from change_row", {})


def named_in(con: duckdb.DuckDBPyConnection, known: Forgotten) -> tuple[list[str], list[str]]:
    """Return the accounts of the forgotten that a journal names, and their messages that have a label in it."""
    return ask(con, known, "forgotten_accounts"), ask(con, known, "forgotten_labels")


def still_here(workspace: Workspace, known: Forgotten) -> list[str]:
    """Return the accounts of the forgotten that facts are stored of, as where these were collected anew."""
    with connect(workspace.mentions) as con:
        return ask(con, known, "forgotten_here")


def ask(con: duckdb.DuckDBPyConnection, known: Forgotten, name: str) -> list[str]:
    """Return the ids that a statement finds by the hashes."""
    hashes = known.hashes()
    if not hashes.num_rows:
        return []
    with incoming(con, hashes):
        return [each for (each,) in con.execute(query(name), {"salt": known.salt}).fetchall()]
