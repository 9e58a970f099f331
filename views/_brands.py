"""The brands beside each other over the same days."""

import pandas as pd

from pipeline.telling.enough import of_both
from views import _data, _filters, _texts
from views._days import Days

say = _texts.of("shared")


def names() -> dict[str, str]:
    """Return the name of each brand that has touches, the own one first."""
    brands = _filters.brands()
    return dict(zip(brands["brand"], brands["name"], strict=True))


def is_other(brand: str) -> bool:
    """Say whether a brand is not the own one; where none is said to be, all are taken for it."""
    found = _filters.brands().set_index("brand")["own"]
    return bool(found.any()) and not found[brand]


def called(brand: str, name: str) -> dict[str, str]:
    """Return what stands for a brand in a sentence: we, us and We (at its beginning), or its name where it is another.

    The name is data, as all that fills a text.
    """
    ours = {"we": say("we"), "us": say("us"), "We": say("we").capitalize()}
    return dict.fromkeys(ours, name) if is_other(brand) else ours


def side_by_side(span: Days) -> pd.DataFrame:
    """Return brand, name and the columns of the read `period`, a row per brand; of too few people only the counts."""
    rows = [
        _data.ask("period", brand=brand, **span.asked).assign(brand=brand, name=name) for brand, name in names().items()
    ]
    return of_both(pd.concat(rows, ignore_index=True))
