"""Jetstream, the stream of Bluesky: a websocket that sends events of all posts from a place that is asked for."""

import json
import threading
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

from websockets.exceptions import ConnectionClosed
from websockets.sync.server import ServerConnection, serve

KIND = "network.bsky.jetstream.subscribeEvents"


class Jetstream:
    """Events that were sent and are to be sent; ``breaks`` are after how many events the line breaks, each once."""

    def __init__(self, start: datetime) -> None:
        self.start = start
        self.events: list[dict[str, Any]] = []
        self.oldest = 0  # the number of the first event that can be had
        self.breaks: list[int] = []
        self.asked: list[dict[str, list[str]]] = []
        self.refusal: tuple[int, str] | None = None
        self.more = threading.Condition()
        self.server = serve(self.send, "127.0.0.1", 0, subprotocols=["xrpc.v1.json"], process_request=self.answer)
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()
        self.base = f"ws://127.0.0.1:{self.server.socket.getsockname()[1]}/xrpc"

    def close(self) -> None:
        self.server.shutdown()

    def answer(self, connection: ServerConnection, request: Any) -> Any:
        """Answer what is no websocket: there is no dictionary to compress by, and a refusal comes before the stream."""
        if not request.path.startswith(f"/xrpc/{KIND}"):
            return connection.respond(404, "nothing is here")
        if self.refusal:
            return connection.respond(self.refusal[0], json.dumps({"error": self.refusal[1]}))
        return None

    def send(self, connection: ServerConnection) -> None:
        asked = parse_qs(urlsplit(connection.request.path).query)
        self.asked.append(asked)
        cursor = int(asked["cursor"][0]) if "cursor" in asked else None
        number = self.place(cursor, connection)
        try:
            while True:
                due = self.due(number)
                for event in due:
                    connection.send(json.dumps({"$type": "message", "payload": event}))
                    number += 1
                    if number in self.breaks:
                        self.breaks.remove(number)
                        connection.socket.close()
                if not due:
                    connection.ping()
        except (ConnectionClosed, OSError):
            return

    def due(self, number: int) -> list[dict[str, Any]]:
        """Return the events from a number on, as soon as there are any, or none."""
        with self.more:
            self.more.wait_for(lambda: number < len(self.events), timeout=0.2)
            return self.events[number:]

    def place(self, cursor: int | None, connection: ServerConnection) -> int:
        """Return the number of the first event to send, by a number or by a time in millionths of seconds."""
        if cursor is None:
            return len(self.events)
        wanted = (
            cursor if cursor < 10**15 else next((n for n, e in enumerate(self.events) if e["at"] >= cursor), 1 << 30)
        )
        if wanted < self.oldest or (cursor >= 10**15 and self.oldest and cursor < self.events[self.oldest]["at"]):
            info = {"$type": f"{KIND}#info", "name": "OutdatedCursor", "message": "clamped"}
            connection.send(json.dumps({"$type": "message", "payload": info}))
        return min(max(wanted, self.oldest), len(self.events))

    def tell(self, uri: str, operation: str = "create", record: Any = None) -> None:
        """Let something happen to a post."""
        did, collection, rkey = uri.removeprefix("at://").split("/")
        seq = len(self.events)
        at = self.start + timedelta(seconds=seq)
        event = {
            "$type": f"{KIND}#commit",
            "did": did,
            "collection": collection,
            "operation": operation,
            "rkey": rkey,
            "rev": "3k",
            "seq": seq,
            "time": f"{at.isoformat()}.000000Z",
            "at": int(at.replace(tzinfo=UTC).timestamp() * 1_000_000),
        }
        with self.more:
            self.events.append(event | ({"cid": "c", "record": record} if record is not None else {}))
            self.more.notify_all()
