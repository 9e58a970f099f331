"""Questions to Bluesky through atproto, and every fault in words."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from tenacity import Retrying, retry_if_exception, stop_after_attempt, wait_random_exponential

from pipeline.source_settings import BlueskySource
from pipeline.sources.network import Secrets, SourceError, need, reason
from pipeline.sources.web import AGENT, PASSING, TRIES

PASSWORD = "BLUESKY_APP_PASSWORD"
HOW = "an app password is made at https://bsky.app/settings/app-passwords; never use that of the account itself"
AGAIN = "the next refresh asks again"
NOT_FOUND = frozenset({"NotFound", "RecordNotFound", "RepoNotFound"})
MEANING = {
    400: f"does not take the question; {AGAIN}",
    401: f"does not take the login: check login in brand.toml and {PASSWORD}",
    402: "wants to be paid, which is unexpected; check api_base in brand.toml",
    403: "does not let this account read there; check login and api_base in brand.toml",
    404: "does not know this question; check api_base in brand.toml",
    429: "was asked too often",
}


class Caller:
    """A client of Bluesky that logs in with its first question, where it has an account to log in with.

    ``own`` are id and handle of that account, once it is in.
    """

    def __init__(self, settings: BlueskySource, password: str) -> None:
        from atproto import Client, Request

        request = Request(timeout=settings.timeout_seconds)
        request.add_additional_header("User-Agent", AGENT)
        self.client = Client(settings.api_base if settings.login else settings.public_base, request=request)
        self.login, self.password, self.is_in = settings.login, password, not settings.login
        self.own: dict[str, str] = {}
        self.requests = 0
        self.client.on_session_change(self.keep)

    def keep(self, event: Any, session: Any) -> None:
        """Remember who we are."""
        self.own = {"did": session.did, "handle": self.login}

    def query(self, nsid: str, params: Mapping[str, Any]) -> Any:
        """Return the answer as it is in JSON. Raises what atproto and httpx raise."""
        from atproto_client.models.dot_dict import DotDict

        if not self.is_in:
            self.requests += 1
            self.client.login(self.login, self.password, fetch_bsky_profile=False)
            self.is_in = True
        self.requests += 1
        # Not the methods with types: one post of another form would be an error of the whole page.
        return self.client.invoke_query(nsid, params=DotDict(dict(params))).content


def connect(settings: BlueskySource, secrets: Secrets) -> Caller:
    """Return the client; it asks nothing yet. Raises SourceError where there is a login without password."""
    return Caller(settings, need(secrets, PASSWORD, HOW) if settings.login else "")


def ask(caller: Caller, nsid: str, params: Mapping[str, Any], about: str) -> dict[str, Any]:
    """Return an answer, a JSON object. Raises SourceError; ``about`` names what was asked for.

    Asked again at once, up to TRIES times, are lost connections and gateways in trouble: a query changes nothing there.
    """
    import httpx
    from atproto.exceptions import AtProtocolError, ModelError, RequestErrorBase

    retrying = Retrying(
        stop=stop_after_attempt(TRIES),
        wait=wait_random_exponential(multiplier=0.2, max=2),
        retry=retry_if_exception(is_passing),
        reraise=True,
    )
    try:
        answer = retrying(caller.query, nsid, params)
    except RequestErrorBase as error:
        raise fault(error, about) from error
    except (ModelError, ValueError) as error:
        raise not_documented(about) from error
    except (httpx.HTTPError, httpx.InvalidURL, AtProtocolError) as error:
        raise unreachable(error) from error
    if not isinstance(answer, dict):
        raise not_documented(about)
    return answer


def is_passing(error: BaseException) -> bool:
    """Say whether a fault may be over in a second: a lost connection, or a gateway that names no time."""
    from atproto.exceptions import InvokeTimeoutError, NetworkError, RequestErrorBase

    if isinstance(error, RequestErrorBase) and error.response:
        return error.response.status_code in PASSING and "retry-after" not in error.response.headers
    return isinstance(error, NetworkError) and not isinstance(error, InvokeTimeoutError)


def fault(error: Any, about: str) -> SourceError:
    """Return the error of an answer that is none, or of no answer."""
    from atproto.exceptions import InvokeTimeoutError

    if error.response is None:
        timed_out = isinstance(error, InvokeTimeoutError)
        return late(about) if timed_out else unreachable(error.__cause__ or error)
    status, said = error.response.status_code, name_of(error)
    until = reset(error.response.headers) if status == 429 or status >= 500 else None
    meaning = MEANING.get(status, "has trouble of its own" if status >= 500 else f"is unexpected; {AGAIN}")
    if said == "AuthFactorTokenRequired":
        meaning = f"wants a second factor, which an app password does not need; {HOW}"
    later = f"; it may be asked again from {until:%d %b %Y %H:%M:%S} UTC" if until else ""
    later = later or (f"; {AGAIN}" if status == 429 or status >= 500 else "")
    words = f"Bluesky, {about}, answered {status}{f' ({said})' if said else ''}: it {meaning}{later}"
    return SourceError(words, until, alone=is_missing(error) or status == 400)


def name_of(error: Any) -> str:
    """Return the name that Bluesky gives a fault, if it does."""
    response = getattr(error, "response", None)
    return str(getattr(response and response.content, "error", "") or "")


def is_missing(error: Any) -> bool:
    """Say whether a fault says that what was asked for is not there, by its name or in its words."""
    content = getattr(getattr(error, "response", None), "content", None)
    said = str(getattr(content, "message", "") or "")
    return name_of(error) in NOT_FOUND or said.startswith(("Could not locate record", "Profile not found"))


def reset(headers: Mapping[str, str]) -> datetime | None:
    """Return from when Bluesky may be asked again, as naive UTC, if it says so: in seconds, or in Unix time."""
    for name, start in (("retry-after", datetime.now(UTC)), ("ratelimit-reset", datetime.fromtimestamp(0, UTC))):
        try:
            return (start + timedelta(seconds=float(headers[name]))).replace(tzinfo=None)
        except (KeyError, ValueError, OverflowError):
            continue
    return None


def late(about: str) -> SourceError:
    """Return the error of an answer that did not come in time."""
    return SourceError(f"Bluesky, {about}, did not answer in time; timeout_seconds in brand.toml may be raised")


def unreachable(error: BaseException) -> SourceError:
    """Return the error of a question that reached nobody."""
    bases = "api_base (public_base where there is no login)"
    return SourceError(f"Bluesky cannot be reached: {reason(error)}; check the network, then {bases} in brand.toml")


def not_documented(about: str) -> SourceError:
    """Return the error of an answer that is of another form than Bluesky documents."""
    return SourceError(f"Bluesky, {about}, answered something that is not its documented JSON; {AGAIN}")
