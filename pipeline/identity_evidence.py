"""Which accounts may be one person: evidence for people to decide on."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import prod
from typing import Any

import numpy as np
from rapidfuzz import fuzz, process, utils

from pipeline.contents import read_metric
from pipeline.identity import to_mind
from pipeline.journal_reads import read
from pipeline.store import Workspace, query, reading

# Evidence -> how far it goes by itself towards being sure, 0 … 1: our judgement, not measured.
WEIGHTS = {
    "the same e-mail address": 0.95,
    "the same verified link": 0.9,
    "the same handle at one network, once without its number": 0.9,
    "the same link": 0.6,
    "the same handle": 0.5,
    "the same organisation and a similar name": 0.6,
    "a similar name": 0.3,
}
SIMILAR = 88  # of 100, rapidfuzz's token_sort_ratio: one letter in eight differs
SHORTEST = 5  # letters of a handle: shorter ones are many people's
MOST_SHARING = 5  # accounts with one link, address or handle: more are a company's or a bot's
MOST_COLLEAGUES = 2000  # whose names are compared with each other

Account = Mapping[str, Any]
Pair = tuple[str, str]


@dataclass(frozen=True)
class Suggestion:
    """Two accounts that may be one person: why, how sure that is (0 … 1), and what is to be minded, if anything."""

    account_id: str
    with_account_id: str
    names: tuple[str, str]
    evidence: tuple[str, ...]
    confidence: float
    mind: str | None


def suggest(workspace: Workspace, least: float = 0.5) -> list[Suggestion]:
    """Return pairs of accounts that may be one person, the surest first; nothing is merged or kept.

    Left out are accounts of people whom no brand knows by name, pairs that are one person already, and pairs of which
    somebody said that they are not. Raises StoreError where nothing was computed yet.
    """
    read_metric(workspace, "identity", 0)
    with reading(workspace.mentions) as con:
        accounts = con.sql(query("identity_accounts")).to_arrow_table().to_pylist()
    decided = {pair(row["account_id"], row["with_account_id"]) for row in read(workspace, "decided_pairs")}
    return [found for found in suggestions(accounts, decided) if found.confidence >= least]


def suggestions(accounts: Sequence[Account], decided: Iterable[Pair] = ()) -> list[Suggestion]:
    """Return a suggestion for each pair of accounts with evidence that is not decided, the surest first."""
    called = {account["account_id"]: account for account in accounts}
    settled = set(decided)
    evidence = defaultdict[Pair, set[str]](set)
    for two, why in (*same(accounts), *numbered(accounts), *colleagues(accounts)):
        evidence[two].add(why)
    found = [
        suggestion(called[a], called[b], why)
        for (a, b), why in evidence.items()
        if called[a]["person"] != called[b]["person"] and (a, b) not in settled
    ]
    return sorted(found, key=lambda one: (-one.confidence, one.account_id, one.with_account_id))


def pair(a: str, b: str) -> Pair:
    """Return two accounts in the order in which they are compared."""
    return (a, b) if a < b else (b, a)


def same(accounts: Sequence[Account]) -> Iterator[tuple[Pair, str]]:
    """Yield the pairs that share a link, an e-mail address or a handle, and which of these."""
    for key, of in SHARED.items():
        sharing = defaultdict[str, list[Account]](list)
        for account in accounts:
            if value := of(account):
                sharing[value].append(account)
        for group in sharing.values():
            if len(group) <= MOST_SHARING:
                yield from ((pair(a["account_id"], b["account_id"]), why(key, a, b)) for a, b in elsewhere(group))


def numbered(accounts: Sequence[Account]) -> Iterator[tuple[Pair, str]]:
    """Yield accounts that a file knows by their handle alone, each with the one of its network that has that handle.

    Never where two had it: a handle can be given up and taken by somebody else, and nobody says whose the words were.
    """
    holders = defaultdict[tuple[str, str], list[Account]](list)
    for account in accounts:
        holders[account["source"], exact(account)].append(account)
    for (source, name), group in holders.items():
        bare = [account for account in group if account["account_id"].casefold() == f"{source}:{name}"]
        others = [account for account in group if account not in bare]
        if name and len(bare) == len(others) == 1 and source != "hand":
            two = pair(bare[0]["account_id"], others[0]["account_id"])
            yield two, "the same handle at one network, once without its number"


def exact(account: Account) -> str:
    """Return a handle as its network tells it from others: in any case, but with every sign."""
    return str(account["handle"] or "").strip().removeprefix("@").casefold()


def elsewhere(group: Sequence[Account]) -> Iterator[tuple[Account, Account]]:
    """Yield the pairs of accounts of different sources, or of the same if they were typed in."""
    yield from ((a, b) for a, b in combinations(group, 2) if a["source"] != b["source"] or a["source"] == "hand")


def why(key: str, a: Account, b: Account) -> str:
    """Return the evidence that a shared link, address or handle is."""
    verified = " verified" if key == "link" and a["verified"] and b["verified"] else ""
    return f"the same{verified} {key}"


def link(account: Account) -> str | None:
    """Return the web address of a profile as it is compared: without scheme, www., query and closing slash."""
    address = re.sub(r"^https?://(www\.)?|[?#].*$", "", (account["link"] or "").strip().lower())
    return address.rstrip("/") or None


def handle(account: Account) -> str | None:
    """Return a handle as it is compared: its first part, since some networks add the server, without signs."""
    bare = re.sub(r"[\W_]+", "", (account["handle"] or "").lstrip("@").split("@")[0].split(".")[0].lower())
    return bare if len(bare) >= SHORTEST else None


def email(account: Account) -> str | None:
    """Return an e-mail address as it is compared."""
    return (account["email"] or "").strip().lower() or None


# What accounts may share -> how it is read off an account; what it is called is part of the evidence.
SHARED: dict[str, Callable[[Account], str | None]] = {"link": link, "e-mail address": email, "handle": handle}


def colleagues(accounts: Sequence[Account]) -> Iterator[tuple[Pair, str]]:
    """Yield pairs of similar names in one organisation."""
    members = defaultdict[str, list[Account]](list)
    for account in accounts:
        for organisation in account["organisations"] if account["name"] else ():
            members[organisation].append(account)
    for group in members.values():
        if len(group) <= MOST_COLLEAGUES:
            for a, b in alike(group):
                yield pair(a["account_id"], b["account_id"]), "the same organisation and a similar name"


def alike(group: Sequence[Account]) -> Iterator[tuple[Account, Account]]:
    """Yield the pairs of similar names, of different sources."""
    names = [account["name"] for account in group]
    scores = process.cdist(
        names, names, scorer=fuzz.token_sort_ratio, processor=utils.default_process, score_cutoff=SIMILAR
    )
    for i, j in np.argwhere(np.triu(scores, 1) > 0):
        yield from elsewhere([group[i], group[j]])


def similar(a: Account, b: Account) -> bool:
    """Say whether two accounts have similar names."""
    if not (a["name"] and b["name"]):
        return False
    score = fuzz.token_sort_ratio(a["name"], b["name"], processor=utils.default_process, score_cutoff=SIMILAR)
    return score > 0


def suggestion(a: Account, b: Account, found: Iterable[str]) -> Suggestion:
    """Return two accounts with their evidence; it is sure by 1 − Π (1 − weight), as if each spoke for itself."""
    evidence = set(found)
    if similar(a, b) and "the same organisation and a similar name" not in evidence:
        evidence.add("a similar name")
    confidence = 1 - prod(1 - WEIGHTS[each] for each in evidence)
    names = (a["name"] or a["handle"] or a["account_id"], b["name"] or b["handle"] or b["account_id"])
    ordered = tuple(sorted(evidence, key=lambda each: -WEIGHTS[each]))
    mind = to_mind(a["account_id"], b["account_id"])
    return Suggestion(a["account_id"], b["account_id"], names, ordered, round(confidence, 3), mind)
