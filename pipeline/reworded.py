"""What an author has edited so that it does not read as about the brand any more is taken out, or has its new words."""

from collections.abc import Sequence

from pipeline import cursors
from pipeline.sources.about import is_about
from pipeline.store import Workspace, now
from pipeline.touch import TAKEN_BACK, Brand, Gone, Mapped, NotAbout, Outcome, Touch


def settle(workspace: Workspace, source: str, brand: Brand, found: Sequence[Outcome]) -> list[Outcome]:
    """Return outcomes in which nothing that is stored is ``NotAbout`` with other words than the stored ones.

    What named the brand, and does not any more, is gone. What is stored for what it answers, or for where it was said,
    has its new words: a message that is looked up by itself does not tell that again.
    """
    ids = [each.touch_id for each in found if isinstance(each, NotAbout) and each.touch_id]
    stored = cursors.read_words(workspace, brand.key, ids) if ids else {}
    return [
        reworded(each, source, brand, *stored[each.touch_id])
        if isinstance(each, NotAbout) and each.touch_id in stored
        else each
        for each in found
    ]


def reworded(each: NotAbout, source: str, brand: Brand, text: str, answers: bool) -> Outcome:
    """Return what becomes of a message whose stored words are ``text``; ``answers``: it answers the brand."""
    if each.text == text:
        return each
    if not answers and (is_about(text, brand) or brand.is_addressed(text)):
        return Gone(each.record, (each.touch_id,), TAKEN_BACK, brand.key)
    touch = Touch(each.touch_id, source, brand.key, None, "in", "mention", now(), each.text)
    return Mapped(each.record, touch)  # since it is stored, only the words are taken from it
