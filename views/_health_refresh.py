"""Refresh now: begun from the page, told while it works, with what came of it."""

import streamlit as st

from pipeline import presence
from views import _data, _rights, _texts, _words

say = _texts.of("health")

EVERY = 3  # seconds between two looks, while somebody is at work
MINE = "refresh_begun"  # in the session: when the refresh began that it saw at work


def draw() -> None:
    """Draw the button and what became of it, for who may change anything; look again only while somebody works."""
    if _rights.viewer().may_write:
        busy = bool(is_refreshing() or presence.read_worker(_data.workspace()))
        st.fragment(part, run_every=EVERY if busy else None)(busy)


def is_refreshing() -> bool:
    """Say whether a refresh that was begun on a page is at work."""
    begun = _data.begun()
    return bool(begun and begun.is_running)


def part(busy: bool) -> None:
    """Say who is at work, or offer to begin; when who was ``busy`` is done, the page is drawn with the new numbers."""
    mine, worker = is_refreshing(), presence.read_worker(_data.workspace())
    if mine:
        at_work(worker)
    elif worker:
        st.info(say("others_work", who=_words.plain(worker)), icon=":material/hourglass_top:")
    elif busy:
        st.rerun()
    else:
        offer()
        result()


def at_work(worker: str | None) -> None:
    """Say that it runs, and since when, or for whom it waits."""
    begun = _data.begun()
    if begun is None:
        return
    st.session_state[MINE] = begun.at
    if worker and not begun.is_worker(worker):
        st.info(say("refresh_waits", who=_words.plain(worker)), icon=":material/hourglass_top:")
    else:
        st.info(say("refreshing", since=begun.at), icon=":material/sync:")


def offer() -> None:
    """Let one begin a refresh."""
    if st.button(say("refresh_now"), icon=":material/sync:", help=say("refresh_help")):
        try:
            st.session_state[MINE] = _data.begin_refresh().at
        except OSError as error:  # a full disk, or no room for a process
            st.error(_words.plain(say("refresh_not_begun", reason=error.strerror)), icon=":material/error:")
        else:
            st.rerun()


def result() -> None:
    """Say how it ended, to who saw it at work."""
    begun = _data.begun()
    if begun is None or st.session_state.get(MINE) != begun.at:
        return
    if begun.went_well:
        st.success(say("refresh_done", since=begun.at), icon=":material/check_circle:")
        st.text(begun.record(_data.workspace()))
        return
    st.error(say("refresh_failed"), icon=":material/error:")
    if begun.signal:
        st.text(say("refresh_killed", signal=begun.signal))
    elif _rights.viewer().sees_people:  # a reason may name somebody
        st.text(begun.record(_data.workspace()) or begun.said)
