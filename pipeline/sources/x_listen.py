"""The connection to the stream of X, through tweepy: lines as they come, connected again wherever it breaks."""

import queue
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from pipeline.source_settings import XSource
from pipeline.sources.heard import Events, gather, offer
from pipeline.sources.pause import Pause
from pipeline.sources.x_client import HOST, Client
from pipeline.sources.x_errors import fault, in_words

ABOUT = "the stream"
BATCH_LINES = 25
MOST_WAITING = 10_000
AGAIN = "what is said meanwhile is brought by the next collect"


@dataclass(frozen=True)
class Pauses:
    """How long is waited after a lost connection, after an error of X, and after too many questions."""

    lost: Pause
    trouble: Pause
    often: Pause


ADVISED = Pauses(Pause(0.25, 16), Pause(5, 320), Pause(60, 320))  # by X


@dataclass
class Line:
    """What is known of the connection while it lasts, and between two."""

    events: Events
    stop: threading.Event
    pauses: Pauses
    pause: Pause
    failures: int = 0
    response: Any = None  # the last one

    def offer(self, found: Any) -> None:
        """Put something into the queue."""
        offer(self.events, found, self.stop)


def listen(
    settings: XSource, client: Client, params: Mapping[str, str], pauses: Pauses = ADVISED
) -> Iterator[tuple[list[bytes], list[str]]]:
    """Yield lines and notes soon after they come, for ever. Raises SourceError, after what was heard before it."""
    with hearing(settings, client, params, pauses) as events:
        while True:
            batch, error = gather(events, BATCH_LINES)
            if batch:
                yield [each for each in batch if isinstance(each, bytes)], [n for n in batch if isinstance(n, str)]
            if error:
                raise error


@contextmanager
def hearing(settings: XSource, client: Client, params: Mapping[str, str], pauses: Pauses) -> Iterator[Events]:
    """Hear in a thread of its own, since the library calls back."""
    line = Line(queue.Queue(MOST_WAITING), threading.Event(), pauses, pauses.lost)
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
            return ended(line.pauses.often if status == 429 else line.pauses.trouble, f"is not to be had ({status})")
        line.offer(error)
        line.stop.set()
        library.disconnect()

    def broken(error: Exception) -> None:
        line.offer(in_words(error, ABOUT))
        line.stop.set()

    library.on_data, library.on_keep_alive = heard, alive
    library.on_connect = lambda: line.offer("the stream is open")
    library.on_disconnect = lambda: None
    library.on_closed = lambda response: ended(line.pauses.lost, "was closed by X")
    library.on_connection_error = lambda: ended(line.pauses.lost, "broke off")
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
