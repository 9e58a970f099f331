"""What one stream of a network source brought in one run."""

from dataclasses import dataclass, field

from pipeline.plain import plain


@dataclass
class Tally:
    """What one stream brought in one run; ``read`` = stored + already + changed + gone + not_about + rejected."""

    source: str
    stream: str
    requests: int = 0
    cost: float = 0.0
    read: int = 0
    stored: int = 0
    already: int = 0
    changed: int = 0
    removed: int = 0
    reasons: dict[str, int] = field(default_factory=dict)  # of what was removed
    gone: int = 0
    not_about: int = 0
    rejected: dict[str, int] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    error: str = ""

    def words(self) -> str:
        """Return the tally as one line."""
        parts = [f"{self.stored} new of {self.read}", f"{self.requests} requests"]
        parts += [f"{self.changed} edited"] if self.changed else []
        why = ", ".join(f"{reason}: {many}" for reason, many in self.reasons.items())
        parts += [f"{self.removed} removed ({why})"] if self.removed else []
        parts += [f"{sum(self.rejected.values())} rejected"] if self.rejected else []
        parts += [f"at most ${self.cost:.3f}"] if self.cost else []
        told = "; ".join([", ".join(parts), *self.notes, *filter(None, [self.error])])
        return plain(f"{self.source} {self.stream}: {told}")
