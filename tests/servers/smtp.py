"""A mail server on this machine that keeps what it is sent."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage


class Session(socketserver.StreamRequestHandler):
    """One conversation, in as much of RFC 5321 as a polite client needs."""

    def handle(self) -> None:
        self.answer("220 ready")
        while line := self.rfile.readline():
            verb = line[:4].upper().strip()
            if verb == b"DATA":
                self.answer("354 go on")
                self.keep()
            self.answer("221 bye" if verb == b"QUIT" else "250 fine")
            if verb == b"QUIT":
                return

    def keep(self) -> None:
        lines = [line.removeprefix(b".") for line in iter(self.rfile.readline, b".\r\n")]  # a dot there is doubled
        self.server.mails.append(message_from_bytes(b"".join(lines), policy=policy.default))

    def answer(self, words: str) -> None:
        self.wfile.write(f"{words}\r\n".encode())


@contextmanager
def running() -> Iterator[tuple[int, list[EmailMessage]]]:
    """Run the server; yield its port and the mails that it has got."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Session) as server:
        server.daemon_threads, server.mails = True, []
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield server.server_address[1], server.mails
        server.shutdown()
