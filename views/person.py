"""Person: what passed between us, in both directions, and what they feel."""

from datetime import datetime, time
from typing import Any

import pandas as pd
import streamlit as st

from pipeline.store import StoreError
from pipeline.touch import OFFLINE_KINDS
from views import _charts, _data, _filters, _messages, _words

PAGE = 20


def main() -> None:
    """Draw the page."""
    now = _filters.shared()
    person_id = st.query_params.get("person") or st.session_state.get("person", "")
    found = _data.ask("person", brand=now.brand, person=person_id)
    if found.empty:
        nobody()
        return
    st.session_state["person"] = person_id
    st.query_params["person"] = person_id
    person = found.iloc[0]
    touches = _data.ask("person_touches", brand=now.brand, person=person_id).assign(name=person["name"])
    st.title(_words.plain(person["name"]))
    about(person)
    lists(now.brand, person_id)
    path = _data.ask("person_path", brand=now.brand, person=person_id)
    figure = _charts.person_path(path, touches, "How did their feeling move?")
    alt = f"Feeling of {person['name']} over time with 90 % band, and touches in both directions"
    event = st.plotly_chart(figure, key="path", on_select="rerun", selection_mode="points", alt=alt)
    lead_on(event)
    st.caption(
        "The line is the estimate from all that they said until each day; older words fade, and with few messages it "
        "stays near the average person. Click a mark to read the thread around it."
    )
    log(now.brand, person)
    timeline(touches, now.name)


def lead_on(event: Any) -> None:
    """Go to the thread of the mark that was clicked; the points of the line stand for no single message."""
    points = event["selection"]["points"] if event else []
    message = next((point["customdata"][0] for point in points if len(point.get("customdata", ())) == 2), None)
    if message:
        st.switch_page("views/conversations.py", query_params={"message": message})


def nobody() -> None:
    """Say how to choose somebody."""
    st.title("Person")
    st.info("Nobody is chosen, or this person has no touch with this brand. Choose a row in Relationships.")
    if st.button("Relationships", icon=":material/group:"):
        st.switch_page("views/relationships.py")


def about(person: pd.Series) -> None:
    """Show who this is and the numbers that one looks for first."""
    handle = f" · @{_words.plain(person['handle'])}" if person["handle"] else ""
    st.markdown(
        f"{person['role']} on {_words.plain(_words.source(person['source']))}{handle} · "
        f"since {_words.day(person['first_touch'])}"
    )
    shown = {
        "Feeling": (_words.signed(person["feeling"]), f"90 %: {_words.interval(person['low'], person['high'])}"),
        "Scored mentions": (f"{person['mentions']:,}", _words.leaning(person["low"], person["high"])),
        "From them": (f"{person['touches_in']:,}", f"last {_words.day(person['last_in'])}"),
        "From us": (f"{person['touches_out']:,}", f"last {_words.day(person['last_out'])}"),
    }
    st.markdown(standing(person))
    for column, (label, (value, beside)) in zip(st.columns(len(shown)), shown.items(), strict=True):
        column.metric(label, value, delta_description=beside, border=True)


def standing(person: pd.Series) -> str:
    """Return in words how the relationship stands."""
    stage = f"**{person['stage'] or 'no stage yet'}** since {_words.day(person['stage_since'])}"
    flags = [flag for flag in ("strained", "fruit") if person[flag]]
    parts = [", ".join([stage, *flags]), f"change of feeling: {person['verdict']}"]
    if not pd.isna(person["change"]) and person["verdict"] != _words.EVIDENCE:
        heard = f"{int(person['n_recent'])} mentions against {int(person['n_before'])} before"
        parts[-1] += f" ({_words.signed(person['change'])}, probability {person['p_verdict']:.0%}, {heard})"
    if person["direction"]:
        parts.append(f"{person['direction']} (reciprocity {person['reciprocity']:.2f})")
    if pd.notna(person["our_asked"]) and person["our_asked"] > 0:
        parts.append(f"we answered {person['our_rate']:.0%} of {int(person['our_asked'])} in time")
    return " · ".join(parts)


def lists(brand: str, person_id: str) -> None:
    """Say which work lists the person is on."""
    for row in _data.ask("person_lists", brand=brand, person=person_id).to_dict("records"):
        st.warning(f"{row['list'].capitalize()} since {_words.day(row['since'])}", icon=":material/notifications:")


def log(brand: str, person: pd.Series) -> None:
    """Let one keep a call, a meeting or another touch that no network saw."""
    if pd.isna(person["account_id"]):
        return
    kept = st.session_state.setdefault("kept", 0)
    with (
        st.expander("Log a call, a meeting, a gift …", icon=":material/edit_note:"),
        st.form(f"log-{kept}", border=False),
    ):
        first, second, third = st.columns(3)
        kind = first.selectbox("What", OFFLINE_KINDS)
        direction = second.selectbox("Who began", ("they", "we"))
        date = third.date_input("Day", value="today", max_value="today")
        text = st.text_area("Note", max_chars=2000).strip()
        author = st.text_input("Your name", max_chars=80).strip()
        if st.form_submit_button("Keep it"):
            moment = datetime.combine(date, time(12))
            keep(brand, person["account_id"], kind, "in" if direction == "they" else "out", moment, text, author)
    try:
        waiting = _data.waiting_entries(brand, person["account_id"])
    except StoreError as error:
        st.error(f"What was logged since the last refresh cannot be read: {error}")
        return
    for entry in waiting:
        st.text(f"Waits for the next refresh: {entry['kind']} on {entry['happened_at']:%d %b %Y}: {entry['text']}")


def keep(brand: str, account_id: str, kind: str, direction: str, moment: datetime, text: str, author: str) -> None:
    """Write the touch into the journal and empty the form, or say what is wrong and leave it as it is."""
    if not (author and text):
        st.error("A touch needs a note and your name.")
        return
    try:
        _data.log_touch(brand, account_id, kind, direction, moment, text, author)
    except StoreError as error:
        st.error(f"It was not kept: {error}")
        return
    st.session_state["kept"] += 1
    st.rerun()


def timeline(touches: pd.DataFrame, brand: str) -> None:
    """Show everything that passed, latest first, one page at a time."""
    st.subheader("What passed between us")
    pages = -(-len(touches) // PAGE)
    page = st.pagination(pages, key="timeline_page") if pages > 1 else 1
    _messages.thread(touches.iloc[(page - 1) * PAGE : page * PAGE], brand)


main()
