"""Which words of a message moved its score: asked of the model when somebody wants to know."""

from typing import Any

import pandas as pd
import streamlit as st

from pipeline import rules, settings
from pipeline.settings import Settings
from pipeline.store import StoreError
from views import _data, _rights, _show, _texts, _words
from views._filters import Shared

say = _texts.of("messages")

LITTLE = 0.05  # a word that moves the score by less is left without colour
OTHERWISE = 0.02  # a score that differs by more from the published one was made under other settings


@st.fragment
def offer(touch: dict[str, Any], now: Shared) -> None:
    """Draw a button that explains the score of a message, and below it the explanation once it was pressed."""
    if pd.isna(touch["positive"]):
        return
    if not is_as_scored():
        st.caption(say("masked"))
        return
    if st.button(say("why"), key=f"why-{touch['touch_id']}", icon=":material/psychology_alt:", help=say("why_help")):
        try:
            draw(touch, now)
        except (StoreError, settings.SettingsError) as error:
            st.error(say("no_why", reason=_words.plain(str(error))))


def is_as_scored() -> bool:
    """Say whether texts stand here as the model read them: names and links in them are masked where none is shown."""
    return _rights.viewer().sees_names and bool(_data.ask("meta")["people"].iloc[0] == "named")


def draw(touch: dict[str, Any], now: Shared) -> None:
    """Draw the words in their order, each with what it did to the score, and the phrase rules that applied."""
    chosen = settings.load(_data.workspace().folder)
    applied = rules.applied(touch["text"], chosen.rules)
    if applied:
        st.caption(say("rules", rules=_words.plain(applied)))
    if rules.decided(touch["text"], chosen.rules):
        st.markdown(say("decided"))
        return
    with st.spinner(say("asking")):
        asked = question(touch["text"], now.brand, chosen)
        score, moved = _data.explained(chosen.model.name, chosen.model.revision, chosen.model.backend, asked)
    st.markdown(" ".join(coloured(word, by) for word, by in zip(moved["word"], moved["moved"], strict=True)))
    before = touch["positive"] - touch["negative"]
    st.caption(say("how_read", score=_words.signed(score)))
    if abs(score - before) > OTHERWISE:
        st.caption(say("otherwise", before=_words.signed(before)))
    table(moved, touch["touch_id"])


def question(text: str, brand: str, chosen: Settings) -> _data.Question:
    """Return what the model was asked: the text as it read it, the names of the brand, and those of all others."""
    configured = [each.to_brand() for each in chosen.brand_settings()]
    names = {each.key: each.names() for each in configured}
    found = _data.ask("brands")
    for key, name in zip(found["brand"], found["name"], strict=True):
        if not any(each.is_called(key) for each in configured):
            names[key] = (key, name)
    others = tuple(name for key, called in names.items() if key != brand for name in called)
    return rules.to_read(text, chosen.rules), names.get(brand, ()), others


def coloured(word: str, moved: float) -> str:
    """Return a word as Markdown: as it stands, and in colour and signed where it moved the score more than a little."""
    if abs(moved) < LITTLE:
        return _words.plain(word)
    return f":{'blue' if moved > 0 else 'orange'}-background[{_words.plain(word)} **{_words.signed(moved)}**]"


def table(moved: pd.DataFrame, touch_id: str) -> None:
    """Show the same as a table, to be read out and to take along."""
    with st.expander(say("words_table")):
        shown = moved.rename(columns={"word": say("word"), "moved": say("moved_by")})
        st.dataframe(_show.signed(shown, say("moved_by"), 3), hide_index=True, alt=say("words_alt"))
        _show.download(shown, f"words-{touch_id}")
