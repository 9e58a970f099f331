"""Where touches come from: files and networks, how far each was read, and what it cost."""

from typing import Any

import pandas as pd
import streamlit as st

from pipeline import store
from pipeline.settings import Settings
from views import _data, _show, _texts, _words

say = _texts.of("health")

FILES = 50


def draw(chosen: Settings | None) -> None:
    """Draw what is known of the sources; without settings there is no budget to hold against."""
    st.subheader(say("sources"))
    month = store.now().date().replace(day=1)
    files, streams = _data.ask("imports", many=FILES), _data.ask("streams", month=month)
    spent = _data.ask("spent", month=month).set_index("source").to_dict("index")
    if files.empty and streams.empty and not (chosen and chosen.networks()):
        st.caption(say("no_sources"))
    if not files.empty:
        of_files(files)
    if not streams.empty:
        of_streams(streams)
    budgets(chosen, spent)
    losses()


def of_files(files: pd.DataFrame) -> None:
    """Show which files were taken in, and how far."""
    st.markdown(f"**{say('files')}**")
    names = {
        "file": say("file"),
        "brand": say("brand"),
        "format": say("format"),
        "rows_read": say("rows_read"),
        "rows_stored": say("rows_stored"),
        "finished": say("finished"),
        "updated_at": say("updated"),
    }
    shown = files[list(names)].rename(columns=names)
    st.dataframe(shown, hide_index=True, alt=say("files_alt"))
    _show.download(shown, "files")


def of_streams(streams: pd.DataFrame) -> None:
    """Show how far each stream was read, and what it took."""
    st.markdown(f"**{say('networks')}**")
    shown = pd.DataFrame(
        {
            say("source"): streams["source"],
            say("stream"): streams["stream"],
            say("brand"): streams["brand"],
            say("updated"): streams["updated_at"],
            say("read_until"): streams["since"],
            say("unfinished"): streams["reached"].notna(),
            say("requests"): streams["requests"],
            say("records"): streams["records"],
            say("cost"): streams["cost"],
        }
    )
    money = {say("cost"): st.column_config.NumberColumn(format="$%.3f")}
    st.dataframe(shown, hide_index=True, column_config=money, alt=say("networks_alt"))
    _show.download(shown, "networks")


def budgets(chosen: Settings | None, spent: dict[Any, dict[str, Any]]) -> None:
    """Hold what each source cost this month against its budget."""
    for source in chosen.networks() if chosen else ():
        took = spent.get(source.name, {"cost": 0.0, "requests": 0})
        facts = {"source": source.name, "cost": took["cost"], "requests": int(took["requests"])}
        if source.name not in spent:
            st.caption(_words.plain(say("never_read", source=source.name)))
        elif source.monthly_budget is None:
            st.caption(_words.plain(say("no_budget", **facts)))
        else:
            share = min(1.0, took["cost"] / source.monthly_budget) if source.monthly_budget else 1.0
            st.progress(share, text=_words.plain(say("budget", budget=source.monthly_budget, **facts)))


def losses() -> None:
    """Say what cannot be had any more, and what was removed."""
    for row in _data.ask("gaps").to_dict("records"):
        said = say("gap", **{name: row[name] for name in ("source", "stream", "since", "until")})
        st.warning(_words.plain(said), icon=":material/history_toggle_off:")
    found = _data.ask("removals").groupby(["source", "reason"], as_index=False)["many"].sum()
    if not found.empty:
        parts = ", ".join(say("removed_part", **row) for row in found.to_dict("records"))
        st.text(say("removed", parts=parts))
