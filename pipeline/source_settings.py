"""What an entry of ``[[sources]]`` in brand.toml may say, for files and for every network."""

import glob
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from pipeline.touch import Dates, check_map, text_encoding

FILE_FORMATS = Literal[
    "auto",
    "twcs",
    "airline",
    "dialogues",
    "orchard",
    "fourcat",
    "brandwatch",
    "meltwater",
    "sprout",
    "talkwalker",
    "xarchive",
    "mapped",
]


SOURCE_NAME = r"^[a-z0-9_]+$"  # part of ids, which have a colon after it
WORD = r"^\w+$"
BASE = r"^https?://[^\s/?#@]+$"
BASE_WITH_PATH = r"^https?://[^\s?#@]+$"
SOCKET = r"^wss?://[^\s?#@]+$"
REDDIT_AGENT = r"^[^\s:]+:[^\s:]+:\S+ \(by /u/[\w-]+\)$"
BLUESKY_HANDLE = r"^([\w-]+\.)*[\w-]*$"
X_HANDLE = r"^@?\w{1,15}$"
X_OWNED = r"^\w{0,15}$"

FORMS = {  # what a pattern means, in words
    SOURCE_NAME: "small letters, digits and _ alone",
    WORD: "letters, digits and _ alone, without # or r/",
    BASE: "an address such as https://example.org, without a path, name and password",
    BASE_WITH_PATH: "an address such as https://example.org/v1, without name and password",
    SOCKET: "an address such as wss://example.org/v1, without name and password",
    REDDIT_AGENT: "of Reddit's form: platform:app:version (by /u/your_name)",
    BLUESKY_HANDLE: "a handle such as tamrow.bsky.social, without @",
    X_HANDLE: "a handle of X: up to 15 letters, digits and _",
    X_OWNED: "a handle of X without @: up to 15 letters, digits and _",
}

TEN_YEARS_OF_MINUTES = 3660 * 24 * 60
TEN_YEARS = 3660  # in days
FIRST = datetime(1970, 1, 1, tzinfo=UTC)


class Source(BaseModel):
    """An entry; unknown keys are errors, since a misspelt key would otherwise be a silent default."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class FileSource(Source):
    """Files that every refresh imports: a pattern below the workspace, such as ``inbox/*.csv``."""

    type: Literal["file"]
    path: str = Field(min_length=1)
    brand: str = Field(min_length=1)
    name: str = Field("file", pattern=SOURCE_NAME, description="where the rows come from; part of their ids")
    format: FILE_FORMATS = "auto"
    map: dict[str, str] = {}
    encoding: str = Field("", description="such as cp1252, where the one found is wrong")
    sheet: str = Field("", description="of a workbook: which one is read, where several would do")
    direct_messages: bool = Field(False, description="take those of an archive of X in, too")
    dates: Dates = Field("", description="of 3/4/2025: dmy or mdy, where the file does not prove it")

    @field_validator("map")
    @classmethod
    def map_is_whole(cls, mapping: dict[str, str]) -> dict[str, str]:
        """Refuse a map of unknown fields, or without the needed ones."""
        if mapping:
            check_map(mapping)
        return mapping

    @field_validator("encoding")
    @classmethod
    def encoding_is_known(cls, encoding: str) -> str:
        """Refuse an encoding that there is not, or that is not one of text."""
        return text_encoding(encoding) if encoding else ""

    @model_validator(mode="after")
    def columns_are_told_once(self) -> Self:
        """Refuse a map beside a format that has columns of its own, and the format of a map without one."""
        if self.format == "mapped" and not self.map:
            raise ValueError('format = "mapped" needs map, such as { text = "Body", author = "User", at = "Date" }')
        if self.map and self.format not in ("auto", "mapped"):
            raise ValueError(f"map tells what the columns are, and so does format = '{self.format}': give one of them")
        return self

    def files(self, folder: Path) -> list[Path]:
        """Return the files and folders of a workspace that the pattern finds, in the order of their names."""
        pattern = Path(glob.escape(str(folder))) / self.path  # the folder's own name is no pattern
        found = sorted(map(Path, glob.glob(str(pattern), recursive=True)))
        return [path for path in found if not path.name.startswith("~$")]  # of a workbook that is open in Excel


class NetworkSource(Source):
    """What the ``[[sources]]`` entries of all networks have in common."""

    type: str
    name: str = Field(pattern=SOURCE_NAME, description="what the runs, cursors and costs are kept under")
    brand: str = Field(min_length=1)
    since: datetime | None = Field(default=None, description="how far back the first run goes, where the network can")
    overlap_minutes: float = Field(
        default=15, ge=0, le=TEN_YEARS_OF_MINUTES, description="what is read again, since networks show some late"
    )
    monthly_budget: float | None = Field(
        default=None, ge=0, allow_inf_nan=False, description="USD a calendar month (UTC); none: no limit"
    )
    timeout_seconds: float = Field(default=30, gt=0, le=300)
    recheck_days: float = Field(
        default=0, ge=0, le=TEN_YEARS, description="how often what is stored is looked up again; 0: never"
    )

    @field_validator("since", "archive_since", check_fields=False)
    @classmethod
    def moments_have_been(cls, moment: datetime | None) -> datetime | None:
        """Refuse a moment that has not come: nothing would be read until then."""
        if moment and not FIRST <= (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) <= datetime.now(UTC):
            raise ValueError("a day in the past is needed, from 1970 on")
        return moment

    @field_validator("terms", check_fields=False)
    @classmethod
    def terms_are_words(cls, terms: tuple[str, ...]) -> tuple[str, ...]:
        """Refuse to search for nothing: a network may answer with everything."""
        if not all(any(map(str.isalnum, term)) for term in terms):
            raise ValueError("a term without letters or digits; what should be searched for?")
        return terms


class HackerNewsSource(NetworkSource):
    """How Hacker News is read; it needs no key."""

    type: Literal["hackernews"]
    name: str = "hackernews"
    terms: tuple[str, ...] = Field(default=(), description="what to search for; the brand's terms and name if none")
    threads: int = Field(default=100, ge=0, description="how many recent threads are read whole in each run")
    api_base: str = Field(default="https://hn.algolia.com/api/v1", pattern=BASE_WITH_PATH)
    items_base: str = Field(default="https://hacker-news.firebaseio.com/v0", pattern=BASE_WITH_PATH)


class RssSource(NetworkSource):
    """Which feeds are read; they need no key."""

    type: Literal["rss"]
    name: str = "rss"
    feeds: tuple[str, ...] = Field(min_length=1, description="the addresses of RSS or Atom feeds")
    all: bool = Field(default=False, description="keep every entry, whether it names the brand or not")
    most_megabytes: float = Field(default=8, gt=0, le=256, description="what is larger is not read")

    @field_validator("feeds")
    @classmethod
    def feeds_are_addresses(cls, feeds: tuple[str, ...]) -> tuple[str, ...]:
        """Refuse what is no web address, the same one twice, and passwords: settings are no place for them."""
        for number, feed in enumerate(feeds, 1):
            if not re.fullmatch(r"https?://[^\s@/?#]+(/\S*|\?\S*)?", feed):
                raise ValueError(
                    f"feed {number} is no address such as https://example.org/feed, without name and password"
                )
        if len(set(feeds)) < len(feeds):
            raise ValueError("a feed is named twice")
        return feeds


class RedditSource(NetworkSource):
    """How Reddit is read; its keys are in the environment."""

    type: Literal["reddit"]
    name: str = "reddit"
    user_agent: str = Field(
        pattern=REDDIT_AGENT,
        description="who reads, in Reddit's form: platform:app:version (by /u/your_name)",
    )
    subreddits: tuple[Annotated[str, Field(pattern=WORD)], ...] = Field(default=(), description="read whole")
    terms: tuple[str, ...] = Field(default=(), description="what to search for; the brand's terms and name if none")
    all: bool = Field(default=False, description="keep all of the subreddits, whether it names the brand or not")
    inbox: bool = Field(default=False, description="read the mentions of the account that logs in, too")
    threads: int = Field(default=50, ge=0, description="how many recent threads are read whole in each run")
    api_base: str = Field(default="https://oauth.reddit.com", pattern=BASE_WITH_PATH)
    login_base: str = Field(default="https://www.reddit.com", pattern=BASE_WITH_PATH)


class BlueskySource(NetworkSource):
    """How Bluesky is read; without ``login`` only what the brand says, its threads and the stream of everything."""

    type: Literal["bluesky"]
    name: str = "bluesky"
    login: str = Field(
        default="", pattern=BLUESKY_HANDLE, description="the account that searches, with an app password"
    )
    terms: tuple[str, ...] = Field(default=(), description="what to search for; the brand's terms and name if none")
    threads: int = Field(default=50, ge=0, description="how many recent threads are read whole in each run")
    api_base: str = Field(default="https://bsky.social", pattern=BASE_WITH_PATH)
    public_base: str = Field(default="https://public.api.bsky.app", pattern=BASE_WITH_PATH)
    jetstream_base: str = Field(default="wss://jetstream.us-east.bsky.network/xrpc", pattern=SOCKET)


class MastodonSource(NetworkSource):
    """How Mastodon is read, through one instance; ``mentions`` and ``search`` need a token of an account there."""

    type: Literal["mastodon"]
    name: str = "mastodon"
    mentions: bool = Field(default=True, description="read what was said to the account of the token")
    search: bool = Field(default=False, description="search for the terms, where the instance can search words")
    terms: tuple[str, ...] = Field(default=(), description="what to search for; the brand's terms and name if none")
    hashtags: tuple[Annotated[str, Field(pattern=WORD)], ...] = Field(default=(), description="without the #")
    all: bool = Field(default=False, description="keep all of the hashtags, whether it names the brand or not")
    direct_messages: bool = Field(default=False, description="keep what was said to the account alone, too")
    threads: int = Field(default=30, ge=0, description="how many recent threads are read whole in each run")
    api_base: str = Field(default="https://mastodon.social", pattern=BASE)


class XSource(NetworkSource):
    """How X is read; its keys are in the environment. Prices are of one resource in USD, as X published them last."""

    type: Literal["x"]
    name: str = "x"
    overlap_minutes: float = Field(
        default=35, ge=0, le=TEN_YEARS_OF_MINUTES, description="a post can be edited for half an hour"
    )
    owned: str = Field(
        default="", pattern=X_OWNED, description="the handle that the keys of the user are of: it costs less"
    )
    handles: tuple[Annotated[str, Field(pattern=X_HANDLE)], ...] = Field(
        default=(), description="which of the brand's handles are read; all that can be some of X if none"
    )
    search: bool = Field(default=True, description="search for who names the brand without calling it")
    terms: tuple[str, ...] = Field(default=(), description="what to search for; the brand's terms and name if none")
    query_extra: str = Field(default="", max_length=200, description="operators for every search, such as lang:en")
    threads: int = Field(default=50, ge=0, description="of how many recent threads the rest is read in each run")
    quotes: int = Field(default=25, ge=0, description="of how many recent posts of the brand quotes are searched for")
    likes: int = Field(default=0, ge=0, description="of how many recent posts of the brand likes are read")
    archive_since: datetime | None = Field(default=None, description="search the archive once, back to this moment")
    page_size: int = Field(default=100, ge=10, le=100, description="posts a page; fewer suit a small budget")
    most_pages: int = Field(default=20, ge=1, description="pages of one stream in one run; the next run goes on")
    wait_seconds: float = Field(default=5, ge=0, le=900, description="how long a rate limit is waited for")
    fields: Literal["tweet", "post"] = Field(default="tweet", description="how parameters are spelt; X changes it")
    price_post: float = Field(default=0.005, ge=0)
    price_user: float = Field(default=0.010, ge=0)
    price_owned: float = Field(default=0.001, ge=0, description="of a post on the timelines of `owned`")
    recheck_days: float = Field(
        default=1, ge=0, le=TEN_YEARS, description="how often what is stored is looked up again; 0: never"
    )
    recheck: Literal["job", "lookup"] = Field(
        default="job", description="by a batch compliance job, or by price_post for each stored post"
    )
    job_minutes: float = Field(default=10, ge=0, le=120, description="how long a run waits for a job; the next goes on")
    job_wait_seconds: float = Field(default=1, ge=0, le=60, description="before a job is looked at again; doubled")
    api_base: str = Field(default="https://api.x.com", pattern=BASE)

    @model_validator(mode="after")
    def likes_are_owned(self) -> Self:
        """Refuse likes without the account whose keys show them."""
        if self.likes and not self.owned:
            raise ValueError("X shows likes to the account itself only: likes need owned, and its keys")
        return self


AnySource = Annotated[
    FileSource | HackerNewsSource | RssSource | RedditSource | BlueskySource | MastodonSource | XSource,
    Field(discriminator="type"),
]

SOURCE_TYPES: Mapping[str, type[Source]] = {
    "file": FileSource,
    "hackernews": HackerNewsSource,
    "rss": RssSource,
    "reddit": RedditSource,
    "bluesky": BlueskySource,
    "mastodon": MastodonSource,
    "x": XSource,
}
