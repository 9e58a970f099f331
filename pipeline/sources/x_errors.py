"""Every fault of X in words: what it means, and what to do."""

from datetime import UTC, datetime
from typing import Any

from pipeline.sources.network import SourceError, reason

AGAIN = "the next refresh asks again"
MEANING = {
    400: "does not take the question; check query_extra and terms in brand.toml, and fields where it names a parameter",
    401: "does not take the keys: check X_BEARER_TOKEN, and with `owned` X_CONSUMER_KEY, X_CONSUMER_SECRET, "
    "X_ACCESS_TOKEN and X_ACCESS_TOKEN_SECRET",
    402: "is out of credits: buy some at console.x.com, or raise the spending limit there",
    403: "does not let this app read that: see what your access includes at console.x.com",
    404: "knows nothing of that name: it is misspelt or gone; check handles and api_base in brand.toml",
    429: "was asked too often",
}
ALONE = frozenset({400, 403, 404, 429})  # of one question: every endpoint has rights and limits of its own
FOR_ALL = ("client-forbidden", "client-not-enrolled", "usage-capped", "UsageCapExceeded")  # of the app as a whole
MOST_WORDS = 300


def in_words(error: Exception, about: str) -> SourceError:
    """Return the error of a question to X from what tweepy or requests raised."""
    response = getattr(error, "response", None)
    if response is not None:
        return fault(response, getattr(error, "api_messages", []), about)
    if "Timeout" in type(error).__name__:
        return SourceError(f"X, {about}, did not answer in time; timeout_seconds in brand.toml may be raised")
    return SourceError(f"X cannot be reached: {reason(error)}; check the network, then api_base in brand.toml")


def fault(response: Any, said: list[str], about: str) -> SourceError:
    """Return the error of an answer that is none, with what X itself says of it."""
    status, until = response.status_code, reset(response.headers) if response.status_code == 429 else None
    other = f"has trouble of its own; {AGAIN}" if status >= 500 else "answers something unexpected; check api_base"
    words = MEANING.get(status, other)
    if status == 429:
        words += f"; it may be asked again from {until:%d %b %Y %H:%M:%S} UTC" if until else f"; {AGAIN}"
    detail = shorten(" ".join(map(str, said)))
    whole = (status == 429 and until is None) or any(word in response.text for word in FOR_ALL)
    told = f' (X says: "{detail}")' if detail else ""
    return SourceError(f"X, {about}, answered {status}: it {words}{told}", until, alone=status in ALONE and not whole)


def reset(headers: Any) -> datetime | None:
    """Return from when X may be asked again, as naive UTC, if it says so."""
    try:
        return datetime.fromtimestamp(int(headers["x-rate-limit-reset"]), UTC).replace(tzinfo=None)
    except (KeyError, ValueError, OverflowError, OSError):
        return None


def shorten(text: str) -> str:
    """Return words of X on one line, and not too many."""
    return " ".join(text.split())[:MOST_WORDS]


def not_documented(about: str, billed: bool = False) -> SourceError:
    """Return the error of an answer that is of another form than X documents; ``billed`` where it is X's own."""
    return SourceError(f"X, {about}, answered something that is not its documented JSON; {AGAIN}", billed=billed)
