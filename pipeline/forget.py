"""A person who asks for it is forgotten: what is stored of an account goes, and only salted hashes of it stay."""

from dataclasses import dataclass

import duckdb

from pipeline import forgotten, identity, store, typed, unnamed
from pipeline.contents import is_computed
from pipeline.erase import OF_TOUCHES
from pipeline.publish import run_all
from pipeline.settings import Settings
from pipeline.store import StoreError, Workspace, connect, count, incoming, query, rewrite, transaction
from pipeline.touches import any_of

# Without the id: it is recorded why a run failed, and who was forgotten must not come back by that.
NOBODY = "nothing is stored of this account; who is called how, `metrics role` shows"


@dataclass(frozen=True)
class Forgotten:
    """What went: touches in both directions, rows of the journal; how many texts of others name the handle.

    ``records`` is in how many raw records of others their id or handle was blanked.
    """

    touches: int
    journal: int
    named_by_others: int
    records: int = 0


def forget(workspace: Workspace, account_id: str, author: str) -> Forgotten:
    """Remove an account with all that is stored and typed of it, for good; it is never taken in again.

    The numbers, the published file and the bytes of the files know of it until the caller has made them anew and called
    `settle`; that it is due is kept together with the removal, so that whoever comes after a crash does it. Raises
    StoreError where there is no such account, and none that was left so.
    """
    author = typed.text("author", author)
    with connect(workspace.mentions) as con:
        find_theirs(con, account_id)
        rows = con.execute(query("touches_of")).fetchall()
        known = bool(rows) or bool(
            con.execute("select 1 from account where account_id = $account", {"account": account_id}).fetchall()
        )
        known = known or find_rejects(con, account_id) > 0
        ids = [each for row in rows for each in row]
    typed_rows = forget_typed(workspace, account_id, ids, author)
    if not known and not typed_rows and not is_left(workspace, account_id):
        raise StoreError(NOBODY)
    with connect(workspace.mentions) as con, transaction(con):
        named = count(con, query("named_by_others"), {"account": account_id})
        records = forget_facts(con, account_id, author)
    forgotten.tell_journal(workspace, forgotten.read(workspace))  # what was typed since then, `go_on` removes
    return Forgotten(len(rows), typed_rows, named, records)


def others_of(workspace: Workspace, account_id: str) -> list[str]:
    """Return the other accounts of the same person, as the numbers have it and as people said since then."""
    pairs = identity.merged(workspace)
    with connect(workspace.mentions) as con:
        if is_computed(con, "identity"):
            found = con.execute(query("others_of"), {"account": account_id}).fetchall()
            pairs |= {(account_id, other) for (other,) in found}
    return sorted(identity.together(pairs, account_id) - {account_id})


def called_alike(workspace: Workspace, account_id: str) -> list[str]:
    """Return other accounts of the same source with the same handle, such as one that a file made of the handle."""
    with connect(workspace.mentions) as con:
        return [other for (other,) in con.execute(query("of_same_handle"), {"account": account_id}).fetchall()]


def keys_with(workspace: Workspace, settings: Settings, account_id: str) -> list[str]:
    """Return the keys of brand.toml in whose lists an account stands by its handle or as source:id."""
    with connect(workspace.mentions) as con:
        asked = "select lower(handle) from account where account_id = $account and handle is not null"
        handles = [handle for (handle,) in con.execute(asked, {"account": account_id}).fetchall()]
    names, tables = {account_id.lower(), *handles}, {"kind": "kinds", "list": "lists", "organisation": "organisations"}
    groups = [f"{tables[each['what']]}.{each['name']}" for each in settings.groups() if each["member"] in names]
    silent = {"staff": settings.staff, "bots": settings.bots}
    return groups + [key for key, handles in silent.items() if names & {handle.lower() for handle in handles}]


def is_unfinished(workspace: Workspace) -> bool:
    """Say whether anything was removed, and the numbers and files were not made anew since then."""
    if not workspace.mentions.exists():
        return False
    with connect(workspace.mentions) as con:
        return any_of(con, "unfinished_forget")


def is_left(workspace: Workspace, account_id: str) -> bool:
    """Say whether an account was forgotten, while it is not finished that somebody was."""
    asked = "select 1 from forgotten where hash = sha256((select salt from salt) || 'account ' || $account)"
    with connect(workspace.mentions) as con:
        forgotten = con.execute(asked, {"account": account_id}).fetchall()
    return bool(forgotten) and is_unfinished(workspace)


def go_on(workspace: Workspace) -> list[str]:
    """Remove what is left of those whose removal was cut off between the two files; return a line on it, if anything.

    Of whom it is tells only that the hash of an account that is still there is among those of the forgotten. A journal
    that is new, or was written by an earlier Orchard, is told who they are.
    """
    if not workspace.mentions.exists():
        return []
    known = forgotten.read(workspace)
    forgotten.tell_journal(workspace, known)
    if not is_unfinished(workspace):
        return []
    with connect(workspace.mentions) as con:
        if not con.execute("select 1 from unfinished_forget where somebody").fetchall():
            return []
        left = {account for (account,) in con.execute(query("half_forgotten")).fetchall()}
    if workspace.journal.exists():
        with connect(workspace.journal) as con:
            left.update(forgotten.named_in(con, known)[0])
            forgotten.remove(con, known)  # with what was said of their messages, which name nobody any more
    for account in sorted(left):
        forget(workspace, account, "refresh")
    return [f"a forget that was cut off is gone on with: {len(left)} accounts"] if left else []


def settle(workspace: Workspace) -> None:
    """Leave no bytes of what was removed, and keep that it is finished.

    The numbers and the published file are to be made anew before: the copies are made of what they are then.
    """
    rewrite(workspace.mentions)
    if workspace.journal.exists():
        rewrite(workspace.journal)
    with connect(workspace.mentions) as con:
        con.execute("delete from unfinished_forget")


def begin(con: duckdb.DuckDBPyConnection, account_id: str, author: str) -> None:
    """Keep that an account is forgotten, and that it is not finished."""
    find_theirs(con, account_id)
    con.execute(query("save_forgotten"), {"account": account_id, "author": author, "now": store.now()})
    con.execute(query("save_forgotten_messages"))
    con.execute("insert into unfinished_forget values ($now, true)", {"now": store.now()})


def find_theirs(con: duckdb.DuckDBPyConnection, account_id: str) -> None:
    """Put the messages of an account, in both directions, into the table ``theirs`` of this connection."""
    con.execute(query("theirs"), {"account": account_id})
    if is_computed(con, "own"):
        con.execute(query("theirs_by_own"), {"account": account_id})


def find_rejects(con: duckdb.DuckDBPyConnection, account_id: str) -> int:
    """Put what was never mapped and may be theirs into the table ``their_reject``; return how many rows that are."""
    con.execute(query("their_rejects"), {"account": account_id})
    return count(con, "select count(*) from their_reject", {})


def forget_typed(workspace: Workspace, account_id: str, ids: list[str], author: str) -> int:
    """Remove what people typed about an account and its messages; return how many rows that were."""
    if not workspace.journal.exists():
        return 0
    with connect(workspace.journal) as con, transaction(con):
        before = count(con, "select count(*) from change_row", {})
        run_all(con, query("forget_journal"), {"account": account_id, "ids": ids})
        gone = before - count(con, "select count(*) from change_row", {})
        if gone:  # kept before the journal's transaction ends: it is another file's
            with connect(workspace.mentions) as facts, transaction(facts):
                begin(facts, account_id, author)
    return gone


def forget_facts(con: duckdb.DuckDBPyConnection, account_id: str, author: str) -> int:
    """Remove the touches of an account with their payloads, scores and vectors, its rejects and itself.

    Return in how many raw records of others its id or handle stood, which is blank there now.
    """
    account, names = {"account": account_id}, unnamed.names_of(con, account_id)
    begin(con, account_id, author)
    find_rejects(con, account_id)
    con.execute("delete from reject where reject_id in (select reject_id from their_reject)")
    with incoming(con, con.sql("select * from theirs").to_arrow_table()):
        for table in OF_TOUCHES:
            con.execute(f"delete from {table} where touch_id in (select touch_id from incoming)")
        con.execute(query("remove_vectors"))
    for table in ("account", "account_learnt"):
        con.execute(f"delete from {table} where account_id = $account", account)
    return unnamed.save(con, names)
