"""Touches that were stored before a handle of their brand was known: which are its own words, and which speak to it."""

from collections.abc import Iterable, Iterator

from duckdb import DuckDBPyConnection

from pipeline.store import Workspace, connect, query, transaction
from pipeline.touch import Brand, squeeze

ROWS = 10_000  # texts that are held at once


def settle(workspace: Workspace, brands: Iterable[Brand]) -> Iterator[str]:
    """Tell the touches of brands apart anew, where a brand has handles that were not known then; yield a line on each.

    What was found by a handle stays found when the handle is taken away.
    """
    if not workspace.mentions.exists():
        return
    for brand in brands:
        handles = {squeeze(handle) for handle in brand.handles}
        with connect(workspace.mentions) as con, transaction(con):
            known = {row[0] for row in con.execute(query("known_handles"), {"brand": brand.key}).fetchall()}
            if handles <= known:
                continue
            ours, spoken = own_words(con, brand), speak_to(con, brand)
            con.execute("insert or replace into known_handles values (?, ?)", [brand.key, sorted(handles | known)])
        if ours or spoken:
            yield f"{brand.name}, by its handles of today: {ours} stored touches are its own, {spoken} more speak to it"


def own_words(con: DuckDBPyConnection, brand: Brand) -> int:
    """Make inbound touches of the brand's own accounts outbound ones; return how many they are."""
    accounts = con.execute(query("speakers"), {"brand": brand.key}).fetchall()
    own = [account for account, handle in accounts if brand.is_handle(handle)]
    return changed(con, "own_words", {"brand": brand.key, "accounts": own}) if own else 0


def speak_to(con: DuckDBPyConnection, brand: Brand) -> int:
    """Mark inbound touches whose text calls the brand by a handle; return how many are new."""
    texts, found = con.execute(query("speak_to_nobody"), {"brand": brand.key}), list[str]()
    while rows := texts.fetchmany(ROWS):
        found += [touch_id for touch_id, text in rows if brand.has_handle_in(text)]
    return changed(con, "speak_to", {"brand": brand.key, "touches": found}) if found else 0


def changed(con: DuckDBPyConnection, name: str, values: dict[str, object]) -> int:
    """Return how many rows an update changed."""
    ((many,),) = con.execute(query(name), values).fetchall()
    return int(many)
