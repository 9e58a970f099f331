"""Which accounts are one person, as people decide it."""

from collections import defaultdict, deque

from pipeline.journal import save_merge
from pipeline.journal_reads import read_merges
from pipeline.store import Workspace
from pipeline.typed import JournalError

X_TERMS = (
    "X's developer terms forbid to tie an X account to somebody off X, unless the person agreed or tells it in their "
    "public profile; merge only where that is so, and say it in the reason"
)


def to_mind(account_id: str, with_account_id: str) -> str | None:
    """Return what is to be minded before two accounts are called one person's, if anything is."""
    return X_TERMS if account_id.startswith("x:") != with_account_id.startswith("x:") else None


def merge(workspace: Workspace, account_id: str, with_account_id: str, reason: str, author: str) -> str:
    """Say that two accounts are one person; return the id that undoes it.

    The first gives the person the name and the address, unless one of them was merged before. Raises JournalError where
    they are one person already.
    """
    if account_id != with_account_id and chain(merged(workspace), account_id, with_account_id):
        raise JournalError(f"{account_id} and {with_account_id} are one person already")
    return save_merge(workspace, account_id, with_account_id, reason, author)


def split(workspace: Workspace, account_id: str, with_account_id: str, reason: str, author: str) -> str:
    """Say that two accounts are not one person, merged before or suggested; return the id that undoes it.

    Raises JournalError naming the accounts between them, where other merges would still join them.
    """
    between = chain(
        merged(workspace) - {(account_id, with_account_id), (with_account_id, account_id)}, account_id, with_account_id
    )
    if account_id != with_account_id and between:
        raise JournalError(f"{' – '.join(between)}: these merges would still join them; split one of these pairs first")
    return save_merge(workspace, account_id, with_account_id, reason, author, together=False)


def merged(workspace: Workspace) -> set[tuple[str, str]]:
    """Return the pairs of accounts that the journal has merged."""
    return {(row["account_id"], row["with_account_id"]) for row in read_merges(workspace)}


def together(pairs: set[tuple[str, str]], account_id: str) -> set[str]:
    """Return the accounts to which merges lead from one, with that one."""
    found, waiting = {account_id}, [account_id]
    while waiting:
        at = waiting.pop()
        new = {other for pair in pairs if at in pair for other in pair} - found
        found |= new
        waiting += new
    return found


def chain(pairs: set[tuple[str, str]], start: str, end: str) -> list[str]:
    """Return the accounts by which merges lead from one to another, the fewest, with both; none where they do not."""
    beside = defaultdict[str, set[str]](set)
    for a, b in pairs:
        beside[a].add(b)
        beside[b].add(a)
    waiting, seen = deque([[start]]), {start}
    while waiting:
        way = waiting.popleft()
        if way[-1] == end:
            return way
        for step in sorted(beside[way[-1]] - seen):
            seen.add(step)
            waiting.append([*way, step])
    return []
