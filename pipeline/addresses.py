"""To whom notices go: addresses as apprise knows them, which are secrets and are told nowhere."""

import hashlib
import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pipeline import secrets
from pipeline.store import PATIENT_SECONDS, Workspace, connect

if TYPE_CHECKING:
    from apprise import NotifyBase

NAME = "ORCHARD_NOTIFY_URLS"
SECONDS = 30.0
READ_SECONDS = 25.0  # of a web hook's answer: who answers later may have taken the message, but gets it again
WHOLE_PAGE = 30_000  # characters: what takes so many at once is mail, and no chat
TALKATIVE = ("apprise", "urllib3.connectionpool", "urllib3.util.retry")  # their logs hold addresses, in part at least


@dataclass(frozen=True)
class Address:
    """One address: ``key`` is its salted hash, ``place`` what it is called where people read of it."""

    key: str
    place: str
    url: str = field(repr=False)


@dataclass(frozen=True)
class Message:
    """What is sent: as text, and as a page for mail where there is one."""

    title: str
    text: str
    page: str = ""


def read(workspace: Workspace) -> list[Address]:
    """Return the addresses of the environment or .env, each once; none where the variable is empty."""
    from apprise.utils.parse import parse_urls

    with connect(workspace.mentions, PATIENT_SECONDS) as con:
        ((salt,),) = con.execute("select salt from salt").fetchall()
    with quiet():
        urls = parse_urls(secrets.read(workspace.folder).get(NAME, ""))  # type: ignore[no-untyped-call]
    found = {hashlib.sha256(f"{salt}{url}".encode()).hexdigest()[:16]: url for url in urls}
    return [Address(key, f"address {number} of {NAME}", url) for number, (key, url) in enumerate(found.items(), 1)]


def send(address: Address, message: Message) -> str:
    """Send a message; return why that could not be done, without a word of the address, else nothing."""
    try:
        with quiet():
            return try_to_send(address, message)
    except Exception as error:  # of a library: what it says may hold the address
        return f"{address.place}: unforeseen {type(error).__name__}"


def try_to_send(address: Address, message: Message) -> str:
    """Send a message; return why that could not be done, else nothing. May raise whatever a library raises."""
    from apprise import Apprise, NotifyFormat
    from apprise.result import AppriseResultStatus

    service = opened(address)
    if service is None:
        return f"{address.place} is none that apprise knows or can use"
    body, form = (
        (message.page, NotifyFormat.HTML) if takes_pages(service, message) else (message.text, NotifyFormat.TEXT)
    )
    result = Apprise(service, asset=service.asset).notify(body=body, title=message.title, body_format=form)
    if result:
        return ""
    late = result.status == AppriseResultStatus.TIMEOUT
    why = f"did not answer within {SECONDS:.0f} s" if late else "did not take it"
    return f"{address.place} ({service.service_name}) {why}"


def opened(address: Address) -> "NotifyBase | None":
    """Return the service of an address as we use it; None where apprise knows none. Raises what a library raises."""
    from apprise import Apprise, AppriseAsset
    from apprise.common import OverflowMode

    asset = AppriseAsset(
        service_timeout=SECONDS,
        allow_templates=False,
        app_id="Orchard",
        app_desc="Orchard",
        app_url="",
        image_url_mask="",
        image_url_logo="",
        interpret_emojis=False,
        async_mode=False,
    )
    service: NotifyBase | None = Apprise.instantiate(address.url, asset=asset)
    if service is None:
        return None
    service.socket_read_timeout = max(service.socket_read_timeout, READ_SECONDS)
    if service.overflow_mode == OverflowMode.UPSTREAM:
        service.overflow_mode = OverflowMode.SPLIT  # a chat refuses what is too long for it
    return service


def takes_pages(service: "NotifyBase", message: Message) -> bool:
    """Say whether a service is mail, which shows a whole page; a chat takes HTML, too, but shows its code."""
    from apprise import NotifyFormat

    forms = service.notify_format if isinstance(service.notify_format, tuple) else (service.notify_format,)
    is_mail = forms[0] == NotifyFormat.HTML == service.resolve_format(NotifyFormat.HTML)
    return is_mail and service.body_maxlen >= WHOLE_PAGE and 0 < len(message.page) <= service.body_maxlen


@contextmanager
def quiet() -> Iterator[None]:
    """Keep libraries from telling of an address: in a log at whatever level, or in a warning."""
    for name in TALKATIVE:
        logging.getLogger(name).disabled = True  # for good: what was given up on may still speak later
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)
