"""What people feel toward another brand that they name in the same message."""

from typing import Any

import pandas as pd
import streamlit as st

from pipeline.settings import SettingsError
from views import _brands, _data, _rights, _show, _texts
from views._filters import Shared
from views._words import interval, plain, signed

say = _texts.of("compare")


def draw(now: Shared, names: dict[str, str]) -> None:
    """Show how much warmer or colder people speak of each other brand than of this one, in the same breath."""
    st.header(say("breath", name=plain(now.name)))
    found = _data.ask("beside", brand=now.brand)
    if found.empty:
        st.info(say("breath_none"))
        return
    called, us = configured() | names, _brands.called(now.brand, now.name)["us"]
    found = _rights.of_enough(found, "difference", "low", "high")
    rows = found.to_dict("records")
    shown = pd.DataFrame(
        {
            say("brand"): [called.get(row["target"], row["target"]) for row in rows],
            say("breath_difference", us=us): [difference(row) for row in rows],
            say("band"): [interval(row["low"], row["high"]) for row in rows],
            say("breath_words"): [in_words(row, now.name) for row in rows],
            say("people"): found["people"],
            say("mentions"): found["mentions"],
        }
    )
    _show.room_for_tools()
    st.dataframe(shown, hide_index=True, alt=say("breath_alt"))
    _show.download(found.assign(brand=shown[say("brand")]), "breath")
    st.caption(say("breath_caption", us=plain(us), fewest=_rights.FEWEST, few=_data.fewest_people()))


def configured() -> dict[str, str]:
    """Return the names of the brands of brand.toml, which may have no touches of their own."""
    found = _rights.brand_toml()
    if isinstance(found, SettingsError):  # said above the page
        return {}
    return {each.key: each.name for each in found.brand_settings()}


def difference(row: dict[Any, Any]) -> str:
    """Return a difference in words."""
    return say("evidence") if pd.isna(row["difference"]) else signed(row["difference"])


def in_words(row: dict[Any, Any], name: str) -> str:
    """Say whether the other brand is spoken of more warmly or coldly, where chance alone would not do it."""
    if pd.isna(row["low"]):
        return say("evidence")
    if row["low"] > 0 or row["high"] < 0:
        return say("warmer" if row["low"] > 0 else "colder", name=name)
    return say("as_warm")
