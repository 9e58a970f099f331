"""A brand that was imported by its name, before brand.toml said what it is called, becomes the one of brand.toml."""

from collections.abc import Iterable, Iterator, Sequence

from pipeline.contents import read_brands
from pipeline.publish import run_all
from pipeline.settings import Settings
from pipeline.store import Workspace, connect, query, reading, transaction
from pipeline.touch import Brand


def adopt(workspace: Workspace, settings: Settings) -> Iterator[str]:
    """Give what is stored under another name of a configured brand to that brand; yield a line on each.

    Every import since then goes to the configured one: two brands would each have a part of the messages.
    """
    configured = [brand.to_brand() for brand in settings.brand_settings()]
    for old, new in adopted([brand.key for brand in read_brands(workspace)], configured):
        rename(workspace, {"old": old, "new": new.key, "name": new.name})
        yield f"what was imported as {old!r} is of {new.key!r} now, as brand.toml says"
    for old, new in adopted(read_typed_brands(workspace), configured):
        rename_typed(workspace, {"old": old, "new": new.key})
        yield f"what was typed of {old!r} is of {new.key!r} now, as brand.toml says"


def adopted(known: Iterable[str], configured: Sequence[Brand]) -> Iterator[tuple[str, Brand]]:
    """Yield those of the known keys that are another name of a configured brand, each with that brand."""
    keys = {brand.key for brand in configured}
    for key in known:
        new = next((brand for brand in configured if brand.is_called(key)), None)
        if new is not None and key not in keys:
            yield key, new


def rename(workspace: Workspace, names: dict[str, str]) -> None:
    """Give one brand's facts and what people typed of it to another; a run that is cut off in between does it again."""
    rename_typed(workspace, names)
    with connect(workspace.mentions) as con, transaction(con):
        run_all(con, query("adopt"), names)


def rename_typed(workspace: Workspace, names: dict[str, str]) -> None:
    """Give what people typed of one brand to another."""
    with connect(workspace.journal) as con, transaction(con):
        run_all(con, query("adopt_typed"), names)


def read_typed_brands(workspace: Workspace) -> list[str]:
    """Return the brands of which anything was ever typed.

    Pages name a brand as it was when they were published, also while its facts have another name already; and a journal
    that is restored is of its time.
    """
    if not workspace.journal.exists():
        return []
    with reading(workspace.journal) as con:
        return [brand for (brand,) in con.execute(query("typed_brands")).fetchall()]
