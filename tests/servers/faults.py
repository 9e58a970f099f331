"""Answers that a test scripts: one request is answered with a fault, once so many others were answered well."""

import json
import time
from collections.abc import Callable
from typing import Any

from werkzeug import Request, Response
from werkzeug.exceptions import HTTPException

Answer = Callable[[Request], Any]


class Faults:
    """The faults that are due, and every request that was answered."""

    def __init__(self) -> None:
        self.due: list[tuple[int, Response]] = []
        self.asked: list[Request] = []
        self.delay = 0.0  # seconds before every answer

    def add(self, after: int, status: int, body: Any, headers: dict[str, str]) -> None:
        """Let the request after so many further ones be answered so."""
        content = body if isinstance(body, bytes) else json.dumps(body)
        self.due.append((after, Response(content, status=status, headers=headers)))

    def around(self, answer: Answer) -> Callable[[Request], Response]:
        """Return a handler that answers well, in JSON unless it is a response already, where no fault is due."""

        def answered(request: Request) -> Response:
            self.asked.append(request)
            time.sleep(self.delay)
            self.due = [(after - 1, fault) for after, fault in self.due]
            for number, (after, fault) in enumerate(self.due):
                if after < 0:
                    del self.due[number]
                    return fault
            try:
                found = answer(request)
            except HTTPException as error:
                return Response(json.dumps({"message": error.name, "error": error.code}), error.code)
            if isinstance(found, Response):
                return found
            return Response(json.dumps(found), content_type="application/json")

        return answered
