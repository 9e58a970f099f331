"""Who somebody is and how the relationship stands: the numbers that one looks for first."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from pipeline.settings import SettingsError
from pipeline.touch import Brand
from views import _brands, _data, _messages, _person_timeline, _rights, _terms, _texts, _words
from views._person_typed import Rows
from views._person_whom import Whom

say = _texts.of("person")

OWED = "owe an answer"
OUR_WORK = (OWED, "stop pushing", "ready to take offline")  # lists that make no sense of another brand's people


def draw(whom: Whom, touches: pd.DataFrame) -> None:
    """Show who this is, how it stands, and the numbers behind it."""
    st.text(who(whom))
    st.text(" · ".join(standing(whom, touches)))
    with st.grid(4, min_column_width=150):
        for label, (value, beside) in metrics(whom).items():
            brand = _words.plain(whom.called["us"]) if label == say("from_brand") else None
            st.metric(label, value, delta_description=beside, border=True, help=brand)


def who(whom: Whom) -> str:
    """Return what somebody is, where they speak, and since when there is a relationship."""
    row = whom.row
    handle = f" · @{row['handle']}" if row["handle"] and whom.is_named else ""
    told = {"role": row["role"], "source": _words.source(row["source"]), "since": _words.day(row["first_touch"])}
    return say("who", handle=handle, **told)


def metrics(whom: Whom) -> dict[str, tuple[str, str]]:
    """Return label -> (value, what stands beside it)."""
    row = whom.row
    last_in, last_out = _words.day(row["last_in"]), _words.day(row["last_out"])
    leaning = _words.leaning(row["low"], row["high"])
    touches = _words.count(row["touches_in"], say("touch_one"), say("touch_many"))
    label = say("feeling_unclear") if leaning == _words.EVIDENCE else say("feeling", leaning=leaning)  # short: else cut
    return {
        label: (_words.signed(row["feeling"]), say("band", band=_words.interval(row["low"], row["high"]))),
        say("mentions"): (f"{row['mentions']:,}", say("of_theirs", touches=touches)),
        say("from_them"): (f"{row['touches_in']:,}", say("last", day=last_in)),
        say("from_brand" if _brands.is_other(whom.brand) else "from_us"): (
            f"{row['touches_out']:,}",
            say("last", day=last_out),
        ),
    }


def stage(row: dict[str, Any]) -> str:
    """Return the stage with what stands beside it, and since when."""
    flags = [flag for flag in ("strained", "fruit") if row[flag]]
    if not row["stage"]:
        return ", ".join([say("no_stage"), *flags])
    return ", ".join([say("stage_since", stage=row["stage"], day=_words.day(row["stage_since"])), *flags])


def moved(row: dict[str, Any]) -> str:
    """Return how their feeling changed, with the evidence for it."""
    if pd.isna(row["change"]) or row["verdict"] == _words.EVIDENCE:
        return say("verdict", verdict=row["verdict"])
    heard = {"recent": _words.mentions(row["n_recent"]), "before": int(row["n_before"])}
    sizes = {"change": _words.signed(row["change"]), "sure": _words.percent(row["p_verdict"])}
    return say("verdict_sized", verdict=row["verdict"], **sizes, **heard)


def standing(whom: Whom, touches: pd.DataFrame) -> list[str]:
    """Return in words how the relationship stands."""
    row = whom.row
    gives = _words.EVIDENCE if pd.isna(row["direction"]) else row["direction"]
    parts = [stage(row), moved(row), say("balance", direction=gives)]
    if pd.notna(row["our_asked"]) and row["our_asked"] > 0:
        sizes = {"rate": _words.percent(row["our_rate"]), "asked": int(row["our_asked"]), "days": _data.window_days()}
        parts.append(say("answered", who=whom.called["we"], **sizes))
    if pd.notna(row["silence_days"]) and pd.notna(row["mean_gap_days"]):
        gap, silence = _words.every(row["mean_gap_days"]), _words.in_days(row["silence_days"])
        parts.append(say("rhythm", gap=gap, silence=silence))
    with_them = mostly(touches, configured()) if whom.is_named else None
    return [*parts, say("with_whom", author=with_them)] if with_them else parts


def mostly(touches: pd.DataFrame, brands: Sequence[Brand]) -> str | None:
    """Return who on our side wrote to them, called or met them in more than half of such touches, of at least two.

    None where nobody did, or it is an account of one of the ``brands``.
    """
    ours = touches.loc[(touches["direction"] == "out") | touches["offline"].astype(bool), "author"]
    counts = ours.value_counts()  # of those whose author is known
    if counts.empty or counts.iloc[0] < 2 or 2 * counts.iloc[0] <= len(ours):
        return None
    author = str(counts.index[0])
    return None if any(brand.is_called(author) for brand in brands) else author


def configured() -> list[Brand]:
    """Return the brands of brand.toml."""
    found = _rights.brand_toml()
    return [] if isinstance(found, SettingsError) else [each.to_brand() for each in found.brand_settings()]


def lists(whom: Whom, touches: pd.DataFrame) -> None:
    """Say which work lists the person is on, with the way to the thread that put them there."""
    for row in listed(whom):
        st.warning(on_list(row), icon=":material/notifications:")
        st.caption(_terms.of(row["list"]))
        touch = of_thread(touches, row["thread"])
        if touch is not None:
            _person_timeline.open_thread(touch, row["list"])


def listed(whom: Whom) -> Rows:
    """Return the work lists that the person is on; of another brand's people only those that are not our work."""
    found = _data.ask("person_lists", brand=whom.brand, person=whom.person_id)
    if _brands.is_other(whom.brand):
        found = found[~found["list"].isin(OUR_WORK)]
    return list(_messages.rows(found))


def on_list(row: dict[Any, Any]) -> str:
    """Return that somebody is on a work list, and since when."""
    return say("on_list", name=row["list"].capitalize(), day=_words.day(row["since"]))


def of_thread(touches: pd.DataFrame, thread: str | None) -> str | None:
    """Return the latest published message of theirs in a thread."""
    found = touches[(touches["conversation"] == thread) & (touches["direction"] == "in")]
    return None if thread is None or found.empty else str(found["touch_id"].iloc[0])


def short(text: str, most: int) -> str:
    """Return a text in one line, cut where it has more characters."""
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[: most - 1]}…"
