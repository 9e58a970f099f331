"""Changes that a page makes in the journal: each with its author, and the last can be taken back."""

from collections.abc import Callable

import streamlit as st

from pipeline import journal_changes
from pipeline.store import StoreError
from views import _data, _rights, _texts, _words

say = _texts.of("shared")

LAST = "last_change"


def write(change: Callable[[str], str | None], words: str, counts: bool = True) -> bool:
    """Make a change by the name of whoever writes; return whether it was made, having said why where it was not.

    ``change`` takes the author and returns the id of the change; ``words`` say afterwards what was done; ``counts``:
    some number may depend on it.
    """
    author = allowed_author()
    if author is None:
        return False
    try:
        made = change(author)
    except StoreError as error:
        refuse(say("not_kept", reason=_words.plain(str(error))))
        return False
    said = say("kept", what=words)
    st.session_state[LAST] = (made, f"{said} {say('kept_for_numbers')}" if counts else said) if made else None
    st.toast(_words.plain(said), icon=":material/check:")  # the offer above may be out of sight
    return True


def allowed_author() -> str | None:
    """Return who writes; None, having said why, where nothing may be written."""
    if not _rights.viewer().may_write:
        refuse(say("may_not_write"))
        return None
    if not _rights.author():
        refuse(say("no_author"))
        return None
    return _rights.author()


def refuse(words: str) -> None:
    """Say why something was not done: on the page, and where one sees it wherever one has scrolled to."""
    st.error(words)
    st.toast(words, icon=":material/error:", duration="long")


def offer_undo() -> None:
    """Say what was changed last, with a button that takes it back."""
    place = st.container()  # there also when it is empty, so that what stands below keeps its place
    last = st.session_state.get(LAST)
    if not last:
        return
    change_id, said = last
    with place, st.container(border=True):
        st.text(said)
        with st.container(horizontal=True):  # at the left: the toast lies over what stands at the right
            st.button(
                say("undo"), key=f"undo-{change_id}", icon=":material/undo:", on_click=take_back, args=(change_id,)
            )
            st.button(say("dismiss"), key=f"dismiss-{change_id}", type="tertiary", on_click=dismiss)


def take_back(change_id: str) -> None:
    """Take a change back, as a button does."""
    was_taken_back(change_id)


def was_taken_back(change_id: str, forget: Callable[[], None] = lambda: None) -> bool:
    """Take a change back by the name of whoever looks, or say why it cannot be; return whether it was.

    ``forget`` is called as soon as it was: whatever comes after may be cut off by the next click.
    """
    author = allowed_author()
    if author is None:
        return False
    try:
        journal_changes.undo(_data.workspace(), change_id, author)
    except StoreError as error:
        refuse(say("not_kept", reason=_words.plain(str(error))))
        return False
    forget()
    st.session_state[LAST] = None
    st.toast(say("undone"))
    return True


def dismiss() -> None:
    """Take the offer away."""
    st.session_state[LAST] = None
