"""What a status of Mastodon is: whose, to whom, about what, or that it is no more."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from pipeline.sources.about import is_about
from pipeline.sources.files import required, text_of
from pipeline.sources.network import to_list
from pipeline.sources.prose import to_text
from pipeline.touch import (
    Account,
    AccountKind,
    Brand,
    Gone,
    Kind,
    Mapped,
    MappingError,
    NotAbout,
    Outcome,
    Record,
    Touch,
    to_time,
)

KEPT = (
    *("id", "uri", "url", "created_at", "edited_at", "content", "spoiler_text", "visibility", "language"),
    *("in_reply_to_id", "tags"),
)
NAMING = ("acct", "uri", "url", "display_name", "bot", "fields")


def own_handles(brand: Brand) -> list[str]:
    """Return the handles of the brand that can be ones of Mastodon: name@instance."""
    bare = (handle.removeprefix("@") for handle in brand.handles)
    return [handle for handle in bare if re.fullmatch(r"[\w.-]+@([\w-]+\.)+[\w-]+", handle)]


def to_values(status: Any, instance: str, joined: Mapping[str, Any] | None = None) -> Any:
    """Return a status as it is kept, with what was joined to it and whom it quotes, but not the words of others."""
    if not isinstance(status, dict):
        return status
    kept = {key: status[key] for key in KEPT if key in status}
    mentions = [names(each) for each in to_list(status.get("mentions")) if isinstance(each, dict)]
    people = {"account": names(status["account"]) if isinstance(status.get("account"), dict) else None}
    found = {"found_at": f"{instance}#{status.get('id')}", "mentions": mentions}
    return kept | people | found | quoted(status) | dict(joined or {})


def names(account: Mapping[str, Any]) -> dict[str, Any]:
    """Return what tells who somebody is."""
    return {key: account[key] for key in NAMING if key in account}


def quoted(status: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a status quotes, where the one who is quoted agrees to it."""
    quote = status.get("quote")
    below = quote.get("quoted_status") if isinstance(quote, dict) else None
    return {"quoted": summary(below)} if isinstance(below, dict) else {}


def summary(status: Mapping[str, Any]) -> dict[str, Any]:
    """Return where a status is and whose it is, as it is joined to another one."""
    account = status.get("account")
    return {"uri": status.get("uri"), "account": names(account) if isinstance(account, dict) else None}


def ref(values: Any, *path: str) -> str:
    """Return the text at a path of objects; empty where there is none."""
    for key in path:
        values = values.get(key) if isinstance(values, dict) else None
    return values if isinstance(values, str) else ""


def moment_of(values: Any) -> datetime | None:
    """Return when the account was told of a status, or else when it was written, if it says so soundly."""
    try:
        return to_time(ref(values, "told_at") or ref(values, "created_at"))
    except MappingError:
        return None


def to_touch(record: Record, brand: Brand) -> Outcome:
    """Return a status as a touch. Raises MappingError where it cannot be one."""
    uri = required(record, "uri")
    if re.search(r"\s", uri):
        raise MappingError("the address is not one of a status")
    if gone := text_of(record, "gone"):
        return Gone(record, (f"mastodon:{uri}",), gone)
    values, host = record.values, host_of(record)
    text = words(record)
    ours = is_brand(values["account"], host, brand)
    if not (ours or values.get("about") or belongs(values, host, text, brand)):
        return NotAbout(record, f"mastodon:{uri}", text)
    parent, root = ref(values, "parent", "uri"), ref(values, "root")
    touch = Touch(
        id=f"mastodon:{uri}",
        source="mastodon",
        brand=brand.key,
        account=answered(values, host, brand) if ours else to_account(values["account"]),
        direction="out" if ours else "in",
        kind=kind_of(values),
        at=to_time(text_of(record, "created_at")),
        text=text,
        public=text_of(record, "visibility") in ("public", "unlisted"),
        addressed=not ours and speaks_to(values, host, brand),
        conversation=f"mastodon:{root or uri}",
        reply_to=f"mastodon:{parent}" if parent else None,
        url=address(values),
        author=ref(values, "account", "acct") if ours else None,
    )
    return Mapped(record, touch)


def host_of(record: Record) -> str:
    """Return the name of the instance that a status was read at, of which its own accounts' names say nothing."""
    return urlsplit(text_of(record, "found_at")).hostname or ""


def kind_of(values: Mapping[str, Any]) -> Kind:
    """Return what sort of touch a status is."""
    if ref(values, "visibility") == "direct":
        return "message"
    if values.get("in_reply_to_id"):
        return "reply"
    return "quote" if values.get("quoted") else "mention"


def words(record: Record) -> str:
    """Return the warning and the text without their HTML; empty where there is a picture alone. Raises MappingError."""
    parts = [record.values.get("spoiler_text") or "", record.values["content"]]
    if not all(isinstance(part, str) for part in parts):
        raise MappingError("the text is not a text")
    return "\n".join(filter(None, map(to_text, parts)))


def address(values: Mapping[str, Any]) -> str | None:
    """Return the web page of a status, if it has one."""
    url = ref(values, "url") or ref(values, "uri")
    return url if url.startswith(("https://", "http://")) else None


def is_brand(account: Any, host: str, brand: Brand) -> bool:
    """Say whether an account is the brand; one of the instance that was asked is named without its host."""
    acct = ref(account, "acct")
    full = acct if "@" in acct else f"{acct}@{host}"
    return bool(acct) and (brand.is_handle(acct) or brand.is_handle(full))


def to_account(account: Any) -> Account:
    """Return somebody as an account, with the web address that their instance has checked to be theirs, if any."""
    native, acct = ref(account, "uri") or ref(account, "url"), ref(account, "acct")
    if not native or not acct:
        raise MappingError("no name of the author")
    link = proven(account)
    kind: AccountKind = "bot" if account.get("bot") is True else "person"
    name = ref(account, "display_name") or None
    return Account(f"mastodon:{native}", "mastodon", acct, name, kind, link=link, verified=bool(link) or None)


def proven(account: Mapping[str, Any]) -> str | None:
    """Return the first address of a profile that its instance has verified."""
    for field in to_list(account.get("fields")):
        found = re.search(r'href="(https?://[^"\s]+)"', ref(field, "value"))
        if found and ref(field, "verified_at"):
            return found[1]
    return None


def answered(values: Mapping[str, Any], host: str, brand: Brand) -> Account | None:
    """Return whom the brand answers, quotes or calls by name first; None where it spoke to nobody in particular."""
    called = values.get("mentions") or []
    others = [ref_of(values, "parent"), ref_of(values, "quoted"), called[0] if called else None]
    for other in others:
        if isinstance(other, dict):
            known = (ref(other, "uri") or ref(other, "url")) and not is_brand(other, host, brand)
            return to_account(other) if known else None
    return None


def ref_of(values: Mapping[str, Any], key: str) -> Any:
    """Return the account of what was joined to a status."""
    joined = values.get(key)
    return joined.get("account") if isinstance(joined, dict) else None


def speaks_to(values: Mapping[str, Any], host: str, brand: Brand) -> bool:
    """Say whether a status answers the brand, quotes it, or names it by its handle."""
    people = [ref_of(values, "parent"), ref_of(values, "quoted"), *(values.get("mentions") or [])]
    return any(is_brand(account, host, brand) for account in people)


def belongs(values: Mapping[str, Any], host: str, text: str, brand: Brand) -> bool:
    """Say whether a status is to or about the brand: by its words, or by what it answers or quotes."""
    return is_about(text, brand) or speaks_to(values, host, brand)
