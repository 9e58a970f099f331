"""Rows that could not be mapped: how many, why, what they look like, and one more try."""

import os
import subprocess
import sys

import pandas as pd
import streamlit as st

from pipeline.settings import ROOT
from views import _data, _rights, _show, _texts

say = _texts.of("health")

SHOWN = 50
COMMAND = ("-m", "pipeline", "retry")
SECONDS = 600


def draw() -> None:
    """Draw the rejects by file and reason."""
    st.subheader(say("rejects"))
    found = _data.ask("rejects", many=SHOWN)
    if found.empty:
        st.caption(say("no_rejects"))
        return
    names = {"file": say("file"), "reason": say("reason"), "many": say("many"), "last": say("last")}
    shown = found[list(names)].rename(columns=names)
    st.dataframe(shown, hide_index=True, alt=say("rejects_alt"))
    _show.download(shown, "rejects")
    examples(found)
    if _rights.viewer().may_write:
        offer_retry()


def examples(found: pd.DataFrame) -> None:
    """Show what the rows behind each line look like."""
    with st.expander(say("example_of"), icon=":material/data_object:"):
        st.caption(say("example_note"))
        st.code("python -m pipeline rejects --json", language=None)
        for row in found.head(10).to_dict("records"):
            st.text(f"{row['file']}: {row['reason']}")
            rows = _data.ask("reject_examples", file=row["file"], reason=row["reason"])
            for example in rows.to_dict("records"):
                st.code(f"{say('example_row', number=example['row_number'])}\n{example['shape']}", language=None)
            if rows.empty:
                st.caption(say("no_example"))


def offer_retry() -> None:
    """Let one map them again: the pipeline does it in a process of its own, if nobody else is at work."""
    if st.button(say("retry"), icon=":material/replay:", help=say("retry_help")):
        with st.spinner(say("retrying")):
            done = retry()
        if done.returncode == 0:
            st.success(say("retried"))
            st.code(done.stdout, language=None, wrap_lines=True)
        else:
            st.error(say("not_retried"))
            st.code("python -m pipeline retry", language=None)
            st.text(done.stderr)


def retry() -> subprocess.CompletedProcess[str]:
    """Run the command that maps rejects again, without waiting for others."""
    command = [sys.executable, *COMMAND, "--wait", "0"]
    env = os.environ | {"NO_COLOR": "1"}
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=SECONDS, check=False)
