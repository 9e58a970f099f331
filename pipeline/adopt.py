"""A brand that was imported by its name, before brand.toml said what it is called, becomes the one of brand.toml."""

from collections.abc import Iterator

from pipeline.contents import read_brands
from pipeline.publish import run_all
from pipeline.settings import Settings
from pipeline.store import Workspace, connect, query, transaction


def adopt(workspace: Workspace, settings: Settings) -> Iterator[str]:
    """Give what is stored under another name of a configured brand to that brand; yield a line on each.

    Every import since then goes to the configured one: two brands would each have a part of the messages.
    """
    configured = [brand.to_brand() for brand in settings.brand_settings()]
    keys = {brand.key for brand in configured}
    for old in read_brands(workspace):
        new = next((brand for brand in configured if brand.is_called(old.key)), None)
        if new is not None and old.key not in keys:
            rename(workspace, {"old": old.key, "new": new.key, "name": new.name})
            yield f"what was imported as {old.key!r} is of {new.key!r} now, as brand.toml says"


def rename(workspace: Workspace, names: dict[str, str]) -> None:
    """Give one brand's facts and what people typed of it to another; a run that is cut off in between does it again."""
    for file, sql in ((workspace.journal, "adopt_typed"), (workspace.mentions, "adopt")):
        with connect(file) as con, transaction(con):
            run_all(con, query(sql), names)
