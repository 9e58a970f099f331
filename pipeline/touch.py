"""The shapes that every source produces."""

import codecs
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache
from io import BytesIO, TextIOWrapper
from typing import Any, Literal, get_args

Direction = Literal["in", "out"]
Dates = Literal["", "dmy", "mdy"]  # whether the day comes first, or the month; empty: nobody said so
Kind = Literal[
    "mention",
    "reply",
    "quote",
    "repost",
    "like",
    "message",
    "call",
    "meeting",
    "gift",
    "introduction",
    "note",
]
AccountKind = Literal["person", "organisation", "brand", "staff", "bot"]

KINDS: tuple[str, ...] = get_args(Kind)
ACCOUNT_KINDS: tuple[str, ...] = get_args(AccountKind)
FRUITS = ("friendship", "referral", "introduction", "testimonial", "renewal", "new business")
GROUPS = ("kind", "list", "organisation")
OFFLINE_KINDS = ("call", "meeting", "gift", "introduction", "note")


class MappingError(ValueError):
    """A raw record cannot become a touch; the message is the reason that is kept with the reject."""


@dataclass(frozen=True)
class Brand:
    """The company or a competitor: ``key`` names it in the store, the others are how people and files call it."""

    key: str
    name: str
    handles: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()

    def names(self) -> tuple[str, ...]:
        """Return everything that a text may call this brand."""
        return (self.key, self.name, *self.handles, *self.terms)

    def is_called(self, name: str | None) -> bool:
        """Say whether a name, handle or account of a file is this brand; case, spaces and a leading @ do not matter."""
        return name is not None and squeeze(name) in called(self)

    def is_handle(self, handle: str | None) -> bool:
        """Say whether a handle of a network is one of this brand's: its name may be the handle of somebody else."""
        return handle is not None and squeeze(handle) in {squeeze(own) for own in self.handles}

    def has_handle_in(self, text: str) -> bool:
        """Say whether a text of a network calls one of this brand's handles."""
        return any(self.is_handle(handle) for handle in re.findall(r"@(\w+)", text))

    def is_addressed(self, text: str) -> bool:
        """Say whether a text speaks to the brand by one of its handles."""
        return any(self.is_called(handle) for handle in re.findall(r"@(\w+)", text))


@lru_cache(256)
def called(brand: Brand) -> frozenset[str]:
    """Return the names of a brand as they are compared."""
    return frozenset(squeeze(name) for name in (brand.key, brand.name, *brand.handles))


def first_name(text: str) -> str | None:
    """Return whom a text addresses at its very start, if anybody: ``@name ...``."""
    found = re.match(r"@(\w+)", text)
    return found[1] if found else None


def squeeze(name: str) -> str:
    """Return a name as it is compared: lower case, without spaces and a leading @."""
    return "".join(name.split()).removeprefix("@").casefold()


@dataclass(frozen=True)
class Account:
    """One identity at one source; ``id`` is ``source:native id``.

    ``link`` is the web address in its public profile, ``verified`` whether the source has checked that this is theirs;
    ``email`` is one that they gave.
    """

    id: str
    source: str
    handle: str | None = None
    name: str | None = None
    kind: AccountKind = "person"
    link: str | None = None
    email: str | None = None
    verified: bool | None = None


@dataclass(frozen=True)
class Touch:
    """One event between a person and a brand.

    ``account`` is always the person's side, in both directions; None where the brand spoke to nobody in particular.
    ``at`` is naive UTC. ``addressed`` says that the person spoke to the brand and not only about it.
    """

    id: str
    source: str
    brand: str
    account: Account | None
    direction: Direction
    kind: Kind
    at: datetime
    text: str = ""
    public: bool = True
    addressed: bool = False
    conversation: str | None = None
    reply_to: str | None = None
    url: str | None = None
    author: str | None = None


NOT_TEXT = {"account", "at", "public", "addressed", "verified"}


def not_text(touch: Touch) -> str | None:
    """Return the first field of a touch or its account that must be text, or nothing, and is something else."""
    for part in (touch, touch.account):
        for each in fields(part) if part else ():
            value = getattr(part, each.name)
            if each.name not in NOT_TEXT and value is not None and not isinstance(value, str):
                return each.name
    return None


@dataclass(frozen=True)
class Record:
    """One raw row of a file: its number (1 is the first after the header), its values, and its problem if any.

    ``day_first`` is what is known of the dates of its file, as to_time takes it.
    """

    number: int
    values: dict[str, Any]
    problem: str | None = None
    day_first: bool | None = None


@dataclass(frozen=True)
class DateOrder:
    """What is known of the dates of a file, as to_time takes it; and words on it, where somebody may wonder.

    None: it has none that may be in either order. ``usual`` is how the first that may be is read where nobody knows.
    """

    day_first: bool | None = None
    words: str = ""
    usual: bool | None = None


UNTOLD = DateOrder()


@dataclass(frozen=True)
class Mapped:
    """A record that became a touch."""

    record: Record
    touch: Touch


@dataclass(frozen=True)
class Reject:
    """A record that could not be mapped, with the reason."""

    record: Record
    reason: str


@dataclass(frozen=True)
class NotAbout:
    """A record that is sound, but not about the brand in question.

    ``touch_id`` is what it would be, and ``text`` its words, where it may have been about the brand before an edit.
    """

    record: Record
    touch_id: str = ""
    text: str = ""


TAKEN_BACK = "changed by its author, and not about the brand any more"  # why something is Gone


@dataclass(frozen=True)
class Gone:
    """A record that says that touches are no more: deleted, withheld, protected, or replaced by an edited one.

    ``brand`` is the only brand whose touches they are no more, as after an edit; empty: those of every brand.
    ``ahead``: they may come yet, and are to be kept away then, though none of them is stored.
    """

    record: Record
    touch_ids: tuple[str, ...]
    reason: str
    brand: str = ""
    ahead: bool = False


Outcome = Mapped | Reject | NotAbout | Gone


@dataclass
class Counts:
    """What became of the rows of an import: ``read`` is always the sum of the others.

    ``dates`` are words on how its dates were read, where somebody may wonder, ``lost`` those on characters that were
    lost, and ``sheet`` those on which sheet of a workbook was read.
    """

    read: int = 0
    stored: int = 0
    already: int = 0
    not_about: int = 0
    encoding: str = ""
    dates: str = ""
    lost: str = ""
    sheet: str = ""
    rejected: dict[str, int] = field(default_factory=dict)

    def reject(self, reason: str) -> None:
        """Count one reject under its reason."""
        self.rejected[reason] = self.rejected.get(reason, 0) + 1


EARLIEST = datetime(1990, 1, 1)
TIME_FORMATS = (
    "%a %b %d %H:%M:%S %z %Y",
    "%Y-%m-%d %H:%M:%S %z",
    "%m/%d/%Y %H:%M:%S",
    "%m/%d/%Y %H:%M",
    "%m/%d/%Y %I:%M %p",
    "%m/%d/%Y %I:%M:%S %p",
    "%m/%d/%Y",
    "%m-%d-%Y %H:%M:%S",
    "%m-%d-%Y %H:%M",
    "%m-%d-%Y",
    "%Y/%m/%d %H:%M:%S",
    "%Y/%m/%d %H:%M",
    "%Y/%m/%d",
    "%d.%m.%Y %H:%M:%S",
    "%d.%m.%Y %H:%M",
    "%d.%m.%Y",
    "%d-%b-%Y %H:%M:%S",
    "%Y-%m-%d %I:%M %p",
    "%Y-%m-%d %I:%M:%S %p",
    "%d-%b-%Y %I:%M%p",
    "%d-%b-%Y %I:%M %p",
    "%d-%b-%Y %H:%M",
    "%d-%b-%Y",
    "%b %d, %Y",
    "%B %d, %Y",
    "%d %b %Y",
    "%d %B %Y",
    "%d %b %Y %H:%M",
    "%d %B %Y %H:%M",
    "%d %b %Y %H:%M:%S",
    "%d %B %Y %H:%M:%S",
    "%d %b %Y %H:%M:%S %z",
    "%a, %d %b %Y %H:%M:%S",
    "%a, %d %b %Y %H:%M:%S %z",
)
OF_UTC = re.compile(r"(?<=\d)( \+0000 \((UTC|GMT)\)| (UTC|GMT))$")  # behind a time, as mail writes it


def to_time(text: str | None, day_first: bool | None = None) -> datetime:
    """Return a moment as naive UTC, from ISO 8601, the X formats, Unix time (s or ms) or the common export formats.

    A time without zone is taken as UTC. ``day_first`` tells of 3/4/2025 and 3-4-2025 whether the day comes first; where
    nobody knows, the month does with slashes, and the day with dashes. Raises MappingError where there is none, or
    one that no message can have: one typing error must not move every period of the dashboard.
    """
    text = (text or "").strip()
    if not text:
        raise MappingError("no date and time")
    moment = parse_time(OF_UTC.sub("", text), day_first)
    if moment is None:
        raise MappingError("not a date and time")
    if not EARLIEST <= moment <= datetime.now(UTC).replace(tzinfo=None) + timedelta(days=1):
        raise MappingError("a date before 1990 or in the future")
    return moment


def parse_time(text: str, day_first: bool | None = None) -> datetime | None:
    """Return a moment as naive UTC in the first form that fits, if one does."""
    if re.fullmatch(r"\d{9,10}(\.\d+)?", text):
        return datetime.fromtimestamp(float(text), UTC).replace(tzinfo=None)
    if re.fullmatch(r"\d{12,13}", text):
        return datetime.fromtimestamp(int(text) / 1000, UTC).replace(tzinfo=None)
    for form in (None, *(in_order(form, day_first) for form in TIME_FORMATS if signs(form).issubset(text))):
        try:
            return to_utc(datetime.strptime(text, form) if form else datetime.fromisoformat(text))
        except (ValueError, OverflowError):
            continue
    return None


@cache
def signs(form: str) -> frozenset[str]:
    """Return the signs that a text of a form must hold: to look for them is faster than to try the form."""
    return frozenset(re.sub(r"%.|\w|\s", "", form))


def in_order(form: str, day_first: bool | None) -> str:
    """Return a form with day and month in their order."""
    first = "-" in form if day_first is None else day_first
    return re.sub("^%m([/-])%d", r"%d\1%m", form) if first else form


def to_utc(moment: datetime) -> datetime:
    """Return a moment as naive UTC."""
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment


def sound(text: str) -> str:
    """Return a text that every encoder takes: half a character pair, as cut-off emoji leave it, becomes U+FFFD."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def dump(record: Record) -> str:
    """Return the raw values of a record as JSON, as they are kept."""
    return sound(json.dumps(record.values, ensure_ascii=False, default=str))


MAP_NEEDED = ("text", "author", "at")
MAP_OPTIONAL = ("id", "name", "source", "direction", "kind", "to", "conversation", "reply_to", "url")
MAP_FIELDS = MAP_NEEDED + MAP_OPTIONAL


def check_map(mapping: Mapping[str, str]) -> None:
    """Raise ValueError saying what is wrong with a map of touch fields to columns, and what is allowed."""
    unknown = sorted(set(mapping) - set(MAP_FIELDS))
    missing = [field for field in MAP_NEEDED if not mapping.get(field)]
    if unknown:
        raise ValueError(f"unknown field {', '.join(unknown)}; allowed: {', '.join(MAP_FIELDS)}")
    if missing:
        raise ValueError(f"no column given for {', '.join(missing)}; needed: {', '.join(MAP_NEEDED)}")


def text_encoding(name: str) -> str:
    """Return an encoding by any of its names; UTF-8 with or without a byte order mark is the same.

    Raises ValueError where there is none of that name, or it is not one of text, as hex and rot13 are.
    """
    line = "a,b\n"
    try:
        found = codecs.lookup(name).name
        known = TextIOWrapper(BytesIO(line.encode(found)), found, errors="replace", newline="").read() == line
    except (LookupError, ValueError):
        known = False
    if not known:
        raise ValueError(f"{name}: no encoding of text has that name; try utf-8, utf-16, cp1252")
    return "utf-8-sig" if found == "utf-8" else found
