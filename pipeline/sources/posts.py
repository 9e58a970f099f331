"""A public message as monitoring products export it, made a touch: product and names of columns are forgotten here."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from pipeline.sources import links
from pipeline.touch import Account, Brand, Kind, Mapped, MappingError, Record, Touch, first_name

# How the products call a network or a kind of site; what is not here keeps its own name.
NETWORKS = {
    "twitter": "x",
    "x (twitter)": "x",
    "x (formerly twitter)": "x",
    "facebook public": "facebook",
    "facebook_public": "facebook",
    "instagram public": "instagram",
    "instagram_public": "instagram",
    "hacker news": "hackernews",
    "online news": "news",
    "onlinenews": "news",
    "print": "news",
    "blogs": "blog",
    "forums": "forum",
    "message boards": "forum",
    "messageboard": "forum",
}

# How the products call what a message is to another; everything else is a mention.
KINDS: dict[str, Kind] = {
    "reply": "reply",
    "@reply": "reply",
    "comment": "reply",
    "share": "repost",
    "repost": "repost",
    "retweet": "repost",
    "quote": "quote",
    "quote tweet": "quote",
    "quote post": "quote",
}

UNDER_CONTRACT = (
    "X does not let this product hand out text and author of its posts: only the link or id is left; "
    "the X source or an X archive can bring the post"
)


@dataclass(frozen=True)
class Post:
    """One message. ``site`` is the host or outlet that it stands on, ``to`` the handle that it answers or repeats.

    ``native``, ``conversation`` and ``reply_to`` are ids within ``source``; ``author_id`` is the network's own number.
    """

    source: str
    native: str
    at: datetime
    text: str
    handle: str = ""
    author_id: str = ""
    name: str = ""
    site: str = ""
    to: str = ""
    kind: Kind = "mention"
    conversation: str = ""
    reply_to: str = ""
    url: str = ""


NO_NUMBERS: Mapping[str, str] = {}


def to_touch(post: Post, record: Record, brand: Brand, numbers: Mapping[str, str] = NO_NUMBERS) -> Mapped:
    """Return a message as a touch, *out* where the brand wrote it. Raises MappingError with the reason.

    ``numbers`` tells the network's own number of a handle in lower case, so that whom the brand answers is the same
    account as where that person writes.
    """
    if post.source == "x" and not (post.text and (post.handle or post.author_id)):
        raise MappingError(UNDER_CONTRACT)
    if not post.text:
        raise MappingError("no text")
    ours = is_ours(post, brand)
    touch = Touch(
        id=f"{post.source}:{post.native}",
        source=post.source,
        brand=brand.key,
        account=spoken_to(post, brand, numbers) if ours else to_author(post),
        direction="out" if ours else "in",
        kind=post.kind,
        at=post.at,
        text=post.text,
        addressed=not ours and (brand.is_addressed(post.text) or brand.is_called(post.to)),
        conversation=f"{post.source}:{post.conversation or post.native}",
        reply_to=f"{post.source}:{post.reply_to}" if post.reply_to else None,
        url=post.url if links.host(post.url) else None,
        author=(post.handle or post.name).removeprefix("@") if ours else None,
    )
    return Mapped(record, touch)


def is_ours(post: Post, brand: Brand) -> bool:
    """Say whether the brand wrote it. A name counts only where there is no handle: anybody may take a name."""
    return brand.is_called(post.handle or post.name or None)


def spoken_to(post: Post, brand: Brand, numbers: Mapping[str, str]) -> Account | None:
    """Return whom the brand's own message is for: whom it answers or repeats, else whom it names first."""
    person = post.to.removeprefix("@") or first_name(post.text)
    if not person or brand.is_called(person):
        return None
    native = numbers.get(person.casefold()) or person.casefold()
    return Account(f"{post.source}:{native}", post.source, person, person)


def to_author(post: Post) -> Account:
    """Return who wrote a message: by number, by handle, by name within a site, or else the site itself."""
    handle, source = post.handle.removeprefix("@"), post.source
    if post.author_id or handle:
        return Account(f"{source}:{post.author_id or handle.casefold()}", source, handle or None, post.name or handle)
    if post.name:
        return Account(f"{source}:{post.site.casefold()}/{post.name.casefold()}", source, None, post.name)
    if post.site:
        return Account(f"{source}:{post.site.casefold()}", source, None, post.site, "organisation")
    raise MappingError("no author, and no site that it stands on")


def to_source(url: str, *named: str) -> str:
    """Return the source of a message: by its link, else by the first filled of what the product calls it, else web."""
    name = next((name for name in named if name), "web").strip().casefold()
    slug = "_".join("".join(c if c.isalnum() else " " for c in name).split())
    return links.source_of(url) or NETWORKS.get(name, NETWORKS.get(slug, slug)) or "web"


def to_kind(word: str) -> Kind:
    """Return what a message is to another, from the product's word for it."""
    return KINDS.get(word.strip().casefold(), "mention")


def to_native(url: str, *parts: str) -> str:
    """Return the id of a message: of its link, else a hash of what tells it from others."""
    return links.native_id(url) if links.host(url) else hashlib.sha256("\0".join(parts).encode()).hexdigest()[:20]


def to_text(title: str, body: str, social: bool) -> str:
    """Return headline and text; a post on a social network has no headline of its own."""
    if body and (social or not title or body.startswith(title.rstrip(". …"))):
        return body
    return f"{title}\n{body}".strip()
