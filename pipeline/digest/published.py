"""The published numbers, as a digest or a notice reads them."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import duckdb
import pandas as pd

from pipeline import reads, store
from pipeline.digest.words import harmless
from pipeline.sections import NotifySettings
from pipeline.settings import Settings
from pipeline.store import StoreError, Workspace

OLD = timedelta(days=8)  # from where on data have ended, and the people in them not fallen silent


@dataclass(frozen=True)
class Published:
    """The published numbers, and whether people may be named in what is told of them."""

    workspace: Workspace
    con: duckdb.DuckDBPyConnection
    meta: Any
    brands: pd.DataFrame
    names: bool

    def read(self, name: str, **values: Any) -> pd.DataFrame:
        """Return the answer of the published file to one of READS."""
        return reads.frame(self.con, name, **values)

    @property
    def newest(self) -> Any:
        """Return when the newest touch was that was collected; NaT where people typed all there is."""
        return self.brands["last_collected"].max()

    @property
    def moment(self) -> Any:
        """Return what is now to the numbers: when they were made, or the end of the past day that they stand of."""
        return self.meta["as_of" if self.meta["past"] else "published_at"]

    @property
    def have_ended(self) -> bool:
        """Say whether nothing was collected for so long that it is the data that ended."""
        return bool(pd.isna(self.newest) or self.moment - self.newest >= OLD)


@contextmanager
def opened(workspace: Workspace, settings: Settings) -> Iterator[Published]:
    """Open the published file. Raises StoreError where there is none yet."""
    if not workspace.published.exists():
        raise StoreError(f"nothing is published in {workspace.folder} yet: run refresh first")
    told = settings.notify or NotifySettings()
    with store.open_published(workspace.published) as con:
        meta, brands = reads.frame(con, "meta").iloc[0], reads.frame(con, "brands")
        names = told.names and meta["people"] == settings.privacy.people == "named"
        yield Published(workspace, con, meta, brands, names)


def names_of(numbers: Published, brand: str, people: Sequence[str]) -> dict[str, str]:
    """Return how people are called, of those who are told by name."""
    found = numbers.read("names", brand=brand, people=list(people))
    return {row["person_id"]: harmless(row["name"]) for row in found.to_dict("records") if row["name"]}
