"""Which accounts are one person, and why: merged and split with a reason, and what else may be theirs."""

from typing import Any

import streamlit as st

from pipeline import identity, journal_reads
from pipeline.store import StoreError
from views import _data, _person_items, _person_search, _texts, _words
from views._person_items import Values
from views._person_whom import Whom

say = _texts.of("person")

LEAST = 0.5  # of 1: how sure a suggestion is, at least, as `python -m pipeline identities` has it
SAME = {True: "same", False: "different"}


def draw(whom: Whom) -> None:
    """Show the accounts, the merges behind them, and let one decide on others."""
    if not whom.is_named:
        st.info(say("accounts_unnamed"))
        return
    for row in _data.ask("person_accounts", brand=whom.brand, person=whom.person_id).to_dict("records"):
        account(row)
    if any(each.startswith("x:") for each in whom.accounts):
        st.caption(say("x_terms", terms=identity.X_TERMS))
    try:
        merges(whom)
        if whom.may_be_written:
            suggestions(whom)
    except StoreError as error:
        st.error(say("unreadable", reason=_words.plain(str(error))))
        return
    if whom.may_be_written:
        by_hand(whom)


def account(row: dict[Any, Any]) -> None:
    """Show one account with what it tells of itself."""
    told = [_words.source(row["source"]), row["name"], f"@{row['handle']}" if row["handle"] else None, row["email"]]
    told += [say("verified") if row["verified"] is True else None, row["account_id"]]
    with st.container(horizontal=True, vertical_alignment="center"):
        st.text(" · ".join(str(each) for each in told if each), width="stretch")
        if str(row["link"] or "").startswith(("https://", "http://")):
            st.link_button(say("profile"), row["link"], type="tertiary", icon=":material/open_in_new:")


def merges(whom: Whom) -> None:
    """Show why they are one person, and what was decided since the file was published."""
    published = _data.ask("person_merges", brand=whom.brand, person=whom.person_id).to_dict("records")
    stand = [row for row in _data.typed(journal_reads.read_merges) if touches(row, whom)]
    known, standing = {row["change_id"] for row in published}, {row["change_id"] for row in stand}
    for row in stand:
        with st.container(border=True):
            one_merge(row, whom, waits=row["change_id"] not in known)
    for row in published:
        if row["change_id"] not in standing:
            st.text(say("split_since", a=row["account_id"], b=row["with_account_id"]))
            _person_items.waiting()


def touches(pair: dict[Any, Any], whom: Whom) -> bool:
    """Say whether a pair of accounts has one of theirs."""
    return not {pair["account_id"], pair["with_account_id"]}.isdisjoint(whom.accounts)


def one_merge(row: dict[str, Any], whom: Whom, waits: bool) -> None:
    """Show a merge, and let one end it with a reason."""
    a, b = row["account_id"], row["with_account_id"]
    st.text(say("merged", a=a, b=b, reason=row["reason"]))
    st.text(say("by", author=row["author"], day=_words.day(row["written_at"])))
    if waits:
        _person_items.waiting()
    if whom.may_be_written:
        with st.expander(say("split"), icon=":material/call_split:", key=f"split-{row['change_id']}"):
            _person_items.form(
                f"split-{row['row_id']}",
                reason_field,
                lambda values, author: identity.split(_data.workspace(), a, b, values["reason"], author),
                say("split_done", a=a, b=b),
            )


def reason_field() -> Values:
    """Draw the field that every decision on accounts needs."""
    return {"reason": st.text_input(say("reason"), max_chars=500, placeholder=say("reason_hint"))}


def suggestions(whom: Whom) -> None:
    """Show on demand which other accounts may be theirs, with the evidence; nothing is merged by itself."""
    if not st.toggle(say("suggest"), key=f"suggest-{whom.person_id}", help=say("suggest_help")):
        return
    decided = _data.decided_pairs()
    found = [
        each
        for each in _data.suggested(whom.brand, LEAST)
        if touches({"account_id": each.account_id, "with_account_id": each.with_account_id}, whom)
        and (each.account_id, each.with_account_id) not in decided
    ]
    if not found:
        st.caption(say("suggest_none"))
    for each in found:
        ours, theirs = each.account_id, each.with_account_id
        if ours not in whom.accounts:
            ours, theirs = theirs, ours
        with st.container(border=True):
            st.text(
                say("suggested", account=theirs, why="; ".join(each.evidence), sure=_words.percent(each.confidence))
            )
            decision(whom, ours, theirs)


def by_hand(whom: Whom) -> None:
    """Let one name an account that no evidence suggests."""
    with st.expander(say("merge"), icon=":material/merge:", key=f"merge-{whom.person_id}"):
        other = _person_search.another(whom.brand, whom.person_id, "merge", say("merge_with"))
        if other:
            decision(whom, whom.account, other["account_id"])


def decision(whom: Whom, ours: str, theirs: str) -> None:
    """Draw the form in which one decides whether two accounts are one person, with what is to be minded above."""
    if mind := identity.to_mind(ours, theirs):
        st.warning(_words.plain(mind), icon=":material/gavel:")

    def fields() -> Values:
        same = st.radio(say("decide", a=_words.plain(ours), b=_words.plain(theirs)), SAME, format_func=in_words)
        return {"together": same} | reason_field()

    def save(values: Values, author: str) -> str:
        change = identity.merge if values["together"] else identity.split
        return change(_data.workspace(), ours, theirs, values["reason"], author)

    _person_items.form(f"pair-{whom.person_id}-{ours}-{theirs}", fields, save, say("decided", a=ours, b=theirs))


def in_words(together: bool) -> str:
    """Return a decision in words."""
    return say(SAME[together])
