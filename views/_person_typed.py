"""What people typed of one person, as it counts now."""

from dataclasses import dataclass
from typing import Any

import streamlit as st

from pipeline import journal_reads
from pipeline.store import StoreError
from views import _data, _texts, _words
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
    place, brand, accounts = _data.workspace(), whom.brand, whom.accounts
    try:
        annotations, labels = journal_reads.read_annotations(place, brand), _data.labels_since(brand)
        if not accounts:
            return Typed([], [], [], [], [], [], annotations, labels)
        return Typed(
            entries=journal_reads.read_entries(place, brand, accounts),
            since=journal_reads.read_entries_since(place, brand, accounts, whom.until),
            fruit=journal_reads.read_fruit(place, brand, accounts),
            notes=journal_reads.read_notes(place, brand, accounts),
            promises=journal_reads.read_promises(place, brand, accounts),
            members=journal_reads.read_members(place, accounts),
            annotations=annotations,
            labels=labels,
        )
    except StoreError as error:
        st.error(say("unreadable", reason=_words.plain(str(error))))
        return None
