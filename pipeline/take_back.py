"""An import is taken back: what it stored goes, as if the file had never come."""

from collections import Counter
from dataclasses import dataclass

from pipeline.erase import erase, read_written
from pipeline.imports import Import
from pipeline.publish import run_all
from pipeline.store import StoreError, Workspace, connect, count, now, query, transaction

UNKNOWN = (
    "{name} was imported before Orchard kept which rows an import stores, so it cannot be taken back: nobody knows "
    "which are its own"
)


@dataclass(frozen=True)
class TakenBack:
    """What went, and the (file, brand) of imports that may have skipped rows since this one had them.

    ``sources`` has how many of the touches were of which source.
    """

    touches: int
    accounts: int
    rejects: int
    sources: dict[str, int]
    unread: list[tuple[str, str]]


def take_back(workspace: Workspace, found: Import) -> TakenBack:
    """Remove what an import stored with all that was made of it, and the import itself, all or nothing.

    What people typed stays, and whoever was forgotten stays so. The numbers, the published file and the bytes of the
    files know of it until the next refresh. Imports that may have skipped a row of it count as unread, so that it comes
    back with them. Raises StoreError where it is not known which rows are its own.
    """
    if not found.is_known:
        raise StoreError(UNKNOWN.format(name=found.name))
    values = {"file_sha256": found.sha256, "brand": found.brand, "file": found.file, "now": now()}
    values["written"] = read_written_brands(workspace)
    people = read_written(workspace)
    with connect(workspace.mentions) as con, transaction(con):
        own = {"brand": found.brand, "file_sha256": found.sha256}
        held = con.sql(query("touches_of_import"), params=own).to_arrow_table()
        gone = erase(con, held.select(["touch_id"]), found.brand, people)
        unread = sorted(con.execute(query("mark_unread"), own | {"file": found.file}).fetchall())
        rejects = count(con, "select count(*) from reject", {})
        run_all(con, query("unlearn_accounts"), values)
        run_all(con, query("remove_import"), values)
        rejects -= count(con, "select count(*) from reject", {})
    return TakenBack(gone.touches, gone.accounts, rejects, dict(Counter(held["source"].to_pylist())), unread)


def read_written_brands(workspace: Workspace) -> list[str]:
    """Return the brands with which people typed something."""
    if not workspace.journal.exists():
        return []
    with connect(workspace.journal) as con:
        return [brand for (brand,) in con.execute(query("written_brands")).fetchall()]
