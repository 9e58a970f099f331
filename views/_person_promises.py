"""What we promised a person until when: open, overdue or kept; added, mended, taken back."""

from datetime import date, timedelta
from functools import partial

import streamlit as st

from pipeline import journal
from views import _data, _person_facts, _person_items, _texts, _writes
from views._person_items import Values
from views._person_typed import Item, Rows
from views._person_whom import Whom
from views._words import day, plain

say = _texts.of("person")

LINES = {"overdue": "promise_overdue", "open": "promise_open", "kept": "promise_kept"}
DUE = timedelta(days=7)  # a new promise, unless somebody says otherwise: one until today is overdue tomorrow
MOST, CUT = 3, 90  # promises that are told above, and their characters: all of all stands further down
ICONS = {"overdue": ":material/alarm:", "open": ":material/schedule:", "kept": ":material/task_alt:"}


def state(promise: Item, today: date) -> str:
    """Return how a promise stands: kept, open, or overdue from the day after."""
    if promise["kept"]:
        return "kept"
    return "overdue" if promise["due"] < today else "open"


def line(promise: Item, today: date) -> str:
    """Return a promise in words."""
    return say(LINES[state(promise, today)], text=promise["text"], due=day(promise["due"]))


def unkept(promises: Rows) -> Rows:
    """Return the promises that are not kept, by their days."""
    return [promise for promise in promises if not promise["kept"]]


def warn(promises: Rows) -> None:
    """Say above everything else which promises are overdue, the oldest first."""
    overdue = [promise for promise in promises if state(promise, date.today()) == "overdue"]
    for promise in overdue[:MOST]:
        st.warning(plain(_person_facts.short(line(promise, date.today()), CUT)), icon=ICONS["overdue"])
    if len(overdue) > MOST:
        st.caption(more(len(overdue) - MOST))


def more(many: int) -> str:
    """Return how many promises are not told."""
    return say("promises_one_more" if many == 1 else "promises_more", many=many)


def draw(whom: Whom, promises: Rows) -> None:
    """Show the promises, open ones first and by their days, and let one add to them."""
    _person_items.draw(say("promises"), say("promises_none"), promises, partial(one, whom))
    if whom.may_be_written:
        with st.expander(say("promise_add"), icon=":material/event:", key=f"promise-add-{whom.person_id}"):
            form(whom, None)


def one(whom: Whom, promise: Item) -> None:
    """Show a promise."""
    shown = f"{ICONS[state(promise, date.today())]} {plain(line(promise, date.today()))}"
    _person_items.one(
        whom,
        "promise",
        promise,
        show=lambda: st.markdown(shown),
        mend=lambda: form(whom, promise),
        actions=lambda: actions(promise),
    )


def actions(promise: Item) -> None:
    """Draw what can be done with a promise."""
    place, promise_id, kept = _data.workspace(), promise["promise_id"], not promise["kept"]
    label, words = (say("keep_it"), say("promise_is_kept")) if kept else (say("open_it"), say("promise_is_open"))
    if st.button(label, key=f"kept-{promise_id}", type="tertiary") and _writes.write(
        lambda author: journal.keep_promise(place, promise_id, author, kept), words, counts=False
    ):
        st.rerun()
    _person_items.buttons(
        "promise",
        promise_id,
        lambda author: journal.withdraw_promise(place, promise_id, author),
        say("promise_removed"),
        counts=False,
    )


def form(whom: Whom, promise: Item | None) -> None:
    """Draw the form of a new promise, or of one that is mended."""

    def fields() -> Values:
        return {
            "text": st.text_area(say("promise_text"), promise["text"] if promise else "", max_chars=2000),
            "due": st.date_input(
                say("promise_due"), value=promise["due"] if promise else date.today() + DUE, format=_person_items.DATES
            ),
        }

    def save(values: Values, author: str) -> str:
        about = (promise["account_id"], promise["promise_id"]) if promise else (whom.account, None)
        place, text, due = _data.workspace(), values["text"], values["due"]
        return journal.save_promise(place, whom.brand, about[0], text, due, author, about[1])

    key = f"promise-{promise['row_id'] if promise else whom.person_id}"
    words = say("promise_mended") if promise else say("promise_made", name=whom.name)
    _person_items.form(key, fields, save, words, counts=False)
