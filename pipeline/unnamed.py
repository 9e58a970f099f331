"""The raw records of others without what names somebody who was forgotten."""

import json
import re
from typing import Any

import duckdb
import pyarrow as pa

from pipeline.store import incoming, query
from pipeline.touch import sound

# By one of these keys an object is somebody.
WHO = ("id", "id_str", "did", "uri", "url", "acct", "handle", "username", "screen_name")
WORDED = {"text", "full_text", "content", "body", "record"}  # an object with one of these is a message
LEAST_ID = 100_000
BATCH = 5000


def names_of(con: duckdb.DuckDBPyConnection, account_id: str) -> frozenset[str]:
    """Return what an account is called by, as `is_name` compares it: its id with and without the source, its handle."""
    asked = "select handle from account where account_id = $account"
    handles = [handle for (handle,) in con.execute(asked, {"account": account_id}).fetchall()]
    return frozenset(map(bare, [account_id, account_id.partition(":")[2], *filter(None, handles)])) - {""}


def save(con: duckdb.DuckDBPyConnection, names: frozenset[str]) -> int:
    """Blank these names in every raw record; return in how many they were."""
    found = con.execute(query("naming_records"), {"pattern": pattern(names)})
    changed: list[dict[str, str]] = []
    while rows := found.fetchmany(BATCH):
        for touch_id, brand, payload in rows:
            before = json.loads(payload)
            if (after := without(before, names)) != before:
                told = sound(json.dumps(after, ensure_ascii=False))
                changed.append({"touch_id": touch_id, "brand": brand, "payload": told})
    if changed:
        with incoming(con, pa.Table.from_pylist(changed)):
            con.execute(query("save_unnamed"))
    return len(changed)


def pattern(names: frozenset[str]) -> str:
    """Return the regular expression of payloads in which a whole text or number may be one of the names."""
    written = "|".join(re.escape(json.dumps(name, ensure_ascii=False)[1:-1]) for name in sorted(names))
    return rf'(?:["\s\pZ@:,\[]|\\[tnr])(?:{written})["\s\pZ,}}\]\\]'  # a tab is two characters in JSON


def without(value: Any, names: frozenset[str], inside: bool = False) -> Any:
    """Return a value of JSON in which each text or number that is one of the names is blank.

    An object within the record that is about nobody else, such as the author of what was answered, is empty.
    """
    if isinstance(value, dict):
        if inside and not WORDED & value.keys() and any(is_name(value.get(key), names) for key in WHO):
            return {}
        return {key: without(each, names, True) for key, each in value.items() if not is_name(key, names)}
    if isinstance(value, list):
        return [without(each, names, True) for each in value]
    return "" if is_name(value, names) else value


def is_name(value: Any, names: frozenset[str]) -> bool:
    """Say whether a text or number is one of the names, whatever its case, spaces around it and a leading @.

    A small number counts something; the ids of networks are long. In a table every value is text, and none is spared.
    """
    may_be = isinstance(value, str) or (isinstance(value, int) and value >= LEAST_ID)
    return may_be and bare(str(value)) in names


def bare(name: str) -> str:
    """Return a name as it is compared."""
    return name.strip().removeprefix("@").lower()
