"""Questions over HTTP: time-outs, a limit of size, short retries, and every fault in words."""

import json
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
from tenacity import Retrying, retry_if_exception_type, retry_if_result, stop_after_attempt, wait_random_exponential

from pipeline.sources.network import SourceError, reason

AGENT = "orchard (reads what is said about one company, once per refresh)"
MOST_BYTES = 32 << 20
MOST_REDIRECTS = 5
WHOLE_SECONDS = 120.0  # a server that sends byte by byte never runs into the time-out of a single read
TRIES = 3
PASSING = frozenset({502, 503, 504})  # what a gateway says while what is behind it restarts
LOST = (httpx.NetworkError, httpx.RemoteProtocolError)
MEANING = {
    400: "it does not take the question",
    401: "it wants a login, or another key",
    402: "it wants to be paid",
    403: "it does not let this program read there",
    404: "nothing is there",
    410: "what was there is gone for good",
    429: "it was asked too often",
}


@dataclass(frozen=True)
class Site:
    """Whom we ask, as a message names it, and the setting of brand.toml that says where it is."""

    name: str
    setting: str


@dataclass(frozen=True)
class Answer:
    """An answer that was read whole. ``url`` is where it came from; ``moved`` is where it lives now for good, if so."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str
    moved: str = ""


class TooLargeError(Exception):
    """An answer is larger than was agreed."""


def open_client(timeout: float, base: str = "") -> httpx.Client:
    """Return a client that says who it is and follows redirects, but not for ever."""
    headers = {"User-Agent": AGENT}
    return httpx.Client(
        base_url=base, timeout=timeout, headers=headers, follow_redirects=True, max_redirects=MOST_REDIRECTS
    )


def ask(
    client: httpx.Client,
    url: str,
    site: Site,
    params: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
    sound: Collection[int] = (200,),
    most: int = MOST_BYTES,
) -> Answer:
    """Return the answer to a GET. Raises SourceError unless its status is one of the ``sound`` ones.

    Asked again at once, up to TRIES times, are lost connections and gateways in trouble: a GET changes nothing there.
    """
    retrying = Retrying(
        stop=stop_after_attempt(TRIES),
        wait=wait_random_exponential(multiplier=0.2, max=2),
        retry=retry_if_exception_type(LOST) | retry_if_result(is_passing),
        retry_error_callback=lambda state: state.outcome and state.outcome.result(),
    )
    try:
        answer: Answer = retrying(read, client, url, params, headers, most)
    except TooLargeError as error:
        raise SourceError(f"{site.name}: the answer is larger than {most >> 20} MB; nothing of it was read") from error
    except httpx.TimeoutException as error:
        raise SourceError(f"{site.name} did not answer in time; timeout_seconds in brand.toml may be raised") from error
    except httpx.TooManyRedirects as error:
        raise SourceError(f"{site.name} sends us on and on; check {site.setting} in brand.toml") from error
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise SourceError(
            f"{site.name} cannot be reached: {reason(error)}; check the network, then {site.setting} in brand.toml"
        ) from error
    if answer.status not in sound:
        raise fault(answer, site)
    return answer


def read(
    client: httpx.Client,
    url: str,
    params: Mapping[str, Any] | None,
    headers: Mapping[str, str] | None,
    most: int,
) -> Answer:
    """Return an answer, read piece by piece: what is too large, or packed to become so, is never held."""
    begun, body = time.monotonic(), bytearray()
    with client.stream("GET", url, params=params, headers=headers) as response:
        for piece in response.iter_bytes():
            body += piece
            if len(body) > most:
                raise TooLargeError
            if time.monotonic() - begun > WHOLE_SECONDS:
                raise httpx.ReadTimeout("the answer does not end", request=response.request)
        final = str(response.url)
        lasting = bool(response.history) and all(step.status_code in (301, 308) for step in response.history)
        return Answer(response.status_code, response.headers, bytes(body), final, final if lasting else "")


def is_passing(answer: Answer) -> bool:
    """Say whether a fault may be over in a second; where the server names a time, it is not."""
    return answer.status in PASSING and "retry-after" not in answer.headers


def fault(answer: Answer, site: Site) -> SourceError:
    """Return the error of an answer that is none."""
    until = retry_after(answer.headers)
    meaning = MEANING.get(answer.status, "it has trouble of its own" if answer.status >= 500 else "which is unexpected")
    later = f"it may be asked again from {until:%d %b %Y %H:%M:%S} UTC" if until else "the next refresh asks again"
    todo = later if answer.status in (429, *range(500, 600)) else f"check {site.setting} in brand.toml"
    return SourceError(f"{site.name} answered {answer.status}: {meaning}; {todo}", until)


def retry_after(headers: Mapping[str, str]) -> datetime | None:
    """Return from when a server may be asked again, as naive UTC, if it says so: in seconds, or by a date."""
    value = headers.get("retry-after", "").strip()
    if value.isdigit() and len(value) < 9:
        return datetime.now(UTC).replace(tzinfo=None) + timedelta(seconds=int(value))
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment


def ask_json(
    client: httpx.Client,
    url: str,
    site: Site,
    params: Mapping[str, Any] | None = None,
    sound: Collection[int] = (200,),
) -> Any:
    """Return what an answer says in JSON, None where it is a sound one without content. Raises SourceError."""
    answer = ask(client, url, site, params, sound=sound)
    if answer.status != 200:
        return None
    try:
        return json.loads(answer.body)
    except (ValueError, RecursionError) as error:
        raise not_documented(site) from error


def not_documented(site: Site) -> SourceError:
    """Return the error of an answer that is of another form than the source documents."""
    return SourceError(
        f"{site.name} answered something that is not its documented JSON; check {site.setting} in brand.toml, "
        "else the next refresh asks again"
    )
