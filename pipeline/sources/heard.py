"""What a thread of a library hears, handed over to the reader in batches."""

import queue
import threading
import time
from typing import Any

BATCH_SECONDS = 5.0
IDLE_SECONDS = 0.5

Events = queue.Queue[Any]


def offer(events: Events, found: Any, stop: threading.Event) -> None:
    """Put something into the queue as soon as there is room, unless nobody listens any more."""
    while not stop.is_set():
        try:
            return events.put(found, timeout=1)
        except queue.Full:
            continue


def gather(events: Events, most: int) -> tuple[list[Any], Exception | None]:
    """Return what came within BATCH_SECONDS, or until a pause or so many, and the error that ended it, if any."""
    batch: list[Any] = []
    end = time.monotonic() + BATCH_SECONDS
    while len(batch) < most and time.monotonic() < end:
        try:
            found = events.get(timeout=IDLE_SECONDS)
        except queue.Empty:
            break
        if isinstance(found, Exception):
            return batch, found
        batch.append(found)
    return batch, None
