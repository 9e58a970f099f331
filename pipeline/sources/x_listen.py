"""The connection to the stream of X, through tweepy: lines as they come, connected again wherever it breaks."""

import queue
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
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
MOST_HEARD = 2 * BATCH_LINES + 1  # where there is a budget: a batch, one that waits behind it, and what finds no room
FULL = "was closed, since what it brought waits to be stored"
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
    """What is known of the connection while it lasts, and between two.

    ``stop``: nobody takes anything from the queue any more. ``ending``: it is only taken what is there.
    """

    events: Events
    stop: threading.Event
    ending: threading.Event
    pauses: Pauses
    pause: Pause
    failures: int = 0
    response: Any = None  # the last one

    def offer(self, found: Any) -> None:
        """Put something into the queue."""
        offer(self.events, found, self.stop)


def listen(
    settings: XSource, client: Client, params: Mapping[str, str], ending: threading.Event, pauses: Pauses = ADVISED
) -> Iterator[tuple[list[bytes], list[str]]]:
    """Yield lines and notes soon after they come, until it is ``ending``, then what was heard by then.

    Raises SourceError, after what was heard before it.
    """
    line = Line(queue.Queue(room(settings)), threading.Event(), ending, pauses, pauses.lost)
    with hearing(to_library(settings, client, line), params, line) as hang_up:
        while not ending.is_set():
            batch, error = gather(line.events, BATCH_LINES)
            if batch:
                yield apart(batch)
            if error:
                raise error
        hang_up()
        rest, _ = gather(line.events, MOST_WAITING)
        if rest:
            yield apart(rest)


def room(settings: XSource) -> int:
    """Return how many lines may wait: what X has sent is billed, so that a budget must have room for them, too."""
    return MOST_WAITING if settings.monthly_budget is None else BATCH_LINES


def apart(batch: Sequence[Any]) -> tuple[list[bytes], list[str]]:
    """Return the lines and the notes of a batch."""
    return [each for each in batch if isinstance(each, bytes)], [each for each in batch if isinstance(each, str)]


@contextmanager
def hearing(library: Any, params: Mapping[str, str], line: Line) -> Iterator[Callable[[], None]]:
    """Hear in a thread of its own, since the library calls back; yield what ends the connection."""
    threading.Thread(target=hear, args=(library, params, line), daemon=True).start()
    try:
        yield library.disconnect
    finally:
        line.stop.set()
        library.disconnect()


def hear(library: Any, params: Mapping[str, str], line: Line) -> None:
    """Connect again and again; the library's own way of waiting could not be stopped."""
    named = {name.replace(".", "_"): value for name, value in params.items()}
    try:
        while not (line.stop.is_set() or line.ending.is_set()):
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
        if line.events.full():
            line.response.close()  # X bills what it sends, whether it is taken from the connection or not
            library.disconnect()
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
    library.on_closed = lambda response: ended(line.pauses.lost, "was closed by X" if library.running else FULL)
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
