"""JSON texts as values: what is no number is none, whatever JSON's writers made of it."""

import json
import math
import re
from typing import Any

import orjson

LONG_NUMBER = re.compile("[0-9]{20}")


def finite(text: str) -> float | str:
    """Return a number, or its text where it is greater than every number that there is."""
    number = float(text)
    return number if math.isfinite(number) else text


# Not strict: a line break inside of a string, which must be written as \\n, is one all the same.
DECODER = json.JSONDecoder(parse_float=finite, parse_constant=lambda name: None, strict=False)


def read_json(text: str) -> Any:
    """Return the value of a JSON text; NaN and Infinity, as pandas writes them for what is missing, are None.

    What the fast reader does not take, or would round, is read by Python's own. Raises ValueError, RecursionError.
    """
    if not LONG_NUMBER.search(text):
        try:
            return orjson.loads(text)
        except ValueError:
            pass
    return DECODER.decode(text)
