"""What people typed of one person, as it counts now."""

from dataclasses import dataclass
from typing import Any

import streamlit as st

from pipeline import journal_reads
from pipeline.store import StoreError
from views import _data, _pulse_notes, _texts, _words
from views._labels import Since
from views._person_whom import Whom

say = _texts.of("person")

Item = dict[str, Any]
Rows = list[Item]


@dataclass(frozen=True)
class Typed:
    """The rows of the reads of `pipeline.journal_reads` of these names; ``since``, ``labels``: what waits."""

    entries: Rows
    since: Rows
    fruit: Rows
    notes: Rows
    promises: Rows
    members: Rows
    annotations: Rows
    labels: Since


def read(whom: Whom) -> Typed | None:
    """Return what was typed of a person, or None, having said why it cannot be read. Who is not named has nothing."""
    brand, accounts = whom.brand, whom.accounts
    try:
        annotations, labels = _pulse_notes.read(brand), _data.labels_since(brand)
        if not accounts:
            return Typed([], [], [], [], [], [], annotations, labels)
        return Typed(
            entries=_data.typed(journal_reads.read_entries, brand, accounts),
            since=_data.typed(journal_reads.read_entries_since, brand, accounts, whom.until),
            fruit=_data.typed(journal_reads.read_fruit, brand, accounts),
            notes=_data.typed(journal_reads.read_notes, brand, accounts),
            promises=_data.typed(journal_reads.read_promises, brand, accounts),
            members=_data.typed(journal_reads.read_members, accounts),
            annotations=annotations,
            labels=labels,
        )
    except StoreError as error:
        st.error(say("unreadable", reason=_words.plain(str(error))))
        return None
