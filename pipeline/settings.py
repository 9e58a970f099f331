"""brand.toml and the environment, as one frozen, validated object."""

import os
import tomllib
from collections.abc import Sequence
from functools import lru_cache
from itertools import combinations
from pathlib import Path
from typing import Any

from pydantic import ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict
from pydantic_settings import SettingsError as UnparsedError

from pipeline.rules import Rule
from pipeline.sections import (
    BackupSettings,
    BrandSettings,
    ModelSettings,
    NotifySettings,
    NumberSettings,
    PrivacySettings,
    TopicSettings,
)
from pipeline.source_settings import AnySource, FileSource, NetworkSource
from pipeline.touch import Brand, squeeze
from pipeline.words import STOP, spelt
from pipeline.wrong_settings import explain, unparsed

ROOT = Path(__file__).resolve().parent.parent


class SettingsError(ValueError):
    """A setting is wrong; the message names file, key and what is allowed."""


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
        raise SettingsError("\n".join(explain(file, each, Settings.model_fields) for each in error.errors())) from error


def environment() -> frozenset[tuple[str, str]]:
    """Return the variables that may hold settings, with their values."""
    return frozenset(each for each in os.environ.items() if each[0].upper().startswith("ORCHARD_"))


@lru_cache(maxsize=8)
def validated(text: str, environment: frozenset[tuple[str, str]]) -> Settings:
    """Return the settings of the text of a brand.toml; remembered, since a page asks for the same ones ten times."""
    return Settings(**tomllib.loads(text))


def check_environment() -> None:
    """Raise SettingsError where a variable names a key that there is not: it would be a silent default."""
    for variable in os.environ:
        key, nested, _ = variable.lower().removeprefix("orchard_").partition("__")
        if variable.lower().startswith("orchard_") and nested and key not in Settings.model_fields:
            known = ", ".join(sorted(Settings.model_fields))
            raise SettingsError(f"the environment variable {variable}: unknown key {key}; there are: {known}")
