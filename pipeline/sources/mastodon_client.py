"""Questions to a Mastodon instance through Mastodon.py, and every fault in words."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from tenacity import Retrying, retry_if_exception, stop_after_attempt, wait_random_exponential

from pipeline.source_settings import MastodonSource
from pipeline.sources.network import Secrets, SourceError, need, reason
from pipeline.sources.web import AGENT, PASSING, TRIES
from pipeline.touch import MappingError, to_time

TOKEN = "MASTODON_TOKEN"
HOW = (
    "an application of your account has one (Preferences, Development, with the rights to read alone); "
    "without one set mentions = false and search = false"
)
AGAIN = "the next refresh asks again"
MEANING = {
    400: f"does not take the question; {AGAIN}",
    401: f"wants a login: check {TOKEN}, and that it is one of this api_base",
    402: "wants to be paid, which is unexpected; check api_base in brand.toml",
    403: f"does not let this account read that: check the rights of {TOKEN} and whether the account was limited",
    404: "knows nothing of that; check its name, and api_base in brand.toml",
    410: "says that it is gone for good; check api_base in brand.toml",
    422: "does not allow that without a login, or not at all; check the settings of the instance",
    429: "was asked too often",
}
ALONE = frozenset({403, 404, 410, 422})  # of one account, tag or thread; the others may well be read


class Caller:
    """A client of one instance; it remembers the last answer as it came, which the library's types would change."""

    def __init__(self, settings: MastodonSource, token: str) -> None:
        import requests
        from mastodon import Mastodon

        session = requests.Session()
        session.hooks["response"].append(self.keep)
        self.client = Mastodon(
            access_token=token or None,
            api_base_url=settings.api_base,
            request_timeout=settings.timeout_seconds,
            ratelimit_method="throw",
            version_check_mode="created",
            mastodon_version="4.5.0",  # so that it does not ask the instance, for ever where that does not say it
            session=session,
            user_agent=AGENT,
        )
        self.has_token = bool(token)
        self.last: Any = None
        self.requests = 0

    def keep(self, response: Any, *args: Any, **values: Any) -> None:
        """Remember an answer."""
        self.requests += 1
        self.last = response

    def query(self, method: str, values: Mapping[str, Any]) -> Any:
        """Return the answer to a method of the library as it is in JSON. Raises what the library raises."""
        self.last = None
        getattr(self.client, method)(**values)
        return self.last.json()


def connect(settings: MastodonSource, secrets: Secrets) -> Caller:
    """Return the client; it asks nothing yet. Raises SourceError where what is to be read needs a token."""
    needed = settings.mentions or settings.search
    return Caller(settings, need(secrets, TOKEN, HOW) if needed else secrets.get(TOKEN, "").strip())


def ask(caller: Caller, method: str, about: str, **values: Any) -> Any:
    """Return an answer. Raises SourceError; ``about`` names what was asked for.

    Asked again at once, up to TRIES times, are lost connections and gateways in trouble: a GET changes nothing there.
    """
    from mastodon.errors import MastodonError, MastodonNetworkError

    retrying = Retrying(
        stop=stop_after_attempt(TRIES),
        wait=wait_random_exponential(multiplier=0.2, max=2),
        retry=retry_if_exception(lambda error: is_passing(error, caller.last)),
        reraise=True,
    )
    try:
        return retrying(caller.query, method, values)
    except MastodonNetworkError as error:
        raise unreachable(error.__context__ or error, about) from error
    except MastodonError as error:
        raise fault(caller.last, about) from error
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise not_documented(about) from error


def is_passing(error: BaseException, answer: Any) -> bool:
    """Say whether a fault may be over in a second: a lost connection, or a gateway that names no time."""
    from mastodon.errors import MastodonError, MastodonNetworkError

    if isinstance(error, MastodonNetworkError):
        return not is_late(error.__context__)
    gateway = answer is not None and answer.status_code in PASSING and "retry-after" not in answer.headers
    return isinstance(error, MastodonError) and gateway


def is_late(error: BaseException | None) -> bool:
    """Say whether an answer did not come in time."""
    import requests

    return isinstance(error, requests.Timeout)


def fault(answer: Any, about: str) -> SourceError:
    """Return the error of an answer that is none."""
    if answer is None or answer.ok:
        return not_documented(about)
    status = answer.status_code
    until = reset(answer.headers) if status == 429 or status >= 500 else None
    meaning = MEANING.get(status, "has trouble of its own" if status >= 500 else f"is unexpected; {AGAIN}")
    later = f"; it may be asked again from {until:%d %b %Y %H:%M:%S} UTC" if until else ""
    later = later or (f"; {AGAIN}" if status == 429 or status >= 500 else "")
    return SourceError(f"Mastodon, {about}, answered {status}: it {meaning}{later}", until, alone=status in ALONE)


def reset(headers: Mapping[str, str]) -> datetime | None:
    """Return from when the instance may be asked again, as naive UTC, if it says so: in seconds, or as a moment."""
    wait = headers.get("retry-after", "").strip()
    if wait.isdecimal() and len(wait) < 9:
        return datetime.now(UTC).replace(tzinfo=None) + timedelta(seconds=int(wait))
    try:
        return to_time(headers.get("x-ratelimit-reset"))
    except MappingError:
        return None


def unreachable(error: BaseException, about: str) -> SourceError:
    """Return the error of a question without answer."""
    if is_late(error):
        return SourceError(f"Mastodon, {about}, did not answer in time; timeout_seconds in brand.toml may be raised")
    return SourceError(f"Mastodon cannot be reached: {reason(error)}; check the network, then api_base in brand.toml")


def not_documented(about: str) -> SourceError:
    """Return the error of an answer that is of another form than Mastodon documents."""
    return SourceError(
        f"Mastodon, {about}, answered something that is not its documented JSON; check api_base in brand.toml, "
        f"else {AGAIN}"
    )
