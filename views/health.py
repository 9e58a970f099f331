"""Health: whether the numbers are fresh, and what keeps them so."""

from typing import Any

import pandas as pd
import streamlit as st

from pipeline import presence, settings, store
from pipeline.settings import Settings, SettingsError
from views import _data, _filters, _health_changes, _health_rejects, _health_sources, _show, _texts, _words
from views._filters import Shared

say = _texts.of("health")

OLD_DAYS = 8  # a company that looks weekly has missed a refresh
RUNS = 30
EXAMPLE = '[brand]\nkey = "mine"\nname = "My Company"\nhandles = ["mycompany"]'


def main() -> None:
    """Draw the page."""
    now = _filters.shared()
    st.title(say("title"))
    freshness()
    chosen = load()
    mentions(now)
    runs()
    _health_sources.draw(chosen)
    _health_rejects.draw()
    versions()
    _health_changes.draw()


def load() -> Settings | None:
    """Return the settings, having said what is missing; None where they cannot be read, which is said."""
    folder = _data.workspace().folder
    try:
        chosen = settings.load(folder)
    except SettingsError as error:
        st.error(say("unreadable", reason=_words.plain(str(error))))
        return None
    if chosen.brand is None:
        st.info(say("no_own", file=_words.plain(str(folder / "brand.toml"))))
        st.code(EXAMPLE, language=None)
    return chosen


def freshness() -> None:
    """Say how old the numbers are, and whether that will change by itself."""
    published = _data.ask("meta")["published_at"].iloc[0]
    places = st.columns(4)
    places[0].metric(say("last_touch"), ago(_data.ask("brands")["last_touch"].max()), border=True)
    places[1].metric(say("last_refresh"), ago(published), border=True)
    timer = presence.read_schedule(_data.workspace())
    places[2].metric(say("schedule"), say("every", every=timer["every"]) if timer else say("no_schedule"), border=True)
    worker = presence.read_worker(_data.workspace())
    places[3].metric(say("now"), say("a_worker") if worker else say("nobody"), border=True, help=worker)
    days = hours(published) / 24
    if days > OLD_DAYS:
        st.warning(say("old", days=days), icon=":material/schedule:")
    if timer:
        st.caption(_words.plain(say("since", since=timer["since"])))
    else:
        st.caption(say("start_schedule"))
        st.code("python -m pipeline schedule --every 15m", language=None)


def hours(moment: pd.Timestamp) -> float:
    """Return how long ago a moment was."""
    return float((pd.Timestamp(store.now()) - moment).total_seconds()) / 3600


def ago(moment: pd.Timestamp) -> str:
    """Return how long ago a moment was, in words."""
    if pd.isna(moment):
        return "–"
    past = hours(moment)
    if past < 2:
        return say("ago_minutes", minutes=past * 60)
    return say("ago_hours", hours=past) if past < 48 else say("ago_days", days=past / 24)


def mentions(now: Shared) -> None:
    """Say what waits for the model, and what it does not read."""
    meta = _data.ask("meta").iloc[0]
    waiting = int(meta["mentions"] - meta["scored"] - meta["unread"])
    parts = [say("waiting" if waiting else "all_read", waiting=waiting, mentions=meta["mentions"])]
    if meta["unread"]:
        found = _data.ask("languages", brand=now.brand).to_dict("records")
        listed = ", ".join(f"{_words.plain(row['language'])} {row['mentions']:,}" for row in found)
        name = _words.plain(now.name)
        parts.append(say("unread" if found else "unread_others", many=meta["unread"], brand=name, languages=listed))
    st.markdown(" ".join(parts))


def runs() -> None:
    """Show what ran, with outcome, duration and what it did."""
    st.subheader(say("runs"))
    found = _data.ask("runs", many=RUNS)
    if found.empty:
        st.caption(say("no_runs"))
        return
    ended = found[found["outcome"] != "running"]
    if not ended.empty and ended["outcome"].iloc[0] == "failed":
        st.error(say("failed"), icon=":material/error:")
    outcome = found["outcome"].replace("running", say("published_this"))
    seconds = (found["finished_at"] - found["started_at"]).dt.total_seconds()
    shown = pd.DataFrame(
        {
            say("run_command"): found["command"],
            say("run_started"): found["started_at"],
            say("run_outcome"): outcome,
            say("run_seconds"): seconds,
            say("run_detail"): found["detail"],
        }
    )
    table(shown, "runs", say("runs_alt"), {say("run_seconds"): st.column_config.NumberColumn(format="%.1f")})


def table(shown: pd.DataFrame, key: str, alt: str, columns: dict[str, Any] | None = None) -> None:
    """Show a table, to be read out and to take along."""
    st.dataframe(shown, hide_index=True, column_config=columns, alt=alt)
    _show.download(shown, key)


def versions() -> None:
    """Say which model and which form of the data these numbers are of."""
    st.subheader(say("versions"))
    meta, last = _data.ask("meta").iloc[0], _data.ask("migrations").iloc[-1]
    facts = {"form": meta["form"], "people": meta["people"], "number": last["number"], "name": last["name"]}
    facts |= {"since": last["applied_at"], "model": meta["model"]}
    st.text(say("versions_line", **facts))
    found = _data.ask("models")
    if not found.empty:
        names = {"model": say("model"), "scored": say("scored"), "first": say("first"), "last": say("last")}
        table(found.rename(columns=names), "models", say("models_alt"))


main()
