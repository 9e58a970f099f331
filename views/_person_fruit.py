"""What a relationship has borne: added, mended, taken back, and whom it brought."""

import streamlit as st

from pipeline import journal
from pipeline.touch import FRUITS
from views import _data, _person_items, _person_search, _texts
from views._person_items import Values
from views._person_typed import Item, Rows
from views._person_whom import Whom
from views._words import day

say = _texts.of("person")

BRINGS = ("referral", "introduction")  # what may have brought somebody


def draw(whom: Whom, fruit: Rows) -> None:
    """Show the fruit, latest first, and let one add to it."""
    if not fruit:
        st.caption(say("fruit_none"))
    names = called(whom.brand, [each["for_account"] for each in fruit if each["for_account"]])
    for each in fruit:
        one(whom, each, names)
    if whom.may_be_written:
        with st.expander(say("fruit_add"), icon=":material/nutrition:", key=f"fruit-add-{whom.person_id}"):
            new(whom)


def new(whom: Whom) -> None:
    """Draw what keeps a new fruit: its kind first, since only some kinds bring somebody."""
    turn = _person_items.turn(of_form(whom, None))
    kind = st.selectbox(say("log_what"), FRUITS, key=f"fruit-kind-{whom.person_id}-{turn}")
    brought = None
    if kind in BRINGS:
        brought = _person_search.another(whom.brand, whom.person_id, f"fruit-{turn}", say("fruit_for"))
    form(whom, None, brought["account_id"] if brought else None, kind)


def called(brand: str, accounts: list[str]) -> dict[str, str]:
    """Return the names of accounts."""
    if not accounts:
        return {}
    found = _data.ask("accounts", brand=brand)
    found = found[found["account_id"].isin(accounts)]
    return dict(zip(found["account_id"], found["name"].fillna(found["handle"]), strict=True))


def line(fruit: Item, names: dict[str, str]) -> str:
    """Return a fruit in words."""
    parts = [say("fruit_line", kind=fruit["kind"], day=day(fruit["happened_at"]))]
    if fruit["value"] is not None:
        parts.append(say("fruit_worth", value=fruit["value"]))
    if fruit["for_account"]:
        parts.append(say("fruit_brought", name=names.get(fruit["for_account"]) or fruit["for_account"]))
    if fruit["text"]:
        parts.append(fruit["text"])
    return " · ".join(parts)


def one(whom: Whom, fruit: Item, names: dict[str, str]) -> None:
    """Show a fruit."""

    def show() -> None:
        st.text(line(fruit, names))
        if whom.waits(fruit):
            _person_items.waiting()

    def withdraw(author: str) -> str:
        return journal.withdraw_fruit(_data.workspace(), fruit["fruit_id"], author)

    _person_items.one(
        whom,
        "fruit",
        fruit,
        show=show,
        mend=lambda: form(whom, fruit, fruit["for_account"]),
        actions=lambda: _person_items.buttons("fruit", fruit["fruit_id"], withdraw, say("fruit_removed")),
    )


def of_form(whom: Whom, fruit: Item | None) -> str:
    """Return the key of the form of a new fruit, or of one that is mended."""
    return f"fruit-{fruit['row_id'] if fruit else whom.person_id}"


def form(whom: Whom, fruit: Item | None, brought: str | None, kind: str | None = None) -> None:
    """Draw the form of a new fruit, or of one that is mended.

    ``brought`` is the account that it brought, if its kind brings any; ``kind`` is given where it is chosen outside.
    """

    def save(values: Values, author: str) -> str:
        brings = values["kind"] in BRINGS or (fruit and fruit["kind"] == values["kind"])  # an old one is left as it was
        whole = values | {"brand": whom.brand, "for_account": brought if brings else None, "author": author}
        whole["happened_at"] = _person_items.moment(whole.pop("day"), fruit)
        about = {"account_id": fruit["account_id"], "fruit_id": fruit["fruit_id"]} if fruit else {}
        return journal.save_fruit(_data.workspace(), {"account_id": whom.account} | whole | about)

    words = say("fruit_mended") if fruit else say("fruit_kept", name=whom.name)
    _person_items.form(of_form(whom, fruit), lambda: fields(fruit, kind), save, words)


def fields(fruit: Item | None, kind: str | None) -> Values:
    """Draw the fields of a fruit, as it stands where it is mended; not its ``kind`` where that is chosen outside."""
    *first, second, third = st.columns(2 if kind else 3)
    return {
        "kind": kind or first[0].selectbox(say("log_what"), FRUITS, FRUITS.index(fruit["kind"]) if fruit else 0),
        "day": second.date_input(
            say("day"), value=fruit["happened_at"] if fruit else "today", max_value="today", format=_person_items.DATES
        ),
        "value": third.number_input(
            say("fruit_value"), value=fruit["value"] if fruit else None, help=say("fruit_value_help")
        ),
        "text": st.text_area(say("fruit_text"), fruit["text"] if fruit else "", max_chars=2000),
    }
