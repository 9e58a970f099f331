"""What a text that is said to one brand feels toward the others that it names."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict

import pyarrow as pa

from pipeline import rules
from pipeline.rules import Rule
from pipeline.scores import READING_SCHEMA, Reading
from pipeline.store import Workspace, connect, incoming, now, query, transaction
from pipeline.touch import Brand
from pipeline.whole_words import folded, pattern, without_links

Names = Mapping[str, tuple[str, ...]]  # key of a brand -> everything that a text may call it


def names_of(brands: Iterable[Brand]) -> dict[str, tuple[str, ...]]:
    """Return how each brand is called."""
    return {brand.key: brand.names() for brand in brands}


def others_in(text: str, key: str, names: Names) -> list[str]:
    """Return the brands beside ``key`` that a text has a name of, as whole words in any case.

    Of names that begin alike (Virgin, Virgin America) the longer one is meant, whosever it is. A link names nobody: the
    model does not find the brand there, and would take the text as spoken to it.
    """
    text = without_links(text)
    plain = folded(text)  # most names stand nowhere in it: that is quicker to see without a pattern
    there = [
        (name, brand) for brand, called in names.items() for name in called if name.strip() and folded(name) in plain
    ]
    found = set()
    for name, brand in sorted(there, key=lambda each: -len(each[0])):
        text, many = pattern(name).subn("|", text)
        found |= {brand} if many else set()
    return [brand for brand in names if brand in found and brand != key]


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
