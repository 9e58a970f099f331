"""What is felt about each brand, topic by topic."""

from typing import Any

import pandas as pd
import streamlit as st

from views import _charts_compare, _data, _rights, _show, _texts
from views._filters import Shared
from views._words import interval, plain, signed

say = _texts.of("compare")

MOST = 12  # topics that are drawn


def draw(now: Shared, names: dict[str, str]) -> None:
    """Show what people feel about each brand, topic by topic: drawn the first topics, in the table all."""
    st.header(say("by_topic"))
    found = _data.ask("brand_topics", start=now.start, until=now.until)
    if found.empty:
        st.info(say("topics_none"))
        return
    found = in_order(_rights.of_parts(found, "brand", "feeling", "low", "high"))
    few = _data.fewest_people()
    figure = _charts_compare.topics(first(found), names, few, say("topics_title"))
    _show.chart(figure, found.assign(brand=found["brand"].map(names)), "topics", say("topics_alt"))
    st.caption(" ".join([say("topics_caption", fewest=_rights.FEWEST, few=few), *beside(found, names)]))
    table(found, names)


def in_order(found: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of the read `brand_topics` by how many people speak of each topic, most first."""
    found = found.assign(topic=[say("other") if topic == "other" else topic for topic in found["topic"]])
    heard = found.groupby("topic", sort=False)["people"].sum().sort_values(ascending=False, kind="stable")
    place = {topic: number for number, topic in enumerate(heard.index)}
    return found.sort_values("topic", key=lambda topics: topics.map(place), kind="stable", ignore_index=True)


def first(found: pd.DataFrame, most: int = MOST) -> pd.DataFrame:
    """Return the rows of the first topics: a figure of all would be longer than any screen."""
    return found[found["topic"].isin(found["topic"].unique()[:most])]


def beside(found: pd.DataFrame, names: dict[str, str], most: int = MOST) -> list[str]:
    """Return how many of the topics are drawn, where not all, and which brand alone has any, where one does."""
    said, every = [], found["topic"].nunique()
    if every > most:
        said.append(say("topics_part", drawn=most, all=every))
    with_topics = found["brand"].unique()
    if len(with_topics) == 1:
        said.append(say("topics_of_one", names=plain(names[with_topics[0]])))
    return said


def table(found: pd.DataFrame, names: dict[str, str]) -> None:
    """Show the same with intervals, shares and counts."""
    rows = found.to_dict("records")
    shown = pd.DataFrame(
        {
            say("topic"): found["topic"],
            say("brand"): found["brand"].map(names),
            say("share"): (100 * found["share"]).round(),
            say("feeling"): [feeling(row) for row in rows],
            say("band"): [interval(row["low"], row["high"]) for row in rows],
            say("people"): found["people"],
            say("mentions"): found["mentions"],
        }
    )
    config = {say("share"): st.column_config.NumberColumn(format="%d %%")}
    st.dataframe(shown, hide_index=True, column_config=config, alt=say("topics_table"))


def feeling(row: dict[Any, Any]) -> str:
    """Return what is felt about a topic, or why that is not told."""
    if pd.isna(row["feeling"]):
        return say("not_told" if row["of_few"] else "evidence")
    return signed(row["feeling"])
