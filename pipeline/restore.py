"""What people typed, put back from a backup: what the journal lost comes again, and who was forgotten does not."""

import re
from dataclasses import dataclass
from pathlib import Path

import duckdb

from pipeline import backup, forget, forgotten, store
from pipeline.forgotten import Forgotten
from pipeline.store import StoreError, Workspace, connect, count, query, quoted, transaction

DAMAGE = re.compile("not a valid DuckDB database|Corrupt|Could not read enough bytes|Failure while replaying")

TABLES = """
select table_name
from duckdb_tables()
where database_name = 'kept' and table_name not in ('migration', 'forgotten')  -- nobody who was forgotten comes back
"""


@dataclass(frozen=True)
class Restored:
    """What a restore did.

    ``back``, ``gone``: rows that came back, and rows that the backup lacks. ``aside``: where these are kept, or the
    damaged journal. ``away``: rows about somebody forgotten. ``forgotten``: accounts that were removed, since they had
    been forgotten when the backup was made; ``learnt``: whether later imports will know of that, too. ``settings``:
    what became of brand.toml (came, differs or None). ``anew``: the numbers are to be made anew at once.
    """

    back: int
    gone: int
    aside: Path | None
    away: int
    forgotten: int
    learnt: bool
    settings: str | None
    anew: bool


def restore(workspace: Workspace, file: Path, replace: bool) -> Restored:
    """Make the journal what a backup holds, without who was forgotten here or when it was made.

    Raises StoreError where the file is no sound backup, or where the journal holds what it lacks or is damaged, unless
    ``replace``: then that is kept aside first. brand.toml comes where there is none.
    """
    with backup.bench(workspace.folder, backup.RESTORING) as there, backup.opened(file, there) as found:
        before, then = forgotten.read(workspace), found.forgotten
        barred = [before, then, *told(workspace.journal), *told(found.journal)]
        with connect(found.journal) as con:
            away = sum(forgotten.remove(con, known) for known in barred)
        back, gone, aside = put_back(workspace, found.journal, replace)
        learnt = forgotten.learn(workspace, then)
        people = forget_again(workspace, then)  # all of them, for a restore that was cut off here has learnt already
        for known in (forgotten.read(workspace), *barred):
            forgotten.tell_journal(workspace, known)
        settings = put_settings(workspace, found.settings)
    bytes_left = bool(gone and then.people)  # what went may have been about them
    anew = bool(people) or bytes_left or forgotten.read(workspace).salt != before.salt
    return Restored(back, gone, aside, away, people, learnt, settings, anew)


def told(journal: Path) -> list[Forgotten]:
    """Return of whom a journal knows that they were forgotten, perhaps in a workspace of another salt."""
    if not journal.exists():
        return []
    try:
        with connect(journal) as con:
            return forgotten.told(con)
    except (StoreError, duckdb.Error) as error:
        if not DAMAGE.search(str(error)):
            raise
        return []


def put_back(workspace: Workspace, kept: Path, replace: bool) -> tuple[int, int, Path | None]:
    """Make the journal hold the rows of another one; return how many came, how many went, and where the journal is now.

    Raises StoreError where something would be lost and ``replace`` does not say that it may be kept aside.
    """
    try:
        return take_over(workspace, kept, replace)
    except (StoreError, duckdb.Error) as error:
        if not DAMAGE.search(str(error)):
            raise
        aside = move_aside(workspace, replace, error)
    return *take_over(workspace, kept, replace)[:2], aside


def take_over(workspace: Workspace, kept: Path, replace: bool) -> tuple[int, int, Path | None]:
    """Do it row by row, in one opening of the journal: who types meanwhile waits, and nothing comes in between.

    A row that is in both stays as it is here: what changes rows is to last, such as a brand's new key.
    """
    with connect(workspace.journal) as con:
        con.execute(f"attach {quoted(kept)} as kept (read_only)")
        more, aside = lacked(con), None
        if more and not replace:
            raise StoreError(f"{workspace.journal} holds {more}: --replace keeps it aside as a backup of its own first")
        if more:
            aside, _ = backup.make(workspace, workspace.folder / "backups", backup.ASIDE)
        back = gone = 0
        with transaction(con):
            for (table,) in con.execute(TABLES).fetchall():
                key = "undone_id" if table == "undone" else "row_id"
                gone += count(con, f"delete from {table} where {key} not in (select {key} from kept.{table})", {})
                missing = f"select * from kept.{table} anti join {table} using ({key})"
                back += count(con, f"insert into {table} by name {missing}", {})
    return back, gone, aside


def lacked(con: duckdb.DuckDBPyConnection) -> str:
    """Return in words what the journal holds that the backup's, attached as kept, lacks; nothing if it has all."""
    ((many, newest, author),) = con.execute(query("lacked")).fetchall()
    return f"{many} rows that the backup lacks, the newest of {newest:%Y-%m-%d %H:%M} UTC by {author}" if many else ""


def move_aside(workspace: Workspace, replace: bool, error: Exception) -> Path:
    """Give a journal that cannot be opened, and its write-ahead log, another name, as they are; return that."""
    if not replace:
        raise StoreError(f"{error}; --replace keeps it aside as it is, under another name") from error
    aside = workspace.journal.with_name(f"{backup.UNREADABLE}-{store.now():%Y-%m-%dT%H%M%S}.duckdb")
    with store.turn_of(workspace.journal):
        for ending in (".wal", ""):
            part = Path(f"{workspace.journal}{ending}")
            if part.exists():
                part.rename(f"{aside}{ending}")
    return aside


def put_settings(workspace: Workspace, kept: bytes | None) -> str | None:
    """Write the backup's brand.toml where there is none; return whether it came or differs from the one here."""
    file = workspace.folder / backup.SETTINGS
    if kept is None:
        return None
    if file.exists():
        return "differs" if file.read_bytes() != kept else None
    store.write_note(file, kept.decode("utf-8-sig"))
    return "came"


def forget_again(workspace: Workspace, known: Forgotten) -> int:
    """Remove what is stored of people who were forgotten elsewhere; return of how many accounts."""
    accounts = forgotten.still_here(workspace, known)
    for account in accounts:
        forget.forget(workspace, account, "restore")
    return len(accounts)
