"""What a link tells of the message behind it: its network, and its id there."""

import hashlib
import re
from urllib.parse import urlsplit

# Host -> the source that its messages belong to, as the network sources call themselves.
HOSTS = {
    "x.com": "x",
    "twitter.com": "x",
    "bsky.app": "bluesky",
    "news.ycombinator.com": "hackernews",
    "reddit.com": "reddit",
    "facebook.com": "facebook",
    "instagram.com": "instagram",
    "linkedin.com": "linkedin",
    "threads.net": "threads",
    "threads.com": "threads",
    "tiktok.com": "tiktok",
    "youtube.com": "youtube",
    "youtu.be": "youtube",
    "tumblr.com": "tumblr",
}

# Source, where the id stands in a link, and how the network's own interface writes it. The first match wins.
IDS = (
    ("x", re.compile(r"/status(?:es)?/(\d+)"), "{0}"),
    ("bluesky", re.compile(r"/profile/(did:[\w:.%-]+)/post/(\w+)"), "at://{0}/app.bsky.feed.post/{1}"),
    ("hackernews", re.compile(r"/item\?id=(\d+)"), "{0}"),
    ("reddit", re.compile(r"/comments/\w+/[^/]*/(\w+)"), "t1_{0}"),
    ("reddit", re.compile(r"/comments/(\w+)"), "t3_{0}"),
)


def host(url: str) -> str:
    """Return the host of a link in lower case, without www and mobile prefixes; empty where it is no web link."""
    try:
        parts = urlsplit(url.strip())
        name = (parts.hostname or "") if parts.scheme in ("http", "https") else ""
    except ValueError:
        return ""
    return re.sub(r"^(www|m|mobile|old|np|en-gb)\.", "", name)


def source_of(url: str) -> str:
    """Return the source that a link belongs to, or empty where its host is no network that we know."""
    return HOSTS.get(host(url), "")


def native_id(url: str, did: str = "") -> str:
    """Return the id that the message behind a link has at its network; elsewhere a hash of the link.

    ``did``: its author at Bluesky, where that is known otherwise. A link may have the handle, which ids do not.
    """
    network = source_of(url)
    if did.startswith("did:") and network == "bluesky":
        url = re.sub(r"/profile/[^/]+/", f"/profile/{did}/", url)
    found = ((form, pattern.search(url)) for source, pattern, form in IDS if source == network)
    ids = (form.format(*match.groups()) for form, match in found if match)
    return next(ids, "") or hashlib.sha256(url.strip().encode()).hexdigest()[:20]
