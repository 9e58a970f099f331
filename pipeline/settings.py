"""brand.toml and the environment, as one frozen, validated object."""

import os
import re
import tomllib
from collections.abc import Sequence
from functools import lru_cache
from itertools import combinations
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict
from pydantic_settings import SettingsError as UnparsedError

from pipeline.rules import Rule
from pipeline.source_settings import FORMS as FORMS_OF_SOURCES
from pipeline.source_settings import SOURCE_TYPES, AnySource, FileSource, NetworkSource
from pipeline.touch import Brand, squeeze
from pipeline.words import STOP, spelt

ROOT = Path(__file__).resolve().parent.parent
SECTION = "Input should be a section with keys of its own"
WANTED = {  # where pydantic's words are those of Python
    "tuple_type": 'Input should be a list, such as ["a", "b"]',
    "dict_type": SECTION,
    "model_type": SECTION,
    "model_attributes_type": SECTION,
    "union_tag_not_found": f"type is needed; one of: {', '.join(SOURCE_TYPES)}",
    "union_tag_invalid": f"type is none of: {', '.join(SOURCE_TYPES)}",
}
ENTRIES = frozenset({"competitors", "sources", "rules"})  # several of each, in brackets twice
KEY = r"^[\w.-]+$"
DASHBOARD = r"^https?://[^\s\"'<>@]+$"
FORMS = FORMS_OF_SOURCES | {  # what a pattern means, in words
    KEY: "letters, digits, and _ . - alone, without spaces",
    DASHBOARD: "an address such as https://orchard.example.org, without name and password",
}


class SettingsError(ValueError):
    """A setting is wrong; the message names file, key and what is allowed."""


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


class Settings(BaseSettings):
    """All settings of one workspace; the environment (``ORCHARD_MODEL__NAME``) wins over brand.toml."""

    model_config = SettingsConfigDict(
        env_prefix="ORCHARD_", env_nested_delimiter="__", frozen=True, extra="forbid", str_strip_whitespace=True
    )

    brand: BrandSettings | None = None
    competitors: tuple[BrandSettings, ...] = ()
    staff: tuple[str, ...] = ()
    bots: tuple[str, ...] = ()
    sources: tuple[AnySource, ...] = ()
    rules: tuple[Rule, ...] = ()
    model: ModelSettings = ModelSettings()
    numbers: NumberSettings = NumberSettings()
    privacy: PrivacySettings = PrivacySettings()
    topics: TopicSettings = TopicSettings()
    backup: BackupSettings = BackupSettings()
    notify: NotifySettings | None = None
    kinds: dict[str, tuple[str, ...]] = {}
    lists: dict[str, tuple[str, ...]] = {}
    organisations: dict[str, tuple[str, ...]] = {}

    @field_validator("staff", "bots")
    @classmethod
    def without_at(cls, handles: tuple[str, ...]) -> tuple[str, ...]:
        """Take handles with or without a leading @; refuse empty ones."""
        found = tuple(handle.strip().removeprefix("@") for handle in handles)
        if not all(found):
            raise ValueError("a handle is empty")
        return found

    @model_validator(mode="after")
    def keys_are_distinct(self) -> "Settings":
        """Refuse two brands of one key."""
        keys = [brand.key.casefold() for brand in self.brand_settings()]
        if len(keys) != len(set(keys)):
            raise ValueError(f"every brand needs a key of its own; found {', '.join(keys)}")
        return self

    @model_validator(mode="after")
    def names_are_distinct(self) -> "Settings":
        """Refuse two brands that are called alike: whose a message is could not be told."""
        for one, other in combinations([brand.to_brand() for brand in self.brand_settings()], 2):
            for key, names in (("name", (other.key, other.name)), ("handles", other.handles)):
                if taken := [name for name in names if one.is_called(name)]:
                    raise ValueError(f"{key}: {taken[0]!r} calls both {one.key} and {other.key}; it can call one brand")
        return self

    @model_validator(mode="after")
    def sources_name_known_brands(self) -> "Settings":
        """Refuse a source whose brand is misspelt, where there are brands to choose from."""
        known = [brand.to_brand() for brand in self.brand_settings()]
        for source in self.sources:
            if known and not any(brand.is_called(source.brand) for brand in known):
                raise ValueError(f"sources: brand {source.brand!r} is none of {', '.join(b.key for b in known)}")
        return self

    @model_validator(mode="after")
    def networks_have_names_of_their_own(self) -> "Settings":
        """Refuse two network sources of one name: they would share cursors and budget."""
        names = [source.name for source in self.networks()]
        if len(names) != len(set(names)):
            raise ValueError(f"sources: every network source needs a name of its own; found {', '.join(names)}")
        return self

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: Any,
        env_settings: Any,
        dotenv_settings: Any,
        file_secret_settings: Any,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Read the environment first, then brand.toml as it was given."""
        return (env_settings, init_settings)

    def brand_settings(self) -> tuple[BrandSettings, ...]:
        """Return the own brand, if set, then the competitors."""
        return ((self.brand,) if self.brand else ()) + self.competitors

    def files(self) -> tuple[FileSource, ...]:
        """Return the sources that are files."""
        return tuple(source for source in self.sources if isinstance(source, FileSource))

    def networks(self) -> tuple[NetworkSource, ...]:
        """Return the sources that are read over the network."""
        return tuple(source for source in self.sources if isinstance(source, NetworkSource))

    def groups(self) -> list[dict[str, str]]:
        """Return who belongs to which kind, list or organisation: member (handle or source:id), what, name."""
        named = {"kind": self.kinds, "list": self.lists, "organisation": self.organisations}
        return [
            {"member": member.removeprefix("@").lower(), "what": what, "name": name}
            for what, groups in named.items()
            for name, members in groups.items()
            for member in members
        ]

    def handles(self) -> list[dict[str, str]]:
        """Return the handles of every brand, as handles are compared."""
        return [
            {"brand": brand.key, "handle": squeeze(handle)}
            for brand in self.brand_settings()
            for handle in brand.to_brand().handles
        ]

    def topic_words(self) -> list[dict[str, str]]:
        """Return words on topics: what (phrase, rename, ignore or name), of which topic or brand, and the words."""
        topics = self.topics
        ignored = sorted(STOP.union(word.lower() for word in topics.ignore))
        return (
            [{"what": "phrase", "of": name, "words": word} for name, words in topics.phrases.items() for word in words]
            + [{"what": "rename", "of": old, "words": new.strip()} for old, new in topics.rename.items()]
            + [{"what": "ignore", "of": "", "words": word} for word in ignored]
            + [
                {"what": "name", "of": brand.key, "words": words}
                for brand in self.brand_settings()
                for words in sorted({spelt(name) for name in brand.to_brand().names()} - {""})
            ]
        )

    def find_brand(self, name: str, stored: Sequence[Brand] = ()) -> Brand:
        """Return the brand that is called so in brand.toml or, by whatever spelling, was ``stored`` before.

        A name that neither knows is a brand by itself.
        """
        configured = (settings.to_brand() for settings in self.brand_settings())
        return next((brand for brand in (*configured, *stored) if brand.is_called(name)), Brand(name, name, (name,)))


def workspace_folder() -> Path:
    """Return the folder of the workspace: ``ORCHARD_DATA``, or data/ in the project."""
    return Path(os.environ.get("ORCHARD_DATA") or ROOT / "data").expanduser().resolve()


def load(folder: Path) -> Settings:
    """Return the validated settings of a workspace; without a brand.toml all are at their defaults.

    Raises SettingsError naming file, key and what is allowed.
    """
    file = folder / "brand.toml"
    check_environment()
    try:
        there = file.exists() or file.is_symlink()  # a link to nothing is a fault, and not a wish for the defaults
        return validated(file.read_text(encoding="utf-8-sig") if there else "", environment())
    except OSError as error:
        raise SettingsError(f"{file}: cannot be read: {error.strerror}") from error
    except UnparsedError as error:
        raise SettingsError(unparsed(str(error))) from error
    except UnicodeDecodeError as error:
        raise SettingsError(f"{file}: not in UTF-8; save it so") from error
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{file}: not valid TOML: {error}") from error
    except ValidationError as error:
        raise SettingsError("\n".join(explain(file, problem) for problem in error.errors())) from error


def environment() -> frozenset[tuple[str, str]]:
    """Return the variables that may hold settings, with their values."""
    return frozenset(each for each in os.environ.items() if each[0].upper().startswith("ORCHARD_"))


@lru_cache(maxsize=8)
def validated(text: str, environment: frozenset[tuple[str, str]]) -> Settings:
    """Return the settings of the text of a brand.toml; remembered, since a page asks for the same ones ten times."""
    return Settings(**tomllib.loads(text))


def unparsed(message: str) -> str:
    """Return a line on the variables that hold no list or table, of which pydantic names the field alone."""
    found = re.search(r'field "(\w+)"', message)
    wanted = f"ORCHARD_{found[1].upper() if found else ''}"
    variables = sorted(name for name in os.environ if name.upper().partition("__")[0] == wanted)
    return f'the environment variable {" or ".join(variables)}: write it as JSON, such as \'["a", "b"]\''


def check_environment() -> None:
    """Raise SettingsError where a variable names a key that there is not: it would be a silent default."""
    for variable in os.environ:
        key, nested, _ = variable.lower().removeprefix("orchard_").partition("__")
        if variable.lower().startswith("orchard_") and nested and key not in Settings.model_fields:
            known = ", ".join(sorted(Settings.model_fields))
            raise SettingsError(f"the environment variable {variable}: unknown key {key}; there are: {known}")


def explain(file: Path, problem: Any) -> str:
    """Return one line on one wrong key."""
    place = written_place(problem["loc"])
    key = written_key(place) or "(whole file)"
    variable = "ORCHARD_" + "__".join(str(part).upper() for part in place)
    if any(name in os.environ for name in (variable, variable.split("__", maxsplit=1)[0])):
        key = f"{key} (from the environment variable {variable})"
    if problem["type"] == "extra_forbidden":
        return f"{file}: key {key}: unknown; allowed here: {', '.join(allowed_keys(problem['loc']))}"
    return f"{file}: key {key}: {wanted_words(place, problem)}{shown(place, problem['input'])}"


def wanted_words(place: tuple[str | int, ...], problem: Any) -> str:
    """Return what a key should hold, in words."""
    if problem["type"] == "tuple_type" and place[0] in ENTRIES:
        return f"Input should be entries: write [[{place[0]}]], with two brackets, above the keys of each"
    if problem["type"] == "string_pattern_mismatch":
        return f"Input should be {FORMS[problem['ctx']['pattern']]}"
    return WANTED.get(problem["type"], str(problem["msg"]).removeprefix("Value error, "))


def shown(place: tuple[str | int, ...], value: Any) -> str:
    """Return the words on what was found; not where it may hold an address, since passwords stand in some."""
    is_address = any(part == "feeds" or str(part).endswith("_base") for part in place)
    if is_address or isinstance(value, dict) or "://" in repr(value):
        return ""
    return f"; found {value!r}"


def written_key(place: tuple[str | int, ...]) -> str:
    """Return a place in the file as people write it, entries counted from 1: ``sources (entry 1).format``."""
    parts = (f" (entry {part + 1})" if isinstance(part, int) else f".{part}" for part in place)
    return "".join(parts).removeprefix(".")


def written_place(place: tuple[str | int, ...]) -> tuple[str | int, ...]:
    """Return where in the file a problem is: of an entry of [[sources]] without the type that it was read as."""
    return place[:2] + place[3:] if place[:1] == ("sources",) and len(place) > 2 else place


def allowed_keys(place: tuple[str | int, ...]) -> list[str]:
    """Return the keys that may stand where an unknown one was found."""
    groups: dict[str, type[BaseModel]] = {
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
    groups |= SOURCE_TYPES
    named = str(place[2] if place[0] == "sources" and len(place) > 3 else place[0])
    group = groups.get(named, Settings) if len(place) > 1 else Settings
    return sorted(group.model_fields)
