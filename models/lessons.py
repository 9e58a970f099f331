"""What a training shows the network: texts with their labels, drawn anew in each epoch."""

import random
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from models.catalog import LABELS
from models.data import Labelled, Split
from models.recipe import Recipe
from models.text import OTHER, TARGET, clean, mark, masked
from models.written import Message

SHORT = 110  # characters of a text that may be joined with another
CHUNK = 50  # batches that are sorted by length together: enough to save padding, few enough to stay random
UNKNOWN = -100  # the label of a head that a row says nothing of: PyTorch's own sign for "leave out"


@dataclass(frozen=True)
class Lesson:
    """One text to learn from: its tone as it stands, and its label toward each target with the target marked."""

    text: str
    tone: int
    toward: tuple[tuple[str, int], ...]

    def draw(self, recipe: Recipe, chance: random.Random) -> "Row":
        """Return (input, label of tone, label toward the marked target) as one epoch shows it.

        A text of unknown tone is always shown with a target marked.
        """
        if self.toward and (self.tone == UNKNOWN or chance.random() < recipe.marked):
            text, label = chance.choice(self.toward)
            return text, self.tone, label
        if not self.toward and self.text.startswith("@user") and chance.random() < recipe.addressed:
            return TARGET + self.text.removeprefix("@user"), self.tone, self.tone
        return self.text, self.tone, UNKNOWN


def lessons(split: Split) -> list[Lesson]:
    """Join the tone labels of the texts with their labels toward targets; other targets in a text are other brands."""
    toward, names = defaultdict(list), sorted(set(split.toward.targets))
    for text, label, target in zip(split.toward.texts, split.toward.labels, split.toward.targets, strict=True):
        others = [name for name in names if name != target and name.lower() in text.lower()]
        toward[clean(text)].append((clean(mark(text, (target,), others)), label))
    cleaned = (clean(text) for text in split.tone.texts)
    return [Lesson(text, tone, tuple(toward[text])) for text, tone in zip(cleaned, split.tone.labels, strict=True)]


def care_lessons(care: Labelled, split: Split) -> list[Lesson]:
    """Return labelled messages to brands as lessons, each text once, but for those that are held out.

    Of each label there are as many as of the rarest, drawn at random but always the same: how often people complain to
    these brands says nothing of others.
    """
    held = {clean(text) for text in (*split.validation.texts, *split.unseen.texts)}
    labels = {clean(text): label for text, label in zip(care.texts, care.labels, strict=True)}
    found = [Lesson(text, label, ()) for text, label in labels.items() if text not in held]
    fewest = min(Counter(lesson.tone for lesson in found).values(), default=0)
    return [
        lesson for tone in range(len(LABELS)) for lesson in some([each for each in found if each.tone == tone], fewest)
    ]


def written_lessons(messages: Sequence[Message]) -> list[Lesson]:
    """Return messages of our own as lessons: for the tone every name is a handle of anybody, as where it is scored."""
    found = []
    for message in messages:
        names = {target for target, _ in message.toward if target}
        marked = tuple(
            (clean(mark(message.text, {target} - {""}, names - {target})), label) for target, label in message.toward
        )
        tone = UNKNOWN if message.tone is None else message.tone
        found.append(Lesson(clean(masked(message.text, names)), tone, marked))
    return found


Row = tuple[str, int, int]
Batch = list[Row]


def join(row: Row, partners: Sequence[str], recipe: Recipe, chance: random.Random) -> Row:
    """Return the row, or by the chance of the recipe one of two texts about two brands, whose tone is unknown."""
    text, _, label = row
    if label == UNKNOWN or len(text) > SHORT or not partners or chance.random() >= recipe.joined:
        return row
    both = [text, chance.choice(partners).replace(TARGET, OTHER)]
    chance.shuffle(both)
    return " ".join(both), UNKNOWN, label


def batches(lessons: Sequence[Lesson], recipe: Recipe, chance: random.Random) -> Iterator[Batch]:
    """Yield one epoch of batches, shuffled, each of texts of like length."""
    partners = [text for lesson in lessons for text, _ in lesson.toward if len(text) < SHORT]
    rows = [join(lesson.draw(recipe, chance), partners, recipe, chance) for lesson in lessons]
    chance.shuffle(rows)
    size, found = recipe.batch, []
    for start in range(0, len(rows), size * CHUNK):
        chunk = sorted(rows[start : start + size * CHUNK], key=lambda row: len(row[0]))
        found += [chunk[i : i + size] for i in range(0, len(chunk), size)]
    chance.shuffle(found)
    yield from found


def some(rows: list[Lesson], many: int) -> list[Lesson]:
    """Return ``many`` of the lessons, drawn at random but always the same; 0 is all."""
    return random.Random(0).sample(rows, min(many, len(rows))) if many else rows
