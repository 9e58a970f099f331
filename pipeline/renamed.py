"""Scores that were made when brands had other names: found and taken out, so that they are made anew."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Protocol

from pipeline import rules
from pipeline.beside import Names, names_of, others_in
from pipeline.rules import Rule
from pipeline.store import Workspace, connect, query, reading, transaction
from pipeline.touch import Brand
from pipeline.whole_words import READING


class Marker(Protocol):
    """What is needed of a model to see whether names change what it is given."""

    def inputs(self, texts: Sequence[str], target: tuple[str, ...], others: tuple[str, ...]) -> list[Any]:
        """Return what the network is given of each text, with the names of brands marked in it."""


def changed(workspace: Workspace, model: str, brands: Sequence[Brand]) -> list[str]:
    """Return the brands that came, went or are called otherwise since the scores of a model were made."""
    if not workspace.mentions.exists():
        return []
    (before, _), after = read_called(workspace, model), names_of(brands)
    return sorted(key for key in {*before, *after} if before.get(key) != after.get(key)) if before else []


def settle(
    workspace: Workspace, model: str, brands: Sequence[Brand], phrases: Sequence[Rule], load: Callable[[], Marker]
) -> int:
    """Take out the scores of a model that other names of brands would change; return of how many mentions they are.

    So it is where an Orchard of before has found names and phrases otherwise. The model is loaded only where names have
    changed. What the brands are called now is kept in the same transaction.
    """
    (before, is_found_alike), after = read_called(workspace, model), names_of(brands)
    if before == after and is_found_alike:
        return 0
    found: dict[str, set[str]] = {}
    if before != after:
        marker = load() if before else None
        for brand, texts in read_texts(workspace, model).items():
            found[brand] = set(stale(brand, texts, before, after, phrases, marker))
    if not is_found_alike:
        for brand, text in found_otherwise(workspace, model, after, phrases):
            found.setdefault(brand, set()).add(text)
    return replace(workspace, model, after, {brand: sorted(texts) for brand, texts in found.items() if texts})


def found_otherwise(
    workspace: Workspace, model: str, names: Names, phrases: Sequence[Rule]
) -> Iterator[tuple[str, str]]:
    """Yield the brand and text of whatever a rule has a say in or names another brand, as it was found then or is now.

    Nobody knows how they were found then: all of these are read again.
    """
    with reading(workspace.mentions) as con:
        rows = con.execute(query("texts_read"), {"model": model}).fetchall()
    for brand, text, is_touched in rows:
        if is_touched or rules.applied(text, phrases) or others_in(text, brand, names):
            yield brand, text


def stale(
    brand: str, texts: list[str], before: Names, after: Names, phrases: Sequence[Rule], marker: Marker | None
) -> list[str]:
    """Return the texts to a brand of which a model would be given something else, or asked toward another brand, too.

    Without a marker nobody knows how brands were called: then only what names another brand, which nobody had asked of.
    """
    asked = [text for text in texts if not rules.decided(text, phrases)]
    read = [rules.to_read(text, phrases) for text in asked]
    if marker is None:
        return [text for text, words in zip(asked, read, strict=True) if others_in(words, brand, after)]
    pairs = zip(asked, seen(marker, read, brand, before), seen(marker, read, brand, after), strict=True)
    return [text for text, then, now in pairs if then != now]


def seen(marker: Marker, texts: list[str], brand: str, names: Names) -> list[tuple[Any, list[str]]]:
    """Return of each text what a model is given, and toward which other brands it is asked."""
    others = tuple(name for key, called in names.items() if key != brand for name in called)
    given = marker.inputs(texts, names.get(brand, ()), others)
    return [(what, sorted(others_in(text, brand, names))) for what, text in zip(given, texts, strict=True)]


def read_called(workspace: Workspace, model: str) -> tuple[dict[str, tuple[str, ...]], bool]:
    """Return how each brand was called when the scores of a model were made, and whether names were found then as now.

    Where nobody has kept that there are no names, and nothing was found otherwise.
    """
    with reading(workspace.mentions) as con:
        rows = con.execute("select brand, names, reading from called where model = $model", {"model": model}).fetchall()
    return {brand: tuple(names) for brand, names, _ in rows}, all(found_by == READING for *_, found_by in rows)


def read_texts(workspace: Workspace, model: str) -> dict[str, list[str]]:
    """Return the texts that a model has a feeling of, by the brand that they are said to."""
    with reading(workspace.mentions) as con:
        return dict(con.execute(query("scored_texts"), {"model": model}).fetchall())


def replace(workspace: Workspace, model: str, names: Names, texts: dict[str, list[str]]) -> int:
    """Keep the names, and remove what was said of texts under the former ones, at once; return how many scores."""
    removed = 0
    with connect(workspace.mentions) as con, transaction(con):
        for brand, found in texts.items():
            values = {"model": model, "brand": brand, "texts": found}
            con.execute(query("remove_stale_beside"), values)
            removed += int(con.execute(query("remove_stale"), values).fetchall()[0][0])
        con.execute("delete from called where model = $model", {"model": model})
        rows = [[model, brand, list(called), READING] for brand, called in names.items()]
        if rows:
            con.executemany("insert into called (model, brand, names, reading) values (?, ?, ?, ?)", rows)
    return removed
