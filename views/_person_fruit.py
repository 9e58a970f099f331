"""What a relationship has borne: added, mended, taken back, and whom it brought."""

from datetime import datetime, time

import streamlit as st

from pipeline import journal
from pipeline.touch import FRUITS
from views import _data, _person_items, _person_search, _texts
from views._person_items import Values
from views._person_typed import Item, Rows
from views._person_whom import Whom
from views._words import day

say = _texts.of("person")


def draw(whom: Whom, fruit: Rows) -> None:
    """Show the fruit, latest first, and let one add to it."""
    if not fruit:
        st.caption(say("fruit_none"))
    names = called(whom.brand, [each["for_account"] for each in fruit if each["for_account"]])
    for each in fruit:
        one(whom, each, names)
    if whom.may_be_written:
        with st.expander(say("fruit_add"), icon=":material/nutrition:", key=f"fruit-add-{whom.person_id}"):
            brought = _person_search.another(whom.brand, whom.person_id, "fruit", say("fruit_for"))
            form(whom, None, brought["account_id"] if brought else None)


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


def form(whom: Whom, fruit: Item | None, brought: str | None) -> None:
    """Draw the form of a new fruit, or of one that is mended; ``brought`` is the account that it brought."""

    def save(values: Values, author: str) -> str:
        whole = values | {"brand": whom.brand, "for_account": brought, "author": author}
        whole["happened_at"] = datetime.combine(whole.pop("day"), time(12))
        about = {"account_id": fruit["account_id"], "fruit_id": fruit["fruit_id"]} if fruit else {}
        return journal.save_fruit(_data.workspace(), {"account_id": whom.account} | whole | about)

    key = f"fruit-{fruit['row_id'] if fruit else whom.person_id}"
    words = say("fruit_mended") if fruit else say("fruit_kept", name=whom.name)
    _person_items.form(key, lambda: fields(fruit), save, words)


def fields(fruit: Item | None) -> Values:
    """Draw the fields of a fruit, as it stands where it is mended."""
    first, second, third = st.columns(3)
    return {
        "kind": first.selectbox(say("log_what"), FRUITS, FRUITS.index(fruit["kind"]) if fruit else 0),
        "day": second.date_input(say("day"), value=fruit["happened_at"] if fruit else "today", max_value="today"),
        "value": third.number_input(
            say("fruit_value"), value=fruit["value"] if fruit else None, help=say("fruit_value_help")
        ),
        "text": st.text_area(say("fruit_text"), fruit["text"] if fruit else "", max_chars=2000),
    }
