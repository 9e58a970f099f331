"""What stages, the flags beside them and work lists mean, in a sentence each."""

from collections.abc import Iterable

from views import _data, _texts

say = _texts.of("terms")

# The lists of the read `work_lists`, what is to be done first.
LISTS = ("owe an answer", "strained", "gone quiet", "stop pushing", "ready to take offline", "defenders", "changed")


def meaning(name: str, days: int) -> str:
    """Return what a stage, a flag or a work list means where so many ``days`` count as recent."""
    return say(name, days=days, twice=2 * days)


def of(name: str) -> str:
    """Return what a stage, a flag or a work list means here."""
    return meaning(name, _data.window_days())


def listed(names: Iterable[str]) -> str:
    """Return what each of some means, as Markdown with a paragraph each."""
    return "\n\n".join(say("term", name=name, meaning=of(name)) for name in names)
