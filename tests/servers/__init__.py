"""Local servers that speak the protocols of the networks, each with a small world that a test can change."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol


@dataclass(frozen=True)
class Expected:
    """A touch that the network's mapping must give."""

    id: str
    direction: str
    at: datetime
    text: str


class World(Protocol):
    """What the contract test asks of the local server of a network.

    ``toml``: the [[sources]] entry that points to it. ``secrets``: what it is to be given in the environment.
    ``requests``: how many it has answered.
    """

    toml: str
    secrets: Mapping[str, str]
    requests: int

    def fill(self, many: int) -> list[Expected]:
        """Let so many further messages be said, theirs and, where the network has them, ours; newest last."""

    def poison(self) -> None:
        """Let a further message come in a form that cannot be mapped."""

    def edit(self, id: str) -> str:
        """Let the author change a message; return its new text."""

    def delete(self, id: str) -> bool:
        """Let the author delete a message; return whether the network tells that at all."""

    def fail(self, after: int, status: int = 500, body: Any = None) -> None:
        """Answer one request with this status, once ``after`` further ones were answered well."""
