"""The connection to Jetstream, the stream of Bluesky, through atproto: events as they come, in batches."""

import queue
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pipeline.sources.heard import Events, gather, offer
from pipeline.sources.network import SourceError

POST = "app.bsky.feed.post"
BATCH_EVENTS = 2000
MOST_WAITING = 20_000
SILENT = 4  # times the time-out without anything from a network that never sleeps
CHECK = "check the network, then jetstream_base in brand.toml"


def listen(base: str, cursor: int | None, timeout: float) -> Iterator[list[dict[str, Any]]]:
    """Yield what was heard, at least every BATCH_SECONDS, for ever. Raises SourceError.

    A lost connection is opened again, from where it broke off; what was heard before an error is yielded first.
    """
    with hearing(base, cursor, timeout) as events:
        last = time.monotonic()
        while True:
            batch, error = gather(events, BATCH_EVENTS)
            if batch:
                last = time.monotonic()
                yield batch
            if error:
                raise SourceError(f"Jetstream ended: {error}; {CHECK}") from error
            if time.monotonic() - last > SILENT * timeout:
                raise SourceError(f"nothing came from Jetstream for {SILENT * timeout:.0f} seconds; {CHECK}")


@contextmanager
def hearing(base: str, cursor: int | None, timeout: float) -> Iterator[Events]:
    """Hear in a thread of its own, since the library calls back."""
    from atproto import JetstreamClient

    params = {"collections": [POST], "kinds": ["commit"]} | ({"cursor": cursor} if cursor else {})
    client = JetstreamClient(params, base_uri=base, recv_timeout=timeout)
    events: Events = queue.Queue(MOST_WAITING)
    stop = threading.Event()
    threading.Thread(target=hear, args=(client, events, stop), daemon=True).start()
    try:
        yield events
    finally:
        stop.set()
        client.stop()


def hear(client: Any, events: Events, stop: threading.Event) -> None:
    """Put everything that comes into the queue, at last the error that ended it."""
    from atproto_client.models.utils import get_model_as_dict

    def put(message: Any) -> None:
        offer(events, get_model_as_dict(message), stop)

    try:
        while not stop.is_set():
            client.start(put)  # it returns where the server says good-bye, and connects again where a line breaks
            stop.wait(1)
    except Exception as error:  # whatever it is, the reader must hear of it
        offer(events, error, stop)
