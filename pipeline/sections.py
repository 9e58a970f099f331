"""The sections of brand.toml, each a frozen, validated object; those of ``[[sources]]`` are in source_settings.py."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from pipeline.rules import Rule
from pipeline.source_settings import FORMS as FORMS_OF_SOURCES
from pipeline.touch import Brand

KEY = r"^[\w.-]+$"
DASHBOARD = r"^https?://[^\s\"'<>@]+$"
FORMS = FORMS_OF_SOURCES | {  # what a pattern means, in words
    KEY: "letters, digits, and _ . - alone, without spaces",
    DASHBOARD: "an address such as https://orchard.example.org, without name and password",
}


class Frozen(BaseModel):
    """A group of settings; unknown keys are errors, since a misspelt key would otherwise be a silent default."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class BrandSettings(Frozen):
    """How a brand is called."""

    key: str = Field(pattern=KEY, description="short name in the store")
    name: str = Field(min_length=1)
    handles: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()

    @field_validator("name", "handles", "terms")
    @classmethod
    def words_are_not_empty(cls, given: str | tuple[str, ...]) -> str | tuple[str, ...]:
        """Refuse what calls the brand nothing: it would be found nowhere, or everywhere."""
        if not all(word.strip(" \t\n@#") for word in ([given] if isinstance(given, str) else given)):
            raise ValueError("it is empty")
        return given

    @field_validator("handles")
    @classmethod
    def handles_are_no_addresses(cls, handles: tuple[str, ...]) -> tuple[str, ...]:
        """Refuse the address of a profile: no message calls anybody by it, so that nobody would have spoken to us."""
        if found := [handle for handle in handles if "://" in handle]:
            raise ValueError(f"handle {handles.index(found[0]) + 1} is an address; write the handle alone")
        return handles

    def to_brand(self) -> Brand:
        """Return the brand that the pipeline works with."""
        return Brand(self.key, self.name, self.handles, self.terms)


class ModelSettings(Frozen):
    """The sentiment model: ``default``, a folder, or the id of a model on a hub with its revision.

    ``labels`` says which of its own labels is which, ``languages`` what it reads (an empty list: all), ``cleaning`` how
    texts were cleaned when it was trained. What is left out is as the catalog of models knows it, else as for
    ``default``; labels are told apart by their first letters.
    """

    name: str = Field(default="default", min_length=1)
    revision: str | None = None
    backend: Literal["auto", "onnx", "onnx-fp32", "torch"] = "auto"
    labels: dict[str, Literal["negative", "neutral", "positive"]] = {}
    languages: tuple[str, ...] | None = None
    cleaning: Literal["orchard", "tweeteval"] | None = None


class NumberSettings(Frozen):
    """What the numbers take for much, for long and for few; proposals, not findings (docs/metrics.md)."""

    noticeable: float = Field(default=0.15, gt=0, lt=1, description="a change of feeling that one would care about")
    window_days: int = Field(default=90, ge=7, le=366, description="what counts as recent")
    half_life_days: float = Field(
        default=90, ge=7, le=3660, description="after it a touch counts half: reciprocity, fade"
    )
    mind_half_life_days: float = Field(
        default=30, ge=7, le=3660, description="after it a touch counts half: top of mind"
    )
    answer_hours: float = Field(default=48, gt=0, le=8784, description="an answer within it is in time")
    fewest_people: int = Field(
        default=20, ge=5, le=100_000, description="a group of fewer people is not drawn as a number"
    )


class PrivacySettings(Frozen):
    """How much of single people the dashboard may show.

    ``named``: names where the person addressed the brand; ``pseudonymous``: no names, handles or links at all;
    ``aggregate``: nothing of single people.
    """

    people: Literal["named", "pseudonymous", "aggregate"] = "named"


class TopicSettings(Frozen):
    """What people talk about, in the words of the company.

    ``phrases`` are topics of one's own, each with the phrases that make a mention one of it, as whole words in any
    case; ``rename`` gives a topic another name: two of one name become one, and what is named ``other`` is no topic any
    more; ``ignore`` are words that name no topic.
    """

    phrases: dict[str, tuple[str, ...]] = {}
    rename: dict[str, str] = {}
    ignore: tuple[str, ...] = ()

    @field_validator("phrases")
    @classmethod
    def phrases_have_words(cls, topics: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        """Refuse a topic without phrases, and a phrase without letters or digits: it would be found nowhere."""
        for name, phrases in topics.items():
            if not phrases or not all(any(map(str.isalnum, phrase)) for phrase in phrases):
                raise ValueError(f"topic {name!r} needs phrases with letters or digits; found {list(phrases)}")
        return topics

    @field_validator("rename")
    @classmethod
    def names_are_words(cls, names: dict[str, str]) -> dict[str, str]:
        """Refuse an empty name."""
        for old, new in names.items():
            if not new.strip():
                raise ValueError(f"the new name of {old!r} is empty; `other` makes it no topic")
        return names


class BackupSettings(Frozen):
    """Where each day's first refresh puts a backup of what people typed, and how many are kept; no folder: nowhere."""

    folder: str | None = Field(default=None, min_length=1, description="below the workspace, or anywhere")
    keep: int = Field(default=14, ge=1, le=10_000)


class NotifySettings(Frozen):
    """What is told outside of the dashboard, once there is such a section; to whom is a secret (pipeline/addresses.py).

    ``on``: the day of a weekly digest, and the first such day of a month that of a monthly one. ``names``: a digest may
    name people, where [privacy] lets the dashboard do so. ``dashboard``: the address that leads back.
    """

    digest: Literal["weekly", "monthly", "never"] = "weekly"
    on: Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] = "monday"
    alerts: bool = True
    failures: bool = True
    names: bool = False
    dashboard: str | None = Field(default=None, pattern=DASHBOARD)


SECTIONS: dict[str, type[BaseModel]] = {
    "brand": BrandSettings,
    "competitors": BrandSettings,
    "model": ModelSettings,
    "numbers": NumberSettings,
    "privacy": PrivacySettings,
    "topics": TopicSettings,
    "backup": BackupSettings,
    "notify": NotifySettings,
    "rules": Rule,
}
