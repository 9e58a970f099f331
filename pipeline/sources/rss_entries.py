"""What an entry of a feed is: whose, about what, and in which conversation."""

import hashlib
import re
from typing import Any
from urllib.parse import urlsplit

from pipeline.sources.about import is_about
from pipeline.sources.files import text_of
from pipeline.sources.prose import to_text
from pipeline.touch import Account, Brand, Mapped, MappingError, NotAbout, Outcome, Record, Touch, squeeze, to_time


def to_touch(record: Record, brand: Brand) -> Outcome:
    """Return an entry as a touch. Raises MappingError where it cannot be one.

    An entry without a date has the moment at which it was first seen. Without an author, the feed is the account: what
    others write in a feed that is called like the brand is theirs.
    """
    text, native = words(record), native_id(record)
    if not text:
        raise MappingError("neither title nor text")
    author = text_of(record, "author") or title_of(record)
    ours = brand.is_called(author)
    if not (ours or record.values["about"] or is_about(text, brand)):
        return NotAbout(record)
    answered = text_of(record, "answers")
    touch = Touch(
        id=f"rss:{native}",
        source="rss",
        brand=brand.key,
        account=None if ours else account_of(record),
        direction="out" if ours else "in",
        kind="reply" if answered else "mention",
        at=to_time(text_of(record, "published") or text_of(record, "seen")),
        text=text,
        addressed=not ours and brand.is_addressed(text),
        conversation=f"rss:{to_native(answered, record) if answered else native}",
        reply_to=f"rss:{to_native(answered, record)}" if answered else None,
        url=link_of(record),
        author=author if ours else None,
    )
    return Mapped(record, touch)


def words(record: Record) -> str:
    """Return title and text without their HTML; feeds of short messages repeat the text as its title."""
    title, content = (worded(record.values[part]) for part in ("title", "content"))
    return content if content.startswith(title.removesuffix("…").removesuffix("...")) else f"{title}\n{content}".strip()


def worded(detail: dict[str, Any] | None) -> str:
    """Return a wording as plain text."""
    if not detail:
        return ""
    value = str(detail["value"] or "")
    return to_text(value) if "html" in str(detail["type"]) else re.sub(r"\s+", " ", value).strip()


def native_id(record: Record) -> str:
    """Return what an entry is known by: its id, else its link, else a digest of its words."""
    said = text_of(record, "id") or text_of(record, "link")
    return to_native(said or hashlib.sha256(words(record).encode()).hexdigest()[:16], record)


def to_native(said: str, record: Record) -> str:
    """Return an id that no other feed uses: an address without its scheme, which feeds change, or one of this feed."""
    if re.match(r"https?://|urn:|tag:", said):
        return re.sub(r"^https?://", "", said)
    feed = urlsplit(str(record.values["site"]["feed"]))
    return f"{feed.netloc}{feed.path}#{said}"


def account_of(record: Record) -> Account:
    """Return the author at their site, else the site itself, which is an organisation."""
    host, title, author = host_of(record), title_of(record), text_of(record, "author")
    if author and squeeze(author) != squeeze(title):
        return Account(f"rss:{host}/{squeeze(author)}", "rss", None, author)
    return Account(f"rss:{host}", "rss", host, title or host, "organisation")


def host_of(record: Record) -> str:
    """Return the host of the site of an entry."""
    site = record.values["site"]
    host = urlsplit(str(site["link"] or "")).hostname or urlsplit(str(site["feed"])).hostname
    if not host:
        raise MappingError("no site")
    return host.removeprefix("www.")


def title_of(record: Record) -> str:
    """Return the title of the site of an entry."""
    return to_text(str(record.values["site"]["title"] or ""))


def link_of(record: Record) -> str | None:
    """Return the link of an entry if it is one to a page: others could run something."""
    link = text_of(record, "link")
    return link if re.match(r"https?://", link) else None
