"""Questions to X through tweepy: where they go, with which keys, and how often they are asked again."""

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tenacity import Retrying, retry_if_exception, stop_after_attempt, wait_random_exponential

from pipeline.source_settings import XSource
from pipeline.sources.network import Secrets, SourceError, need
from pipeline.sources.web import PASSING, TRIES
from pipeline.sources.x_errors import in_words, not_documented

HOST = "https://api.twitter.com"  # what tweepy has built in
BEARER = "X_BEARER_TOKEN"
USER_KEYS = ("X_CONSUMER_KEY", "X_CONSUMER_SECRET", "X_ACCESS_TOKEN", "X_ACCESS_TOKEN_SECRET")
KEYS = (BEARER, *USER_KEYS)
HOW = "console.x.com shows it under the keys and tokens of your app"
TALKATIVE = (  # these write whole requests, with their keys, into a log of the level DEBUG
    "tweepy.client",
    "tweepy.streaming",
    "requests_oauthlib.oauth1_auth",
    "requests_oauthlib.oauth1_session",
    "oauthlib.oauth1.rfc5849",
    "oauthlib.oauth1.rfc5849.signature",
)
CLOCKS_DIFFER = 0.5  # seconds


@dataclass(frozen=True)
class Client:
    """tweepy's client, with the ids of the handles that are known in this run."""

    library: Any
    ids: dict[str, str] = field(default_factory=dict)

    def handles(self) -> dict[str, str]:
        """Return the known handles by id."""
        return {id: handle for handle, id in self.ids.items()}


def connect(settings: XSource, secrets: Secrets) -> Client:
    """Return the client. Raises SourceError naming the missing secret.

    The four keys of the user are needed only where ``owned`` names the account that they are of.
    """
    import tweepy

    hush()
    user = [need(secrets, name, HOW) if settings.owned else None for name in USER_KEYS]
    library = tweepy.Client(need(secrets, BEARER, HOW), *user)
    place(library, settings)
    return Client(library)


def hush() -> None:
    """Keep the keys out of logs, whatever level somebody chooses for them."""
    for name in TALKATIVE:
        logging.getLogger(name).addFilter(is_harmless)


def is_harmless(record: logging.LogRecord) -> bool:
    """Say whether a line of a library is of a level that shows no keys."""
    return record.levelno > logging.DEBUG


def place(library: Any, settings: XSource) -> None:
    """Let a client of tweepy ask ``api_base``, with a time-out, and follow nobody elsewhere with our keys.

    The address is changed before the request is signed, since the keys of a user sign it, too.
    """
    request = library.session.request
    defaults = {"timeout": settings.timeout_seconds, "allow_redirects": False}

    def placed(method: str, url: str, **values: Any) -> Any:
        answer = request(method, settings.api_base + url.removeprefix(HOST), **defaults | values)
        check_body(answer)
        return answer

    library.session.request = placed


def check_body(answer: Any) -> None:
    """Raise HTTPError where the body of an error is of a form on which tweepy would stumble, losing the status."""
    import requests
    import tweepy

    try:
        if answer.status_code >= 400:
            tweepy.HTTPException(answer)
    except (AttributeError, TypeError, KeyError) as error:
        raise requests.HTTPError(response=answer) from error


def ask(
    client: Client, route: str, params: Mapping[str, Any], settings: XSource, about: str, as_user: bool = False
) -> dict[str, Any]:
    """Return X's answer to a GET as it is in JSON. Raises SourceError; ``about`` names what was asked for.

    Asked again at once, up to TRIES times, are lost connections and gateways in trouble: a GET changes nothing there.
    """
    retrying = Retrying(
        stop=stop_after_attempt(TRIES),
        wait=wait_random_exponential(multiplier=0.2, max=2),
        retry=retry_if_exception(is_passing),
        reraise=True,
    )
    return answered(lambda: retrying(request, client.library, route, params, as_user, settings.wait_seconds), about)


def send(client: Client, route: str, body: Mapping[str, Any], about: str) -> dict[str, Any]:
    """Return X's answer to a POST, made once only, since it changes something there. Raises SourceError."""
    return answered(lambda: client.library.request("POST", route, json=dict(body)), about)


def answered(question: Callable[[], Any], about: str) -> dict[str, Any]:
    """Return what a question to X brings, as it is in JSON. Raises SourceError."""
    import requests
    import tweepy

    try:
        answer = question().json()
    except requests.JSONDecodeError as error:
        raise not_documented(about) from error
    except (tweepy.TweepyException, requests.RequestException) as error:
        raise in_words(error, about) from error
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise not_documented(about) from error
    if not isinstance(answer, dict) or not answer.keys() & {"data", "meta", "errors"}:
        raise not_documented(about)
    return answer


def request(library: Any, route: str, params: Mapping[str, Any], as_user: bool, patience: float) -> Any:
    """Ask once, and once more where X says that it takes questions again within so many seconds."""
    import tweepy

    try:
        return library.request("GET", route, params=dict(params), user_auth=as_user)
    except tweepy.TooManyRequests as error:
        wait = error.reset_time - time.time() if error.reset_time is not None else None
        if wait is None or wait > patience:
            raise
        time.sleep(max(wait, 0) + CLOCKS_DIFFER)
        return library.request("GET", route, params=dict(params), user_auth=as_user)


def is_passing(error: BaseException) -> bool:
    """Say whether a fault may be over in a second."""
    import requests
    import tweepy

    if isinstance(error, tweepy.TwitterServerError | requests.HTTPError):
        return error.response is not None and error.response.status_code in PASSING
    lost = (requests.ConnectionError, requests.exceptions.ChunkedEncodingError)
    return isinstance(error, lost) and not isinstance(error, requests.Timeout)


def find_user(client: Client, handle: str, settings: XSource) -> str:
    """Return the id of the account with this handle, as X knows it now. Raises SourceError."""
    answer = ask(client, f"/2/users/by/username/{handle}", {}, settings, f"the account @{handle}")
    data = answer.get("data")
    found = data.get("id") if isinstance(data, dict) else None
    if not isinstance(found, str) or not found.isdecimal():
        raise SourceError(f"X knows no account @{handle}: check the handles in brand.toml", alone=True)
    return found
