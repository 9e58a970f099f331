"""What the labels of people say of the model: how often both agree, and what the numbers make of it."""

from typing import Any

import pandas as pd
import streamlit as st

from pipeline.journal import LABELS
from views import _charts_review, _data, _show, _texts, _words

say = _texts.of("review")

Z90 = 1.645
SHOWN = 12  # months, the newest
OF_A_MONTH = 20  # labels drawn at random, below which a month is not judged (docs/metrics.md, audit)


def wilson(agreed: int, many: int) -> tuple[float, float]:
    """Return the 90 % interval of a share (Wilson 1927)."""
    share, z2 = agreed / many, Z90**2 / many
    middle = (share + z2 / 2) / (1 + z2)
    half = Z90 / (1 + z2) * ((share * (1 - share) / many + z2 / (4 * many)) ** 0.5)
    return max(0.0, middle - half), min(1.0, middle + half)


def show(brand: str, counts: pd.DataFrame) -> None:
    """Show what the labels did; ``counts`` has month, people, model (labels) and mentions."""
    st.subheader(say("effect"))
    if counts.empty:
        st.info(say("no_labels"))
        return
    agreement(counts)
    used(brand)
    months(brand, counts)


def agreement(counts: pd.DataFrame) -> None:
    """Say how often the model and people agree, and where they do not."""
    many = int(counts["mentions"].sum())
    agreed = int(counts.loc[counts["people"] == counts["model"], "mentions"].sum())
    low, high = wilson(agreed, many)
    of = _words.count(many, say("message"), say("messages"))
    parts = {"share": _words.percent(agreed / many), "low": _words.percent(low), "high": _words.percent(high)}
    st.markdown(say("agree", messages=of, **parts))
    if many < OF_A_MONTH:
        st.caption(say("too_early", needed=OF_A_MONTH))
        return
    table = counts.pivot_table(index="people", columns="model", values="mentions", aggfunc="sum", fill_value=0)
    table = table.reindex(index=list(LABELS), columns=list(LABELS), fill_value=0)
    by_model = {say("model_says", label=label): table[label].tolist() for label in LABELS}
    shown = pd.DataFrame({say("people_say"): list(LABELS)} | by_model)
    st.dataframe(shown, hide_index=True, alt=say("agreement_alt"))
    _show.download(shown, "agreement")


def used(brand: str) -> None:
    """Say whose labels take the model's errors out of the numbers, over the whole history."""
    row = _data.ask("brands").set_index("brand").loc[brand]
    until = row["last_touch"] + pd.Timedelta(days=1)
    ways = _data.ask("correction", brand=brand, start=row["first_touch"].to_pydatetime(), until=until.to_pydatetime())
    st.caption(say("used", ways="; ".join(way(each) for each in ways.to_dict("records"))))


def way(each: dict[Any, Any]) -> str:
    """Return how the errors in some mentions are taken out, in words."""
    mentions = _words.count(int(each["mentions"]), say("mention"), say("mentions"))
    if each["origin"] == "none":
        return say("way_none", mentions=mentions)
    if each["origin"] == "model card":
        return say("way_card", mentions=mentions)
    return say("way_own", mentions=mentions, labels=int(each["labels"]), origin=each["origin"])


def months(brand: str, counts: pd.DataFrame) -> None:
    """Show what a month is by the model alone, by labels alone, and by both."""
    found = _data.ask("audit", brand=brand).tail(SHOWN)
    if found.empty:
        most = int(counts.groupby("month")["mentions"].sum().max())
        st.info(say("no_month", needed=OF_A_MONTH, most=most))
        return
    names = {"model": say("by_model"), "labels_only": say("by_labels"), "estimate": say("by_both")}
    figure = _charts_review.audit(found, names, say("audit_title"))
    _show.chart(figure, found, "audit", alt=say("audit_alt"))
    st.caption(narrowed(found.iloc[-1]) if pd.notna(found["low"].iloc[-1]) else alike(found.iloc[-1]))
    for month in found.loc[found["drifted"], "month"]:
        st.warning(say("drifted", month=_words.period(month, "month")), icon=":material/warning:")


def alike(last: pd.Series) -> str:
    """Say that a month whose labels all agree has no band."""
    return say("all_alike", month=_words.period(last["month"], "month"), labels=int(last["labels"]))


def narrowed(last: pd.Series) -> str:
    """Say how wide the band of a month is by its labels alone, and with the model."""
    alone, both = Z90 * last["se_labels_only"], (last["high"] - last["low"]) / 2
    facts = {
        "month": _words.period(last["month"], "month"),
        "labels": int(last["labels"]),
        "mentions": f"{int(last['mentions']):,}",
        "model": _words.signed(last["model"]),
    }
    return say("narrowed", alone=f"{alone:.2f}", both=f"{both:.2f}", **facts)
