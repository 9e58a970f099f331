"""The connection to the stream of X, through tweepy: lines as they come, connected again wherever it breaks."""

import queue
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from pipeline.source_settings import XSource
from pipeline.sources.network import SourceError
from pipeline.sources.x_client import HOST, Client
from pipeline.sources.x_errors import fault, in_words

ABOUT = "the stream"
BATCH_LINES = 25
BATCH_SECONDS = 5.0
IDLE_SECONDS = 0.5
MOST_WAITING = 10_000
MOST_DOUBLED = 10
AGAIN = "what is said meanwhile is brought by the next collect"

Events = queue.Queue[Any]


@dataclass(frozen=True)
class Pause:
    """How long to wait before connecting again, in seconds: at first, and at most after doubling."""

    first: float
    most: float

    def after(self, failures: int) -> float:
        """Return the seconds after so many failures, of which the last is one."""
        return min(self.first * 2.0 ** min(failures - 1, MOST_DOUBLED), self.most)


LOST, TROUBLE, OFTEN = Pause(0.25, 16), Pause(5, 320), Pause(60, 320)  # as X advises


@dataclass
class Line:
    """What is known of the connection while it lasts, and between two."""

    events: Events
    stop: threading.Event
    failures: int = 0
    pause: Pause = LOST
    response: Any = None  # the last one

    def offer(self, found: Any) -> None:
        """Put something into the queue as soon as there is room, unless nobody listens any more."""
        while not self.stop.is_set():
            try:
                return self.events.put(found, timeout=1)
            except queue.Full:
                continue


def listen(settings: XSource, client: Client, params: Mapping[str, str]) -> Iterator[tuple[list[bytes], list[str]]]:
    """Yield lines and notes soon after they come, for ever. Raises SourceError, after what was heard before it."""
    with hearing(settings, client, params) as events:
        while True:
            lines, notes, error = gather(events)
            if lines or notes:
                yield lines, notes
            if error:
                raise error


def gather(events: Events) -> tuple[list[bytes], list[str], SourceError | None]:
    """Return what came within BATCH_SECONDS, or until a pause, and the error that ended it, if any."""
    lines: list[bytes] = []
    notes: list[str] = []
    end = time.monotonic() + BATCH_SECONDS
    while len(lines) < BATCH_LINES and time.monotonic() < end:
        try:
            found = events.get(timeout=IDLE_SECONDS)
        except queue.Empty:
            break
        if isinstance(found, SourceError):
            return lines, notes, found
        if isinstance(found, bytes):
            lines.append(found)
        else:
            notes.append(found)
    return lines, notes, None


@contextmanager
def hearing(settings: XSource, client: Client, params: Mapping[str, str]) -> Iterator[Events]:
    """Hear in a thread of its own, since the library calls back."""
    line = Line(queue.Queue(MOST_WAITING), threading.Event())
    library = to_library(settings, client, line)
    threading.Thread(target=hear, args=(library, params, line), daemon=True).start()
    try:
        yield line.events
    finally:
        line.stop.set()
        library.disconnect()


def hear(library: Any, params: Mapping[str, str], line: Line) -> None:
    """Connect again and again; the library's own way of waiting could not be stopped."""
    named = {name.replace(".", "_"): value for name, value in params.items()}
    try:
        while not line.stop.is_set():
            library.filter(**named)
            line.stop.wait(line.pause.after(max(line.failures, 1)))
    except Exception as error:  # whatever it is, the reader must hear of it
        line.offer(in_words(error, ABOUT))


def to_library(settings: XSource, client: Client, line: Line) -> Any:
    """Return tweepy's client of streams, which tells the line what happens, and ends whenever a connection does."""
    import tweepy

    library = tweepy.StreamingClient(client.library.bearer_token)
    place(library, settings, line)

    def heard(data: bytes) -> None:
        line.failures = 0
        line.offer(data)

    def alive() -> None:
        line.failures = 0

    def ended(pause: Pause, what: str) -> None:
        line.failures, line.pause = line.failures + 1, pause
        seconds = pause.after(line.failures)
        line.offer(f"the stream {what}; connected again in {seconds:g} seconds: {AGAIN}")
        library.disconnect()

    def refused(status: int) -> None:
        error = fault(line.response, [], ABOUT)
        if status == 429 or status >= 500:
            return ended(OFTEN if status == 429 else TROUBLE, f"is not to be had ({status})")
        line.offer(error)
        line.stop.set()
        library.disconnect()

    def broken(error: Exception) -> None:
        line.offer(in_words(error, ABOUT))
        line.stop.set()

    library.on_data, library.on_keep_alive = heard, alive
    library.on_connect = lambda: line.offer("the stream is open")
    library.on_disconnect = lambda: None
    library.on_closed = lambda response: ended(LOST, "was closed by X")
    library.on_connection_error = lambda: ended(LOST, "broke off")
    library.on_request_error, library.on_exception = refused, broken
    return library


def place(library: Any, settings: XSource, line: Line) -> None:
    """Let tweepy ask ``api_base``, with the time-out of the settings: X sends at least an empty line in 20 seconds."""
    request = library.session.request
    sure = {"timeout": settings.timeout_seconds, "allow_redirects": False}

    def placed(method: str, url: str, **values: Any) -> Any:
        answer = request(method, settings.api_base + url.removeprefix(HOST), **values | sure)
        line.response = answer
        return answer

    library.session.request = placed
