"""How long to wait before something is tried again."""

from dataclasses import dataclass

MOST_DOUBLED = 10


@dataclass(frozen=True)
class Pause:
    """How long to wait before trying again, in seconds: at first, and at most after doubling."""

    first: float
    most: float

    def after(self, failures: int) -> float:
        """Return the seconds after so many failures, of which the last is one."""
        return min(self.first * 2.0 ** min(failures - 1, MOST_DOUBLED), self.most)
