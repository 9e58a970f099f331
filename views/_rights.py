"""The one place where it is asked what the viewer may see and do; sign-in and roles will be answered here."""

from dataclasses import dataclass

import pandas as pd
import streamlit as st

from pipeline import settings
from pipeline.settings import Settings, SettingsError
from pipeline.telling.enough import FEWEST as FEWEST
from pipeline.telling.enough import of_enough as of_enough
from views import _cookie, _data, _texts, _words

say = _texts.of("shared")


@dataclass(frozen=True)
class Viewer:
    """What somebody may see and do. ``people``: named, pseudonymous or aggregate, as brand.toml says."""

    people: str
    may_write: bool = True

    @property
    def sees_people(self) -> bool:
        """Say whether single people may be shown at all."""
        return self.people != "aggregate"

    @property
    def sees_names(self) -> bool:
        """Say whether people, those of the staff too, may be shown by name."""
        return self.people == "named"


NOBODY = Viewer("aggregate", may_write=False)  # as long as nobody knows what brand.toml allows


def brand_toml() -> Settings | SettingsError:
    """Return the settings of the workspace, or why they cannot be read."""
    try:
        return settings.load(_data.workspace().folder)
    except SettingsError as error:
        return error


def viewer() -> Viewer:
    """Return what whoever looks may see and do: no single people where brand.toml cannot be read."""
    found = brand_toml()
    return NOBODY if isinstance(found, SettingsError) else Viewer(found.privacy.people)


def unreadable() -> str | None:
    """Return why brand.toml cannot be read; None where it can be."""
    found = brand_toml()
    return str(found) if isinstance(found, SettingsError) else None


def say_unreadable() -> None:
    """Say above a page that brand.toml cannot be read, and what that keeps back."""
    reason = unreadable()
    if reason:
        st.error(say("settings_unreadable", reason=_words.plain(reason)), icon=":material/error:")


def keeps_people_back(words: str) -> bool:
    """Say whether single people may not be shown, having said why: ``words`` where brand.toml wants it so."""
    if viewer().sees_people:
        return False
    if not unreadable():  # else it stands above every page
        st.info(words)
    return True


def single_people() -> bool:
    """Say whether single people are shown: by brand.toml as it is, and by the published file as it was made."""
    return viewer().sees_people and bool(_data.ask("meta")["people"].iloc[0] != "aggregate")


def of_parts(frame: pd.DataFrame, whole: str, *columns: str) -> pd.DataFrame:
    """Return what ``of_enough`` does of the parts of a whole that is told, with no part to be had by subtraction.

    Where the parts of fewer than FEWEST people are fewer than FEWEST together, the smallest other part is emptied, too
    (secondary suppression). ``whole`` is the column that says of which whole a row is; ``of_few`` says which rows are
    empty for the sake of others.
    """
    left = frame["people"].where(frame["people"] < FEWEST, 0).groupby(frame[whole]).transform("sum")
    beside = frame[(left > 0) & (left < FEWEST) & (frame["people"] >= FEWEST)]
    second = frame.index.isin(beside.groupby(whole)["people"].idxmin())
    empty = (frame["people"] < FEWEST) | second
    return frame.assign(of_few=second, **{column: frame[column].mask(empty) for column in columns})


def of_part(frame: pd.DataFrame, whole: int, *columns: str) -> pd.DataFrame:
    """Return what ``of_parts`` does where each row is a part of the same ``whole`` people, and parts may overlap.

    Emptied is also a part beside which fewer than FEWEST are left, for what these feel is the difference. ``of_few``
    says so; a frame that has it, as ``of_parts`` returns it, keeps what it says.
    """
    rest = whole - frame["people"]
    close = (rest > 0) & (rest < FEWEST) & (frame["people"] >= FEWEST)
    empty = close | (frame["people"] < FEWEST)
    second = close | frame.get("of_few", False)
    return frame.assign(of_few=second, **{column: frame[column].mask(empty) for column in columns})


def of_times(frame: pd.DataFrame, whole: str, *columns: str) -> pd.DataFrame:
    """Return what ``of_enough`` does of weeks, months or quarters in their order, with none to be had by subtraction.

    Where single people are not shown, the nearest ones told before and after one of fewer than FEWEST people are
    emptied, too: what every post says adds up to that of longer periods. Unlike the parts of `of_parts`, several may
    have the same people; and both sides are, so that neither another period nor a quarter has all others.
    """
    told = frame["people"] >= FEWEST
    if single_people():
        return of_enough(frame, *columns).assign(of_few=False)
    turn = told.groupby(frame[whole]).cumsum()  # of a told one its number, of others that of the last told one
    gaps = {*zip(frame[whole][~told], turn[~told], strict=True)}
    beside = [not gaps.isdisjoint({(of, at), (of, at - 1)}) for of, at in zip(frame[whole], turn, strict=True)]
    empty = ~told | pd.Series(beside, frame.index, bool)
    return frame.assign(of_few=empty & told, **{column: frame[column].mask(empty) for column in columns})


def author() -> str:
    """Return who writes, as they said it once in the side bar; empty where nobody has."""
    return str(st.session_state.get("author", "")).strip()


def ask_author() -> None:
    """Let one say who writes, once in this browser; it stands beside every change in the journal.

    A session in which nobody typed a name leaves the one alone that another keeps in the same browser.
    """
    st.session_state.setdefault("author", _cookie.author())
    st.text_input(
        say("author"),
        key="author",
        max_chars=80,
        persist_state="session",
        help=say("author_help"),
        on_change=st.session_state.update,
        kwargs={"author_typed": True},
    )
    if st.session_state.get("author_typed"):
        _cookie.keep_author(author())
