"""What a text that is said to one brand feels toward the others that it names."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict

import pyarrow as pa

from pipeline import rules, whole_words
from pipeline.rules import Rule
from pipeline.scores import READING_SCHEMA, Reading
from pipeline.store import Workspace, connect, incoming, now, query, transaction
from pipeline.touch import Brand
from pipeline.whole_words import bare, joined, without_links

Names = Mapping[str, tuple[str, ...]]  # key of a brand -> everything that a text may call it


def names_of(brands: Iterable[Brand]) -> dict[str, tuple[str, ...]]:
    """Return how each brand is called."""
    return {brand.key: brand.names() for brand in brands}


def others_in(text: str, key: str, names: Names) -> list[str]:
    """Return the brands beside ``key`` that a text has a name of, as the model finds it there.

    Of names that begin alike (Virgin, Virgin America) the longer one is meant, whosever it is. A link names nobody: the
    model does not find the brand there, and would take the text as spoken to it.
    """
    text = without_links(text)
    plain = joined(text)  # most names stand nowhere in it: that is quicker to see without a pattern
    there = tuple(name for called in names.values() for name in called if bare(name) and bare(name) in plain)
    finding = whole_words.names(there)
    found = set(finding.findall(text)) if finding else set()
    return [brand for brand, called in names.items() if brand != key and is_any(found, called)]


def is_any(found: Iterable[str], called: tuple[str, ...]) -> bool:
    """Say whether any of some words is one of a brand's names."""
    own = whole_words.names(called)
    return own is not None and any(own.fullmatch(words) for words in found)


def waiting(found: Sequence[Reading], key: str, names: Names, phrases: Sequence[Rule]) -> dict[str, list[str]]:
    """Return the texts of readings toward one brand that are to be read toward others, too, by these.

    A language that is not read, and a feeling that a phrase rule decided, say nothing of another brand.
    """
    texts: dict[str, list[str]] = {}
    for reading in found:
        if reading.positive is not None and not rules.decided(reading.text, phrases):
            for other in others_in(rules.to_read(reading.text, phrases), key, names):
                texts.setdefault(other, []).append(reading.text)
    return texts


def save(workspace: Workspace, model: str, brand: str, target: str, readings: Sequence[Reading]) -> None:
    """Save what a model read toward ``target`` in texts, for every mention that says them to ``brand``."""
    table = pa.Table.from_pylist([asdict(reading) for reading in readings], schema=READING_SCHEMA)
    values = {"model": model, "brand": brand, "target": target, "now": now()}
    with connect(workspace.mentions) as con, transaction(con), incoming(con, table):
        con.execute(query("save_beside"), values)
