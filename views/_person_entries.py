"""Calls, meetings and other touches that no network saw: typed, mended, taken back, and shown at once."""

from typing import Any

import pandas as pd
import streamlit as st

from pipeline import journal
from pipeline.journal import LABELS
from pipeline.touch import OFFLINE_KINDS
from views import _data, _person_items, _texts
from views._labels import WORTH
from views._person_items import Values
from views._person_typed import Item, Typed
from views._person_whom import Whom

say = _texts.of("person")

KEPT = "journal:"  # with it the published id of a typed touch begins
BEGAN = {"in": "they", "out": "we"}
# Whoever writes a call down has mostly made it.
NEW: Item = {"kind": OFFLINE_KINDS[0], "direction": "out", "happened_at": None, "text": "", "feeling": None}


def entry_id(touch_id: str) -> str:
    """Return the journal's id of a published touch; empty where it was not typed."""
    return touch_id.removeprefix(KEPT) if touch_id.startswith(KEPT) else ""


def with_waiting(touches: pd.DataFrame, whom: Whom, typed: Typed | None) -> pd.DataFrame:
    """Return touches, latest first, as they will be after the next refresh; ``waits`` marks what is not counted yet."""
    if typed is None or not whom.is_named:
        return touches.assign(waits=False)
    stand, since = {row["entry_id"] for row in typed.entries}, {row["entry_id"] for row in typed.since}
    gone = [bool(kept) and (kept not in stand or kept in since) for kept in map(entry_id, touches["touch_id"])]
    published = touches[[not each for each in gone]].assign(waits=False)
    added = pd.DataFrame([to_touch(row, whom) for row in typed.since])
    if added.empty:
        return published
    both = pd.concat([published.astype(object), added.astype(object)]) if len(published) else added
    both = both.astype({"said": float, "confidence": float, "happened_at": "datetime64[us]"})
    return both.sort_values(["happened_at", "touch_id"], ascending=False, ignore_index=True)


def taken_back(touches: pd.DataFrame, typed: Typed | None) -> int:
    """Return how many published touches were taken back since: the numbers still hold them."""
    if typed is None:
        return 0
    stand = {row["entry_id"] for row in typed.entries}
    return sum(bool(kept) and kept not in stand for kept in map(entry_id, touches["touch_id"]))


def to_touch(entry: Item, whom: Whom) -> dict[str, Any]:
    """Return a typed touch with the columns of the published ones that are shown."""
    feeling, said = entry["feeling"], WORTH.get(entry["feeling"])
    shown = {name: entry[name] for name in ("direction", "kind", "happened_at", "text", "author")}
    known = {"source": "hand", "offline": True, "name": whom.name, "touch_id": f"{KEPT}{entry['entry_id']}"}
    nothing = dict.fromkeys(("url", "rule", "unread", "confidence", "label_of_model"))
    felt = {"said": said, "label": feeling, "label_of_people": feeling, "counts": True, "doubtful": False}
    return shown | known | nothing | felt | {"conversation": known["touch_id"], "waits": True}


def add(whom: Whom) -> None:
    """Let one keep a new touch."""
    with st.expander(say("log"), icon=":material/edit_note:", key=f"log-{whom.person_id}"):
        _person_items.form(
            f"entry-{whom.person_id}",
            lambda: fields(None),
            lambda values, author: save(whom, values, author, None),
            say("log_kept", name=whom.name),
        )


def fields(entry: Item | None) -> Values:
    """Draw the fields of a touch, as it stands where it is mended."""
    old: Item = entry or NEW
    first, second, third = st.columns(3)
    feelings = (None, *LABELS)
    return {
        "kind": first.selectbox(say("log_what"), OFFLINE_KINDS, OFFLINE_KINDS.index(old["kind"])),
        "direction": second.selectbox(
            say("log_began"),
            tuple(BEGAN),
            tuple(BEGAN).index(old["direction"]),
            format_func=began,
        ),
        "day": third.date_input(
            say("day"), value=old["happened_at"] or "today", max_value="today", format=_person_items.DATES
        ),
        "text": st.text_area(say("log_text"), old["text"], max_chars=2000),
        "feeling": st.selectbox(
            say("log_feeling"),
            feelings,
            feelings.index(old["feeling"]),
            format_func=lambda each: each or say("log_unsaid"),
            help=say("log_feeling_help"),
        ),
    }


def began(direction: str) -> str:
    """Return which side began."""
    return say(BEGAN[direction])


def save(whom: Whom, values: Values, author: str, entry: Item | None) -> str:
    """Write a touch into the journal; return the id that undoes it."""
    whole = {name: values[name] for name in ("kind", "direction", "text", "feeling")}
    whole |= {"brand": whom.brand, "happened_at": _person_items.moment(values["day"], entry), "author": author}
    about = {name: entry[name] for name in ("account_id", "entry_id")} if entry else {"account_id": whom.account}
    return journal.save_entry(_data.workspace(), whole | about)


def actions(touch_id: str, whom: Whom, typed: Typed | None) -> None:
    """Draw below a touch that was typed what mends it and takes it back."""
    kept = entry_id(touch_id)
    entry = next((row for row in typed.entries if row["entry_id"] == kept), None) if typed and kept else None
    if entry is None or not whom.may_be_written:
        return
    if _person_items.is_edited("entry", kept):
        _person_items.form(
            f"entry-{entry['row_id']}",
            lambda: fields(entry),
            lambda values, author: save(whom, values, author, entry),
            say("log_mended"),
        )
        _person_items.stop_button(kept)
        return
    with st.container(horizontal=True):
        _person_items.buttons(
            "entry", kept, lambda author: journal.withdraw_entry(_data.workspace(), kept, author), say("log_removed")
        )
