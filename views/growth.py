"""Growth: what relationships come to in time, and what was given for it."""

import pandas as pd
import streamlit as st

from views import _charts, _data, _filters, _words
from views._filters import Shared

OUTCOMES = {
    "two-way": "a first conversation in both directions",
    "offline": "a first call or meeting",
    "fruit": "a first fruit",
}


def main() -> None:
    """Draw the page."""
    now = _filters.shared()
    st.title(f"What do relationships with {_words.plain(now.name)} grow into?")
    st.caption("Over the whole history, whatever period is chosen beside.")
    outcome = st.segmented_control("Until", list(OUTCOMES), default="two-way", required=True, key="outcome")
    curves(now, outcome)
    touches(now, outcome)
    answers(now)
    stages(now)


def curves(now: Shared, outcome: str) -> None:
    """Show how many reach the outcome by days since they first spoke."""
    found = _data.ask("cohort", brand=now.brand, outcome=outcome)
    if found.empty:
        st.info(f"Not enough evidence yet on {OUTCOMES[outcome]}: it takes more people who could have come to it.")
        return
    if found["t"].max() == 0:
        first = found.iloc[0]
        watched = _words.count(int(first["at_risk"]), "person", "people")
        st.info(
            f"{first['reached']:.0%} of {watched} (90 %: {first['low']:.0%} … {first['high']:.0%}) come to "
            f"{OUTCOMES[outcome]} on the day they first speak; of the days after it there is not enough evidence yet."
        )
        return
    figure = _charts.reached(found, f"How many come to {OUTCOMES[outcome]}, and when?")
    st.plotly_chart(figure, key="reached", alt=f"Share of people who came to {OUTCOMES[outcome]}, by days")
    st.caption(
        "Everybody counts from the day they first spoke; who has not come to it yet counts for as long as they were "
        "watched (Kaplan-Meier, 90 % band). Dotted: if who fell silent never will."
    )


def touches(now: Shared, outcome: str) -> None:
    """Say how many touches there were for each outcome, with all who tried in the denominator."""
    found = _data.ask("touches_per_outcome", brand=now.brand)
    found = found[found["outcome"] == outcome]
    if found.empty or pd.isna(found["touches_per_outcome"].iloc[0]):
        return
    row = found.iloc[0]
    st.markdown(
        f"**{row['touches_per_outcome']:.1f} touches** from them for each (90 %: {row['touches_low']:.1f} … "
        f"{row['touches_high']:.1f}), counted over all {int(row['all_touches']):,} touches of everybody, not only of "
        f"those {int(row['all_outcomes']):,} who came to it."
    )


def answers(now: Shared) -> None:
    """Say how many are answered in time, both ways."""
    found = _data.ask("response", brand=now.brand, grain="all")
    if found.empty:
        return
    st.subheader("Who answers whom?")
    for column, direction, words in zip(
        st.columns(2), ("ours", "theirs"), ("We answer them", "They answer us"), strict=True
    ):
        rows = found[found["direction"] == direction]
        if rows.empty or not rows["judged"].iloc[0]:
            column.metric(words, "–", delta_description=_words.EVIDENCE, border=True, height="stretch")
            continue
        row = rows.iloc[0]
        hours = (
            f"no median: {row['unanswered_share']:.0%} are unanswered"
            if pd.isna(row["median_hours"])
            else f"median {row['median_hours']:.1f} h"
        )
        column.metric(
            words,
            f"{row['in_time_share']:.0%} in time",
            delta_description=f"90 %: {row['low']:.0%} … {row['high']:.0%} of {int(row['judged']):,} · {hours}",
            border=True,
            height="stretch",
        )


def stages(now: Shared) -> None:
    """Show where people of each stage are a month later."""
    found = _data.ask("transition", brand=now.brand)
    found = found[found["of_people"] >= _charts.FEW]
    if found.empty:
        return
    figure = _charts.transitions(found, "Where is somebody of each stage a month later?")
    st.plotly_chart(figure, key="transitions", alt="Probability of each next stage, by stage")
    st.caption(
        "By the last twelve months. Rows: the stage at a month's end; columns: at the next one. "
        f"Stages with fewer than {_charts.FEW} person-months are left out."
    )


main()
