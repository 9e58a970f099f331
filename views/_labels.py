"""What people say that messages mean: shown at once, written to the journal."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from pipeline import journal
from pipeline.journal import LABELS
from views import _data, _texts, _writes

say = _texts.of("messages")

WORTH = {"negative": -1.0, "neutral": 0.0, "positive": 1.0}
SIGNS = {
    "negative": ":material/do_not_disturb_on:",
    "neutral": ":material/radio_button_unchecked:",
    "positive": ":material/add_circle:",
}
MENTIONS = ("mention", "reply", "quote", "message")

Since = Mapping[str, dict[str, Any]]


def overlaid(touches: pd.DataFrame, since: Since) -> pd.DataFrame:
    """Return touches with what was said of them since the file was published (``_data.labels_since``).

    Needs the columns touch_id, label, label_of_people, label_of_model, said, negative and positive.
    """
    rows = touches["touch_id"].isin(list(since))
    if not rows.any():
        return touches
    said = [since[touch]["label"] for touch in touches.loc[rows, "touch_id"]]
    found = touches.astype({"label": object, "label_of_people": object, "said": float})
    model = (found["positive"] - found["negative"]).loc[rows]
    found.loc[rows, "label_of_people"] = pd.Series(said, index=model.index, dtype=object)
    found.loc[rows, "label"] = [
        label or other for label, other in zip(said, found.loc[rows, "label_of_model"], strict=True)
    ]
    found.loc[rows, "said"] = [WORTH.get(label, value) for label, value in zip(said, model, strict=True)]
    return found


def can_be_labelled(touches: pd.DataFrame) -> pd.DataFrame:
    """Return those of some touches that are words of theirs: only such have a feeling."""
    return touches[(touches["direction"] == "in") & touches["kind"].isin(MENTIONS) & (touches["text"] != "")]


def save(
    brand: str,
    touch_ids: Sequence[str],
    label: str | None,
    drawn: bool = False,
    remember: Callable[[str], None] = lambda _: None,
) -> str | None:
    """Write a label (None takes it back) of messages; return the change that it is, or None where none was made.

    What went wrong is said on the page. The change is handed to ``remember`` as soon as it is made: whatever comes
    after may be cut off by the next click.
    """
    made: list[str] = []

    def change(author: str) -> str | None:
        rows = [{"brand": brand, "touch_id": touch, "label": label} for touch in touch_ids]
        saved = journal.save_labels(_data.workspace(), rows, author, drawn)
        if saved.change_id:
            made.append(saved.change_id)
            remember(saved.change_id)
        return saved.change_id

    if _writes.write(change, words(len(touch_ids), label)) and not made:
        st.toast(say("already"))
    return made[0] if made else None


def words(many: int, label: str | None) -> str:
    """Return what was said of how many messages."""
    what = say("one") if many == 1 else say("several", many=many)
    return say("labelled", what=what, label=label) if label else say("unlabelled", what=what)


def buttons(brand: str, touch_ids: Sequence[str], key: str, labelled: bool) -> None:
    """Draw a button for each label, and one that takes a label back where there is one."""
    with st.container(horizontal=True, vertical_alignment="center"):
        for label in LABELS:
            said = (brand, touch_ids, label)
            st.button(say(label), key=f"{key}-{label}", icon=SIGNS[label], on_click=pressed, args=said)
        if labelled:
            back = (brand, touch_ids, None)
            st.button(say("take_back"), key=f"{key}-none", type="tertiary", on_click=pressed, args=back)


def pressed(brand: str, touch_ids: Sequence[str], label: str | None) -> None:
    """Save what a button says; a list in which rows were chosen for it is chosen from anew."""
    if save(brand, touch_ids, label):
        st.session_state["choosing"] = st.session_state.get("choosing", 0) + 1
