"""Health: whether the numbers are fresh, and what keeps them so."""

import json
from typing import Any

import pandas as pd
import streamlit as st

from pipeline import ended, noticed, presence, store
from pipeline.settings import Settings, SettingsError
from views import (
    _data,
    _filters,
    _health_changes,
    _health_refresh,
    _health_rejects,
    _health_sources,
    _rights,
    _show,
    _texts,
    _words,
)
from views._filters import Shared

say = _texts.of("health")

OLD_DAYS = 8  # a company that looks weekly has missed a refresh
RUNS = 30
EXAMPLE = '[brand]\nkey = "mine"\nname = {name}\nhandles = ["mycompany"]'


def main() -> None:
    """Draw the page."""
    now = _filters.shared()
    st.title(say("title"))
    verdict()
    _health_refresh.draw()
    freshness()
    chosen = load()
    mentions(now)
    runs()
    _health_sources.draw(chosen)
    _health_rejects.draw()
    versions()
    _health_changes.draw()


def verdict() -> None:
    """Answer the question of the page: yes, or what is out of order and what to do about it."""
    failed, found = has_failed(), out_of_order()
    if failed:
        st.error(" ".join([say("not_in_order"), say("failed"), *found]), icon=":material/error:")
    elif found:
        st.warning(" ".join([say("not_in_order"), *found]), icon=":material/warning:")
    else:
        st.success(say("in_order"), icon=":material/check_circle:")


def ran() -> pd.DataFrame:
    """Return the last runs, the newest first; how the one that made these numbers ended is not among them yet."""
    found, last = _data.ask("runs", many=RUNS), ended.read(_data.workspace())
    if last is None:
        return found
    if last["outcome"] != "done" and not _rights.viewer().sees_people:
        last["detail"] = None  # as the published file has it: a reason may hold what somebody wrote
    moments = {name: pd.Timestamp(last[name]) for name in ("started_at", "finished_at")}
    others = found[found["started_at"] != moments["started_at"]]
    return pd.concat([pd.DataFrame([last | moments]), others]).sort_values("started_at", ascending=False)


def has_failed() -> bool:
    """Say whether the last run that ended has failed."""
    found = ran()
    over = found[found["outcome"] != "running"]
    return not over.empty and bool(over["outcome"].iloc[0] == "failed")


def out_of_order() -> list[str]:
    """Return what keeps the numbers from being those of today, each with what to do."""
    meta, last = _data.ask("meta").iloc[0], _data.ask("brands")["last_collected"].max()
    refreshed, heard = hours(meta["published_at"]) / 24, hours(last) / 24
    waiting = int(meta["mentions"] - meta["scored"] - meta["unread"])
    found = [say("no_settings")] if _rights.unreadable() else []
    found += [say("old", days=refreshed)] if refreshed > OLD_DAYS else []
    found += [say("silent", days=heard)] if heard > OLD_DAYS else []
    found += [say("wait", waiting=waiting)] if waiting else []
    return found + [say("not_told", line=_words.plain(line)) for line in noticed.read(_data.workspace())]


def load() -> Settings | None:
    """Return the settings, having said what is missing; None where they cannot be read, as stands above."""
    chosen = _rights.brand_toml()
    if isinstance(chosen, SettingsError):
        return None
    if chosen.brand is None:
        st.info(say("no_own"))
        st.code(str(_data.workspace().folder / "brand.toml"), language=None, wrap_lines=True)
        imported = str(_data.ask("brands")["name"].iloc[0])  # a brand of this name takes over what was imported as it
        st.code(EXAMPLE.format(name=json.dumps(imported, ensure_ascii=False)), language=None)
    return chosen


def freshness() -> None:
    """Say how old the numbers are, and whether that will change by itself."""
    published = _data.ask("meta")["published_at"].iloc[0]
    timer, worker = presence.read_schedule(_data.workspace()), presence.read_worker(_data.workspace())
    with st.grid(4, min_column_width=180):
        st.metric(say("last_touch"), ago(_data.ask("brands")["last_collected"].max()), border=True)
        st.metric(say("last_refresh"), ago(published), border=True)
        st.metric(say("schedule"), say("every", every=timer["every"]) if timer else say("no_schedule"), border=True)
        st.metric(
            say("now"),
            say("a_worker" if worker or _health_refresh.is_refreshing() else "nobody"),
            border=True,
            help=worker,
        )
    if timer:
        st.caption(_words.plain(say("since", since=timer["since"])))
    else:
        st.caption(say("start_schedule"))
        st.code("python -m pipeline schedule --every 15m", language=None)


def hours(moment: pd.Timestamp) -> float:
    """Return how long ago a moment was."""
    return float((pd.Timestamp(store.now()) - moment).total_seconds()) / 3600


def ago(moment: pd.Timestamp) -> str:
    """Return in words how long ago a moment was: short, or a narrow column cuts it."""
    if pd.isna(moment):
        return "–"
    past = hours(moment)
    if past < 2:
        return say("ago_minutes", minutes=past * 60)
    if past < 48:
        return say("ago_hours", hours=past)
    return say("ago_days", days=past / 24) if past < 24 * 366 else say("ago_years", years=past / 24 / 365.25)


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
    found = ran()
    if found.empty:
        st.caption(say("no_runs"))
        return
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
    st.dataframe(shown, hide_index=True, column_config=columns, placeholder="", alt=alt)
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
        _show.room_for_tools()
        table(found.rename(columns=names), "models", say("models_alt"))


main()
