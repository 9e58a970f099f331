"""How a person's feeling and stage moved, with what passed between us on it."""

from typing import Any

import pandas as pd
import streamlit as st

from views import _asked, _charts_person, _charts_pulse, _data, _pulse_notes, _show, _texts
from views._person_typed import Rows, Typed
from views._person_whom import Whom
from views._words import day

say = _texts.of("person")


def draw(whom: Whom, touches: pd.DataFrame, typed: Typed | None) -> None:
    """Draw both charts; a click on a mark leads to the thread around it."""
    path = _data.ask("person_path", brand=whom.brand, person=whom.person_id)
    fruit = pd.DataFrame(typed.fruit if typed else [], columns=["happened_at", "kind"])
    figure = _charts_person.path(path, touches, fruit, say("path_title"), say("mark_ours", We=whom.called["We"]))
    notes = in_time(typed.annotations if typed else [], touches)
    _charts_pulse.notes(figure, notes, top=_charts_person.LETTERS)
    event = _show.chart(figure, path, "path", say("path_alt", name=whom.name), select=True)
    lead_on(event, touches)
    st.caption(say("path_click") if path.empty else f"{say('path_line')} {say('path_click')}")
    if not notes.empty:
        st.text("\n".join(annotation(row) for row in notes.to_dict("records")))
    stages(whom)


def annotation(row: dict[Any, Any]) -> str:
    """Return what somebody noted on a day, with its letter in the chart."""
    line = say("annotation", letter=row["letter"], day=day(row["day"]))
    return say("annotation_told", line=line, text=row["text"]) if row["text"] else line


def in_time(annotations: Rows, touches: pd.DataFrame) -> pd.DataFrame:
    """Return day, text and letter of what people noted on days while there were touches."""
    notes = pd.DataFrame(annotations, columns=["day", "text"]).sort_values("day", kind="stable", ignore_index=True)
    days = pd.to_datetime(notes["day"])
    moments = touches["happened_at"]  # none where all that there was has been taken back
    notes = notes[(days >= moments.dt.normalize().min()) & (days <= moments.max())].reset_index(drop=True)
    return notes.assign(letter=[_pulse_notes.letter(place) for place in range(len(notes))])


def lead_on(event: Any, touches: pd.DataFrame) -> None:
    """Go to the thread of the mark that was clicked; what is not published yet, and the line, have none."""
    points = event["selection"]["points"] if event else []
    chosen = next((point["customdata"][0] for point in points if len(point.get("customdata", ())) == 2), None)
    published = touches.loc[~touches["waits"].astype(bool), "touch_id"]
    if chosen and chosen in set(published):
        _asked.open_thread(chosen)


def stages(whom: Whom) -> None:
    """Draw the stages where there was more than one."""
    runs = _data.ask("person_stages", brand=whom.brand, person=whom.person_id)
    if runs.empty:
        st.caption(say("stages_none"))
    elif len(runs) == 1:
        st.caption(say("stages_one", stage=runs["stage"].iloc[0], day=day(runs["month"].iloc[0])))
    else:
        until = _data.ask("meta")["as_of"].iloc[0]
        figure = _charts_person.stages(runs, until, say("stages_title"))
        _show.chart(figure, runs, "stages", say("stages_alt", name=whom.name, stages=in_words(runs)))


def in_words(runs: pd.DataFrame) -> str:
    """Return the stages in their order, for whoever cannot see the chart."""
    steps = zip(runs["month"], runs["stage"], strict=True)
    return ", ".join(say("stage_from", stage=stage, day=day(month)) for month, stage in steps)
