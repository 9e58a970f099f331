"""Phrase rules of brand.toml: what a company knows better than a model."""

import hashlib
from collections.abc import Sequence
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from pipeline.whole_words import pattern

LABELS = ("negative", "neutral", "positive")


class Rule(BaseModel):
    """A phrase, and either the words that a model reads in its place or the feeling that it stands for.

    ``phrase`` is found as whole words in any case, with either apostrophe and any white space.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    phrase: str = Field(min_length=2)
    read_as: str | None = None
    feeling: Literal["negative", "neutral", "positive"] | None = None

    @model_validator(mode="after")
    def says_one_thing(self) -> "Rule":
        """Refuse a rule that says nothing, or two things, or stands on white space."""
        if not self.phrase.strip():
            raise ValueError("the phrase of a rule needs letters")
        if (self.read_as is None) == (self.feeling is None):
            raise ValueError(f"the rule on {self.phrase!r} needs either read_as or feeling")
        return self

    @property
    def words(self) -> str:
        """The rule as it is recorded with a score, and shown."""
        return f"“{self.phrase}” " + (f"is {self.feeling}" if self.feeling else f"read as “{self.read_as}”")

    def applies(self, text: str) -> bool:
        """Say whether the phrase stands in a text."""
        return bool(pattern(self.phrase).search(text))


def version(model: str, rules: Sequence[Rule]) -> str:
    """Return what scores of a model under rules are kept under: other rules are other scores, as another model is."""
    if not rules:
        return model
    return f"{model}+rules-{hashlib.sha256(repr([rule.words for rule in rules]).encode()).hexdigest()[:8]}"


def to_read(text: str, rules: Sequence[Rule]) -> str:
    """Return a text as the model reads it."""
    for rule in rules:
        if rule.read_as is not None:
            text = pattern(rule.phrase).sub(rule.read_as.replace("\\", r"\\"), text)
    return text


def decided(text: str, rules: Sequence[Rule]) -> tuple[float, float, float] | None:
    """Return the probabilities that the first rule with a feeling gives a text, if one applies."""
    rule = deciding(text, rules)
    return rule and tuple(float(label == rule.feeling) for label in LABELS)  # type: ignore[return-value]


def deciding(text: str, rules: Sequence[Rule]) -> Rule | None:
    """Return the first rule with a feeling that applies to a text."""
    return next((rule for rule in rules if rule.feeling and rule.applies(text)), None)


def applied(text: str, rules: Sequence[Rule]) -> str | None:
    """Return the rules that had a say in the score of a text, in words: the one that decides it, else what is read."""
    if rule := deciding(text, rules):
        return rule.words
    found = []
    for rule in rules:
        if rule.read_as is not None and rule.applies(text):
            found.append(rule.words)
            text = to_read(text, [rule])
    return "; ".join(found) or None
