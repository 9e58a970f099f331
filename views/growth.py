"""Growth: what relationships come to in time, and what was given for it."""

import pandas as pd
import streamlit as st

from views import _address, _brands, _charts_growth, _data, _filters, _open, _print, _rights, _show, _texts, _words
from views._filters import Shared

say = _texts.of("growth")

OUTCOMES = {"two-way": "outcome_two-way", "offline": "outcome_offline", "fruit": "outcome_fruit"}
SHARE = {"share": "reached", "low": "low", "high": "high"}  # what a text calls a column


def main() -> None:
    """Draw the page."""
    now = _filters.shared()
    with _print.page():
        st.title(say("title", name=_words.plain(now.name)))
        st.caption(say("whole"))
        for part in (becoming, kept, fruit, answers, repairs, stages):
            part(now)


@st.fragment
def becoming(now: Shared) -> None:
    """Show how many come to an outcome, when, and by how many touches."""
    st.header(say("becoming"))
    _address.say_left_out("outcome", say("until"), OUTCOMES)
    outcome = st.segmented_control(
        say("until"), list(OUTCOMES), default="two-way", required=True, key="outcome", bind="query-params"
    )
    curves(now, outcome)
    touches(now, outcome)


def curves(now: Shared, outcome: str) -> None:
    """Show how many reach the outcome by days since they first spoke."""
    found = _data.ask("cohort", brand=now.brand, outcome=outcome)
    words = say(OUTCOMES[outcome])
    if found.empty or found["at_risk"].iloc[0] < _rights.FEWEST:
        st.info(say("curve_none", outcome=words))
        return
    if found["t"].max() == 0:
        first = found.iloc[0]
        watched = _words.count(int(first["at_risk"]), "person", "people")
        share = {name: _words.percent(first[column]) for name, column in SHARE.items()}
        st.info(say("curve_first_day", people=watched, outcome=words, **share))
        return
    figure = _charts_growth.reached(found, say("curve_title", outcome=words))
    _show.chart(figure, found, "reached", say("curve_alt", outcome=words))
    st.caption(f"{say('curve_note')} {quarters(now, outcome)}")


def quarters(now: Shared, outcome: str) -> str:
    """Say which quarters' people come to the outcome otherwise than those of the quarter before."""
    found = _data.ask("quarters", brand=now.brand, outcome=outcome)
    names = ("cohort", "before", "observed", "expected", "people", "people_before", "q")
    said = (say("quarter_more", **{name: row[name] for name in names}) for row in found.to_dict("records"))
    return " ".join(said) or say("quarter_none")


def touches(now: Shared, outcome: str) -> None:
    """Say how many touches there were for each outcome, with all who tried in the denominator."""
    found = _data.ask("touches_per_outcome", brand=now.brand)
    found = found[found["outcome"] == outcome]
    if found.empty or pd.isna(found["touches_per_outcome"].iloc[0]):
        return
    row = found.iloc[0]  # of the first touch, to which everybody came
    st.markdown(
        say(
            "touches",
            touches=row["touches_per_outcome"],
            low=row["touches_low"],
            high=row["touches_high"],
            all=int(row["all_touches"]),
            outcomes=int(row["all_outcomes"]),
            people=_words.count(int(row["people"]), "person", "people"),
        )
    )


def kept(now: Shared) -> None:
    """Show how many speak again, month after month."""
    found = _data.ask("retention", brand=now.brand)
    if found.empty:
        return
    st.header(say("kept"))
    figure = _charts_growth.kept(found, say("kept_title"), say("kept_axis"), say("kept_share"))
    _show.chart(figure, found, "kept", say("kept_alt"))
    st.caption(say("kept_note"))


def fruit(now: Shared) -> None:
    """Show what relationships bear in time, and who brought whom."""
    st.header(say("fruit"))
    found = _data.ask("fruit_rate", brand=now.brand, fewest=_rights.FEWEST)
    if found.empty or not found["fruit"].sum():
        st.info(say("fruit_none"))
        return
    names = {"axis": say("fruit_axis"), "fruits": say("fruit_per"), "touches": say("fruit_touches")}
    called = _brands.called(now.brand, now.name)
    ways = {"given": say("fruit_given", us=called["us"]), "received": say("fruit_received")}
    figure = _charts_growth.fruit(found, say("fruit_title"), **names, ways=ways)
    _show.chart(figure, found, "fruit", say("fruit_alt"))
    st.caption(say("fruit_note", we=_words.plain(called["we"])))
    referrals(now)


def referrals(now: Shared) -> None:
    """Show who brought whom; where single people are not shown, only how many."""
    tree = _data.ask("referrals", brand=now.brand)
    if tree.empty:
        return
    came = int(tree["parent_id"].notna().sum())
    roots = _words.count(int(tree["parent_id"].isna().sum()), "person", "people")
    st.markdown(say("tree_count", people=_words.count(came, "person", "people"), roots=roots))
    if not _rights.viewer().sees_people:
        return
    figure = _charts_growth.referrals(tree, say("tree_title"), say("tree_all"))
    _show.chart(figure, tree, "referrals", say("tree_alt"))
    st.caption(say("tree_note"))
    rows(tree)


def rows(tree: pd.DataFrame) -> None:
    """List who was brought by whom; a click on a name opens the person."""
    names = dict(zip(tree["person_id"], tree["name"], strict=True))
    brought = tree.dropna(subset=["parent_id"])
    shown = pd.DataFrame(
        {
            say("tree_person"): brought["name"],
            say("tree_by"): [names[parent] for parent in brought["parent_id"]],
            say("tree_brought"): brought["brought"],
        }
    )
    event = st.dataframe(
        shown, hide_index=True, key="tree", on_select="rerun", selection_mode="single-cell", alt=say("tree_alt")
    )
    who = dict(enumerate(zip(brought["person_id"], shown[say("tree_person")], strict=True)))
    by = dict(enumerate(zip(brought["parent_id"], shown[say("tree_by")], strict=True)))
    _open.from_table(event, {say("tree_person"): who, say("tree_by"): by}, "growth")


def answers(now: Shared) -> None:
    """Say how many are answered in time, both ways."""
    found = _data.ask("response", brand=now.brand, grain="all")
    if found.empty:
        return
    st.header(say("answers"))
    us = _words.plain(_brands.called(now.brand, now.name)["us"])
    words = {"ours": say("answers_other", us=us) if _brands.is_other(now.brand) else say("answers_ours")}
    words["theirs"] = say("answers_theirs", us=us)
    for column, (direction, label) in zip(st.columns(2), words.items(), strict=True):
        answered(column, label, found[found["direction"] == direction])


def answered(column: st.delta_generator.DeltaGenerator, words: str, rows: pd.DataFrame) -> None:
    """Show one direction; what stands beside the share is text below it, which a card of a phone would cut."""
    with column.container(border=True):
        if rows.empty or not rows["judged"].iloc[0]:
            st.metric(words, "–")
            st.caption(_words.EVIDENCE)
            return
        row = rows.iloc[0]
        hours = _data.ask("meta")["answer_hours"].iloc[0]
        st.metric(words, say("in_time", share=_words.percent(row["in_time_share"]), hours=hours))
        ends = {end: _words.percent(row[end]) for end in ("low", "high")}
        beside = say("answered_beside", judged=int(row["judged"]), **ends)
        st.caption(f"{beside} · {median(row)}")


def median(row: pd.Series) -> str:
    """Return how long half of the answers took at most, or why that cannot be told."""
    if pd.notna(row["median_hours"]):
        return say("median", span=_words.in_hours(row["median_hours"]))
    if row["unanswered_share"] < 0.5:  # more were answered than not, as far as one can tell yet
        return say("no_median_yet")
    return say("no_median", share=_words.percent(row["unanswered_share"]))


def repairs(now: Shared) -> None:
    """Show what became of complaints: an association, not an effect."""
    found = _data.ask("repair_rate", brand=now.brand, fewest=_rights.FEWEST)
    if found.empty:
        return
    names = {True: say("repair_yes"), False: say("repair_no")}
    st.header(say("repair"))
    figure = _charts_growth.repairs(found, say("repair_title"), say("repair_axis"), names)
    _show.chart(figure, found, "repairs", say("repair_alt"))
    st.caption(say("repair_note"))


def stages(now: Shared) -> None:
    """Show where people of each stage are a month later."""
    few = _data.fewest_people()
    found = _data.ask("transition", brand=now.brand)
    found = found[found["of_people"] >= few]
    if found.empty:
        return
    st.header(say("stages"))
    figure = _charts_growth.transitions(found, say("stages_title"))
    _show.chart(figure, found, "transitions", say("stages_alt"))
    st.caption(say("stages_note", few=few))


main()
