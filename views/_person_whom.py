"""Whom the Person page is about, and what may be shown and written of them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import streamlit as st

from views import _brands, _data, _rights, _texts, _words
from views._filters import Shared

say = _texts.of("person")

HERE = "person"


@dataclass(frozen=True)
class Whom:
    """One relationship. ``row``: the read `person`; ``accounts``: empty where they are not told by name."""

    brand: str
    brand_name: str
    person_id: str
    row: dict[str, Any]
    name: str
    accounts: tuple[str, ...]
    until: datetime  # what was typed later waits for the next refresh

    @property
    def called(self) -> dict[str, str]:
        """Return what stands for the brand in a sentence: we, us and We, or the name of another."""
        return _brands.called(self.brand, self.brand_name)

    @property
    def account(self) -> str:
        """Return the account that stands for the person; what is typed is kept with it."""
        return str(self.row["account_id"])

    @property
    def is_named(self) -> bool:
        """Say whether they are told by name, so that something can be written about them."""
        return bool(self.accounts)

    @property
    def may_be_written(self) -> bool:
        """Say whether the viewer may write about them."""
        return self.is_named and _rights.viewer().may_write

    def waits(self, item: dict[str, Any]) -> bool:
        """Say whether the numbers do not know yet of what somebody typed."""
        return bool(item["written_at"] > self.until)


def find(now: Shared) -> Whom | None:
    """Return whom the address names, or who was looked at last; None where that is nobody with a touch."""
    person_id = st.query_params.get(HERE) or st.session_state.get(HERE, "")
    found = _data.ask("person", brand=now.brand, person=person_id)
    if found.empty:
        person_id = known_as(now.brand, person_id)
        found = _data.ask("person", brand=now.brand, person=person_id)
    if found.empty:
        return None
    st.session_state[HERE] = st.query_params[HERE] = person_id
    row = {str(key): value for key, value in found.iloc[0].to_dict().items()}
    return of(now, row)


def known_as(brand: str, person_id: str) -> str:
    """Return who somebody is whose link is older than a merge, or of another brand; empty where nobody is."""
    found = _data.ask("person_of", brand=brand, person=person_id)
    return "" if found.empty else str(found["person_id"].iloc[0])


def of(now: Shared, row: dict[str, Any]) -> Whom:
    """Return a relationship as the viewer may see it."""
    named = row["account_id"] is not None and _rights.viewer().sees_names
    accounts = _data.ask("person_accounts", brand=now.brand, person=row["person_id"]) if named else None
    return Whom(
        brand=now.brand,
        brand_name=now.name,
        person_id=row["person_id"],
        row=row,
        name=called(row),
        accounts=() if accounts is None else tuple(accounts["account_id"]),
        until=_data.ask("meta")["entries_until"].iloc[0].to_pydatetime(),
    )


def called(row: dict[str, Any]) -> str:
    """Return a person's name, or what stands for it where names are not shown."""
    if _rights.viewer().sees_names:
        return str(row["name"])
    return _words.somebody(row["person_id"], row["source"])


def forget_choice() -> None:
    """Let one choose somebody else."""
    st.session_state.pop(HERE, None)
    st.query_params.pop(HERE, None)  # all of them cannot be cleared: a chosen brand or period is bound to the address
