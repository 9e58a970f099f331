"""Person: what passed between us, in both directions, and what they feel."""

from collections.abc import Callable

import pandas as pd
import streamlit as st

from views import (
    _address,
    _data,
    _filters,
    _labels,
    _person_accounts,
    _person_brief,
    _person_ends,
    _person_entries,
    _person_facts,
    _person_fruit,
    _person_history,
    _person_notes,
    _person_promises,
    _person_search,
    _person_tags,
    _person_timeline,
    _person_typed,
    _person_whom,
    _print,
    _rights,
    _texts,
    _way_back,
    _words,
)
from views._filters import Shared
from views._person_typed import Typed
from views._person_whom import Whom

say = _texts.of("person")

BRIEF = "brief"  # in the address


def main() -> None:
    """Draw the page."""
    now = _filters.shared()
    if not _rights.viewer().sees_people:
        st.title(say("title"))
        _rights.keeps_people_back(say("no_people"))
        return
    whom = _person_whom.find(now)
    if whom is None:
        nobody(now)
        return
    typed = _person_typed.read(whom)
    published = touches_of(whom, typed)
    touches = _person_entries.with_waiting(published, whom, typed)
    with _print.page():
        head(whom)
        if BRIEF in st.query_params:
            _person_brief.draw(whom, touches, typed)
        else:
            whole(whom, touches, typed, _person_entries.taken_back(published, typed))


def nobody(now: Shared) -> None:
    """Say how to choose somebody."""
    st.title(say("title"))
    st.caption(say("nobody", name=_words.plain(now.name)))
    _person_search.to_page(now.brand)
    if st.button(say("to_relationships"), icon=":material/group:"):
        st.switch_page("views/relationships.py", query_params={})  # else Streamlit refuses where a brand is chosen


def touches_of(whom: Whom, typed: Typed | None) -> pd.DataFrame:
    """Return everything that is published, latest first, with what people said of it since; links name their author."""
    touches = _data.ask("person_touches", brand=whom.brand, person=whom.person_id).assign(name=whom.name)
    found = _labels.overlaid(touches, typed.labels) if typed else touches
    return found if whom.is_named else found.assign(url=None)


def head(whom: Whom) -> None:
    """Draw the name, and the ways to the brief and to somebody else."""
    st.title(_words.plain(whom.name))
    with st.container(horizontal=True, vertical_alignment="center"):
        if BRIEF in st.query_params:
            st.button(say("brief_close"), icon=":material/arrow_back:", on_click=show_brief, args=(False,))
            return
        st.button(say("brief_open"), icon=":material/print:", help=say("brief_help"), on_click=show_brief, args=(True,))
        somebody_else = _person_whom.forget_choice
        _way_back.offer()
        st.button(say("another"), icon=":material/person_search:", type="tertiary", on_click=somebody_else)


def show_brief(shown: bool) -> None:
    """Turn to the brief, or back."""
    if shown:
        st.query_params[BRIEF] = "1"
    else:
        del st.query_params[BRIEF]


def whole(whom: Whom, touches: pd.DataFrame, typed: Typed | None, taken_back: int) -> None:
    """Draw all that is known of a person."""
    _filters.whole_history()
    _person_facts.draw(whom, touches)
    _person_facts.lists(whom, touches)
    if typed:
        _person_promises.warn(typed.promises)
        if whom.is_named:
            _person_tags.draw(whom, typed.members)
    if not whom.is_named:
        st.caption(say("unnamed", us=_words.plain(whom.called["us"])))
    if touches["waits"].any() or taken_back:
        st.caption(say("since_refresh", waiting=int(touches["waits"].sum()), gone=taken_back))
    _person_history.draw(whom, touches, typed)
    _person_ends.draw(whom, touches)
    parts(whom, touches, typed)


def parts(whom: Whom, touches: pd.DataFrame, typed: Typed | None) -> None:
    """Draw what there is more of, one part at a time.

    Made is the open one, and what was open before: a form that is not there any more has lost what was typed in it.
    """
    drawn: dict[str, Callable[[], None]] = {say("part_timeline"): lambda: timeline(whom, touches, typed)}
    if typed and whom.is_named:
        drawn[say("part_notes")] = lambda: notes(whom, typed)
        drawn[say("part_fruit")] = lambda: _person_fruit.draw(whom, typed.fruit)
    drawn[say("part_accounts")] = lambda: _person_accounts.draw(whom)
    seen: set[str] = st.session_state.setdefault(f"parts-{whom.person_id}", set())
    _address.say_left_out("part", say("part"), drawn)
    tabs = st.tabs(list(drawn), key="part", on_change="rerun", bind="query-params")
    for tab, (label, draw) in zip(tabs, drawn.items(), strict=True):
        if tab.open:
            seen.add(label)
        if label in seen:
            with tab:
                draw()


def timeline(whom: Whom, touches: pd.DataFrame, typed: Typed | None) -> None:
    """Draw what passed, with the form of what no network saw above it."""
    if typed and whom.may_be_written:
        _person_entries.add(whom)
    _person_timeline.draw(whom, touches, typed)


def notes(whom: Whom, typed: Typed) -> None:
    """Draw what we promised and what we noted."""
    _person_promises.draw(whom, typed.promises)
    _person_notes.draw(whom, typed.notes)


main()
