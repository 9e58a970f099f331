"""Answers of networks with one part changed into something that nobody expects there."""

import copy
import random
from typing import Any

ODD = (None, True, 7, -1.5, "", "x", "a b/c", "\ud800", [], [None], [[]], {}, {"uri": {}}, {"id": []}, {"did": [1]})


def mutated(answer: Any, rng: random.Random) -> Any:
    """Return a copy of an answer with one of its parts, drawn evenly, replaced."""
    changed = copy.deepcopy(answer)
    places = list(places_of(changed))
    holder, key = places[rng.randrange(len(places))]
    holder[key] = rng.choice(ODD)
    return changed


def places_of(value: Any) -> Any:
    """Yield every place in a value as its holder and its key."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, below in list(items):
        yield value, key
        yield from places_of(below)
