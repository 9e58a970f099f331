"""What an entry of ``[[sources]]`` in brand.toml may say, for files and for every network."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from pipeline.touch import check_map

FILE_FORMATS = Literal["auto", "twcs", "airline", "dialogues", "orchard", "mapped"]


class Source(BaseModel):
    """An entry; unknown keys are errors, since a misspelt key would otherwise be a silent default."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class FileSource(Source):
    """Files that every refresh imports: a pattern below the workspace, such as ``inbox/*.csv``."""

    type: Literal["file"]
    path: str = Field(min_length=1)
    brand: str = Field(min_length=1)
    name: str = Field("file", pattern=r"^[a-z0-9_]+$", description="where the rows come from; part of their ids")
    format: FILE_FORMATS = "auto"
    map: dict[str, str] = {}

    @field_validator("map")
    @classmethod
    def map_is_whole(cls, mapping: dict[str, str]) -> dict[str, str]:
        """Refuse a map of unknown fields, or without the needed ones."""
        if mapping:
            check_map(mapping)
        return mapping


class NetworkSource(Source):
    """What the ``[[sources]]`` entries of all networks have in common."""

    type: str
    name: str = Field(pattern=r"^[a-z0-9_]+$", description="what the runs, cursors and costs are kept under")
    brand: str = Field(min_length=1)
    since: datetime | None = Field(default=None, description="how far back the first run goes, where the network can")
    overlap_minutes: float = Field(default=15, ge=0, description="what is read again, since networks show some late")
    monthly_budget: float | None = Field(default=None, ge=0, description="USD a calendar month (UTC); none: no limit")
    timeout_seconds: float = Field(default=30, gt=0, le=300)
    recheck_days: float | None = Field(default=None, gt=0, description="how often what is stored is looked up again")


class HackerNewsSource(NetworkSource):
    """How Hacker News is read; it needs no key."""

    type: Literal["hackernews"]
    name: str = "hackernews"
    terms: tuple[str, ...] = Field(default=(), description="what to search for; the brand's terms and name if none")
    api_base: str = "https://hn.algolia.com/api/v1"


AnySource = Annotated[FileSource | HackerNewsSource, Field(discriminator="type")]

SOURCE_TYPES: Mapping[str, type[Source]] = {"file": FileSource, "hackernews": HackerNewsSource}
