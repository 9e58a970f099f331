"""What a post of Bluesky is: whose, to whom, about what, or that it is no more."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pipeline.sources.about import is_about
from pipeline.sources.files import required, text_of
from pipeline.touch import (
    TAKEN_BACK,
    Account,
    Brand,
    Gone,
    Mapped,
    MappingError,
    NotAbout,
    Outcome,
    Record,
    Touch,
    to_time,
)

KEPT = ("uri", "cid", "author", "record", "indexedAt", "reason")
NAMING = ("did", "handle", "displayName")
QUOTES = ("app.bsky.embed.record", "app.bsky.embed.recordWithMedia")
NO_MORE = "deleted by its author, or taken down"
GIVEN_NAME = ".bsky.social"  # such a handle is one of Bluesky's own; any other one proves a domain
SITE = "https://bsky.app/profile"
ADDRESS = r"at://did:[^\s/]+/[\w.-]+/[^\s/]+"


def own_handles(brand: Brand) -> list[str]:
    """Return the handles of the brand that can be ones of Bluesky, which are domains."""
    bare = (handle.removeprefix("@") for handle in brand.handles)
    return [handle for handle in bare if re.fullmatch(r"([\w-]+\.)+[\w-]+", handle)]


def to_values(post: Any, joined: Mapping[str, Any] | None = None) -> Any:
    """Return a post as it is kept, with what was joined to it and whom it quotes, but not the words of others."""
    if not isinstance(post, dict):
        return post
    return {key: post[key] for key in KEPT if key in post} | quoted(post) | dict(joined or {})


def quoted(post: Mapping[str, Any]) -> dict[str, Any]:
    """Return whom a post quotes, where Bluesky has looked that up."""
    view = post.get("embed")
    for _ in range(2):  # beside pictures the quotation is one level deeper
        view = view.get("record") if isinstance(view, dict) else None
        if isinstance(view, dict) and isinstance(view.get("author"), dict):
            return {"quoted_author": names(view["author"])}
    return {}


def named(parent: Any) -> dict[str, Any]:
    """Return the author of what a post answers, as it is joined to the post."""
    author = parent.get("author") if isinstance(parent, dict) else None
    return {"parent_author": names(author)} if isinstance(author, dict) else {}


def names(author: Mapping[str, Any]) -> dict[str, Any]:
    """Return what tells who somebody is."""
    return {key: author[key] for key in NAMING if key in author}


def parent_of(values: Any) -> str:
    """Return the address of what a post answers; empty where it answers nothing."""
    return ref(values, "record", "reply", "parent", "uri")


def ref(values: Any, *path: str) -> str:
    """Return the text at a path of objects; empty where there is none."""
    for key in path:
        values = values.get(key) if isinstance(values, dict) else None
    return values if isinstance(values, str) else ""


def moment_of(values: Mapping[str, Any]) -> datetime | None:
    """Return when a post was written: what its author's clock says, but never later than it was seen."""
    found = []
    for text in (ref(values, "record", "createdAt"), ref(values, "indexedAt")):
        try:
            found.append(to_time(text))
        except MappingError:
            continue
    return min(found, default=None)


def to_touch(record: Record, brand: Brand) -> Outcome:
    """Return a post as a touch. Raises MappingError where it cannot be one."""
    uri = required(record, "uri")
    if not re.fullmatch(ADDRESS, uri):
        raise MappingError("the address is not one of a record")
    if gone := text_of(record, "gone"):
        return Gone(record, (f"bluesky:{uri}",), gone)
    author, at, text = record.values["author"], moment_of(record.values), words(record)
    ours = is_brand(author, brand)
    if not (ours or belongs(record, text, brand)):
        return left_out(record, uri, brand)
    if at is None:
        raise MappingError("no date and time")
    parent, quotes, did = parent_of(record.values), quoted_uri_of(record.values["record"]), ref(author, "did")
    root = ref(record.values, "record", "reply", "root", "uri")
    touch = Touch(
        id=f"bluesky:{uri}",
        source="bluesky",
        brand=brand.key,
        account=answered(record, brand) if ours else to_account(author),
        direction="out" if ours else "in",
        kind="reply" if parent else "quote" if quotes else "mention",
        at=at,
        text=text,
        addressed=not ours and speaks_to(record, text, brand),
        conversation=f"bluesky:{root if re.fullmatch(ADDRESS, root) else uri}",
        reply_to=f"bluesky:{parent}" if parent else None,
        url=f"{SITE}/{did}/post/{uri.rsplit('/', 1)[1]}",
        author=(ref(author, "handle") or did) if ours else None,
    )
    return Mapped(record, touch)


def left_out(record: Record, uri: str, brand: Brand) -> Outcome:
    """Return what becomes of a post that is not about the brand: if it was once, its author has taken that back."""
    if record.values.get("updated"):
        return Gone(record, (f"bluesky:{uri}",), TAKEN_BACK, brand.key)
    return NotAbout(record)


def words(record: Record) -> str:
    """Return the text. Raises MappingError where there is neither text nor anything shown with it."""
    post = record.values["record"]
    text = post.get("text")
    if not isinstance(text, str):
        raise MappingError("the text is not a text")
    if not text.strip() and not post.get("embed"):
        raise MappingError("no text")
    return text.strip()


def is_brand(author: Any, brand: Brand) -> bool:
    """Say whether somebody is the brand, by handle or by the id that outlives it."""
    return any(name and brand.is_handle(name) for name in (ref(author, "handle"), ref(author, "did")))


def to_account(author: Any) -> Account:
    """Return somebody as an account. A handle that is a domain of their own was checked by Bluesky: it is theirs."""
    did, handle = ref(author, "did"), ref(author, "handle").removesuffix("handle.invalid")
    if not did:
        raise MappingError("no did of the author")
    own = bool(handle) and not handle.endswith(GIVEN_NAME)
    link = f"https://{handle}" if own else None
    return Account(
        f"bluesky:{did}",
        "bluesky",
        handle or None,
        ref(author, "displayName") or None,
        link=link,
        verified=own or None,
    )


def answered(record: Record, brand: Brand) -> Account | None:
    """Return whom the brand answers or quotes; None where it spoke to nobody in particular, or to itself."""
    uri = parent_of(record.values) or quoted_uri_of(record.values["record"])
    joined = record.values.get("parent_author" if parent_of(record.values) else "quoted_author")
    other = joined if isinstance(joined, dict) else {"did": owner(uri)}
    return to_account(other) if uri and not is_own(uri, other, record, brand) else None


def is_own(uri: str, other: Mapping[str, Any], record: Record, brand: Brand) -> bool:
    """Say whether what a post of the brand answers is the brand's own."""
    return is_brand(other, brand) or owner(uri) == ref(record.values, "author", "did")


def owner(uri: str) -> str:
    """Return the id of whose record an address is."""
    return uri.removeprefix("at://").partition("/")[0]


def quoted_uri_of(post: Any) -> str:
    """Return the address of the post that is quoted; empty where there is none."""
    embed = post.get("embed") if isinstance(post, dict) else None
    if ref(embed, "$type") not in QUOTES:
        return ""
    uri = ref(embed, "record", "uri") or ref(embed, "record", "record", "uri")
    return uri if "/app.bsky.feed.post/" in uri else ""


def speaks_to(record: Record, text: str, brand: Brand) -> bool:
    """Say whether a post answers the brand, quotes it, or names it by its handle, as a whole: handles are domains."""
    others = (record.values.get("parent_author"), record.values.get("quoted_author"))
    by_handle = any(brand.is_handle(handle.rstrip(".-")) for handle in re.findall(r"@([\w.-]+)", text))
    return by_handle or any(is_brand(other, brand) for other in others)


def belongs(record: Record, text: str, brand: Brand) -> bool:
    """Say whether a post is to or about the brand: by its words or its link, or by what it answers or quotes."""
    card = ref(record.values, "record", "embed", "external", "title")
    return is_about(f"{text}\n{card}", brand) or speaks_to(record, text, brand)
