"""Conversations: find a message, read the whole thread around it, and say what it means."""

from functools import partial
from typing import Any
from urllib.parse import urlencode

import pandas as pd
import streamlit as st

from views import (
    _asked,
    _brands,
    _data,
    _explain,
    _filters,
    _labels,
    _messages,
    _rights,
    _show,
    _texts,
    _way_back,
    _words,
)
from views._filters import Shared

say = _texts.of("conversations")

PAGE = 50
EXPORTED = 10_000  # rows
AROUND = 15  # touches of a long thread that are shown before and after the chosen one


def main() -> None:
    """Draw the page."""
    now = _filters.shared()
    st.title(say("title", name=_words.plain(now.name)))
    if _rights.keeps_people_back(say("aggregate")):
        return
    since = _data.labels_since(now.brand)
    top = st.container()
    filters = _asked.choose(now)
    above_list = st.container() if filters is None else found_ones(now, filters, since)
    message = st.query_params.get("message")
    if message:
        # whoever follows a link wants to read this first; whoever clicks looks at the list
        with above_list if message == st.session_state.get(_asked.CHOSEN) else top:
            thread(now, message, since)
            st.button(say("close"), icon=":material/close:", type="tertiary", on_click=close)


def found_ones(now: Shared, filters: dict[str, Any], since: _labels.Since) -> Any:
    """Show the messages that fit, page by page, and what can be done with them; return the place above the table.

    The thread of a clicked message belongs there, in sight, and not below the table.
    """
    asked = filters | {"since_ids": list(since), "since_labels": [row["label"] for row in since.values()]}
    key, found = _filters.listed(partial(_data.ask, "messages", brand=now.brand, **asked), PAGE, now.brand, filters)
    if found.empty:
        st.info(say("none"))
        return st.container()
    total = int(found["found"].iloc[0])
    days = _words.days(filters["start"], filters["until"])
    st.caption(say("found", messages=_words.count(total, say("message"), say("messages")), days=days))
    st.caption(say("reading"))
    above = st.container()
    chosen = table(now, _labels.overlaid(found, since))
    choice(now, chosen)
    _filters.pager(key, total, PAGE)
    export(now, asked, found, since)
    return above


def table(now: Shared, found: pd.DataFrame) -> pd.DataFrame:
    """Show messages; return those that are ticked. The message of a clicked cell goes into the address, to be shown."""
    event = st.dataframe(
        _show.signed(columns(now, found).assign(**{say("label"): marked(found)}), say("score")),
        key=f"messages-{_filters.fingerprint(st.session_state.get('choosing', 0), *found['touch_id'])}",
        hide_index=True,
        on_select="rerun",
        selection_mode=["multi-row", "single-cell"],
        height=min(len(found), 10) * 35 + 40,
        placeholder="–",
        column_config={
            say("text"): st.column_config.TextColumn(width=225),  # with the next one all that a phone has room for
            say("label"): st.column_config.TextColumn(width=90),
            say("who"): st.column_config.TextColumn(width=130),
            say("when"): st.column_config.DatetimeColumn(format="YYYY-MM-DD", width=95),
            say("confidence"): st.column_config.NumberColumn(format="%.0f %%"),
        },
        alt=say("table"),
    )
    for row, _ in event["selection"]["cells"]:
        st.query_params["message"] = st.session_state[_asked.CHOSEN] = found["touch_id"].iloc[row]
    return found.iloc[event["selection"]["rows"]]


def marked(found: pd.DataFrame) -> list[str]:
    """Return the sentiment of each message, with a mark where the model is in doubt and nobody has said better."""
    doubtful = found["doubtful"].fillna(False).astype(bool) & found["label_of_people"].isna() & found["label"].notna()
    labels = found["label"].fillna("–")
    return [say("doubted", label=label) if doubt else label for label, doubt in zip(labels, doubtful, strict=True)]


def columns(now: Shared, found: pd.DataFrame) -> pd.DataFrame:
    """Return messages as the table and its export show them: first what also a narrow screen is to have room for."""
    we = _brands.called(now.brand, now.name)["we"]
    return pd.DataFrame(
        {
            say("text"): found["text"],
            say("label"): found["label"].fillna("–"),
            say("who"): [
                name if way == "in" else say("we_to", we=we, name=name)
                for name, way in zip(found["name"], found["direction"], strict=True)
            ],
            say("when"): found["happened_at"],
            say("score"): found["said"],
            say("where"): [_words.source(name) for name in found["source"]],
            say("what"): found["kind"],
            say("whose"): [whose(row) for row in _messages.rows(found)],
            say("confidence"): (found["confidence"] * 100).round().where(found["label_of_people"].isna()),
        }
    )


def whose(touch: dict[str, Any]) -> str:
    """Return whose word a label is."""
    if touch["label_of_people"]:
        return say("a_person")
    if touch["unread"]:
        return say("nobody_read", language=touch["unread"])
    if pd.isna(touch["said"]):
        return "–"
    if touch["rule"]:
        return say("under_rule", rule=touch["rule"])
    return say("model_in_doubt") if touch["doubtful"] else say("model")


def choice(now: Shared, chosen: pd.DataFrame) -> None:
    """Let one label the messages that are ticked, all of them at once."""
    if chosen.empty:
        return
    fit = _labels.can_be_labelled(chosen)
    left = say("left_out", many=len(chosen) - len(fit)) if len(fit) < len(chosen) else ""
    words = say("chosen_one" if len(fit) == 1 else "chosen", many=len(fit))
    st.caption(words + left)
    if not fit.empty:
        ids = fit["touch_id"].tolist()
        _labels.buttons(now.brand, ids, "chosen", labelled=bool(fit["label_of_people"].notna().any()))


def export(now: Shared, asked: dict[str, Any], found: pd.DataFrame, since: _labels.Since) -> None:
    """Offer everything that fits the filters as CSV, made when somebody asks for it; ``found`` is a page of it."""

    def made() -> bytes:
        every = _data.ask("messages", brand=now.brand, many=EXPORTED, skip=0, **asked)
        whole = columns(now, _labels.overlaid(every, since)).assign(id=every["touch_id"])
        if _rights.viewer().sees_names:  # a link names its author
            whole = whole.assign(url=every["url"])
        return _show.to_csv(whole)()

    with st.container(horizontal=True, vertical_alignment="center"):
        st.download_button(
            say("export", many=min(int(found["found"].iloc[0]), EXPORTED)),
            made,
            file_name="orchard-messages.csv",
            mime="text/csv",
            key="export",
            icon=":material/download:",
            type="tertiary",
            on_click="ignore",
        )
        if found["of_x"].iloc[0]:
            st.caption(say("rights"), width="stretch")


def thread(now: Shared, message: str, since: _labels.Since) -> None:
    """Show the whole thread of a message, ours and theirs, oldest first."""
    touches = _data.ask("thread", brand=now.brand, touch=message)
    if touches.empty:
        st.info(say("gone"))
        return
    st.subheader(say("thread"))
    people(touches)
    for touch in _messages.rows(around(_labels.overlaid(touches, since), message)):
        _messages.message(touch, now.name)
        if touch["touch_id"] == message:
            actions(touch, now)


def close() -> None:
    """Take the thread away that an address or a click led to; a list in which it was clicked is chosen from anew."""
    st.query_params.pop("message", None)
    st.session_state["choosing"] = st.session_state.get("choosing", 0) + 1


def people(touches: pd.DataFrame) -> None:
    """Draw a button for everybody in a thread that leads to their page."""
    known = touches.dropna(subset=["person_id"]).drop_duplicates("person_id")
    with st.container(horizontal=True):
        for person_id, name in zip(known["person_id"], known["name"], strict=True):
            if st.button(_words.plain(name), key=f"person-{person_id}", icon=":material/person:"):
                _way_back.open_person(person_id, "conversations")


def around(touches: pd.DataFrame, message: str) -> pd.DataFrame:
    """Return a thread, or of a long one what is around a message, until all of it is asked for."""
    if len(touches) <= 2 * AROUND + 1 or st.toggle(say("all", many=len(touches)), key=f"all-{message}"):
        return touches
    place = touches["touch_id"].tolist().index(message)
    return touches.iloc[max(0, place - AROUND) : place + AROUND + 1]


def actions(touch: dict[str, Any], now: Shared) -> None:
    """Draw what can be done with the chosen message, right below it."""
    one = pd.DataFrame([touch])
    if not _labels.can_be_labelled(one).empty:
        labelled = bool(touch["label_of_people"])
        _labels.buttons(now.brand, [touch["touch_id"]], "one", labelled)
        with st.container(horizontal=True):
            alike = (touch["touch_id"],)
            st.button(say("like_this"), key="like", icon=":material/hub:", on_click=_asked.like, args=alike)
            with st.popover(say("link"), icon=":material/link:"):
                st.caption(say("link_help"))
                st.code(address(now, touch["touch_id"]), language=None, wrap_lines=True)
        _explain.offer(touch, now)


def address(now: Shared, touch_id: str) -> str:
    """Return the address of a message, to be sent to somebody."""
    return f"{st.context.url or ''}?{urlencode({'brand': now.name, 'message': touch_id})}"


main()
