"""The elements of a JSON array out of a stream, one by one, however long the array is."""

from collections.abc import Iterator
from typing import Any, TextIO

from pipeline.sources.json_values import DECODER
from pipeline.touch import Record

BLOCK = 1 << 20  # characters read at a time
LONGEST = 1 << 26  # characters of one element; a longer one is no message


def read_json_array(file: TextIO) -> Iterator[Any]:
    """Yield the elements; where the array breaks off, the rest becomes one record with its problem.

    What stands before the first ``[`` is dropped, such as ``window.YTD.tweets.part0 =``.
    """
    text, place, number = opened(file), 0, 0
    while True:
        place = skip(text, place, " \t\r\n,")
        if text.startswith("]", place):
            return
        value, end, problem = decoded(text, place)
        left = len(text) - place
        if (problem or end == len(text)) and left < LONGEST and (block := file.read(max(BLOCK, left))):
            text, place = text[place:] + block, 0
            continue
        number += 1
        if problem:
            yield Record(number, {"rest": text[place : place + 2000]}, f"JSON breaks off: {problem}")
            return
        yield value
        place = end


def opened(file: TextIO) -> str:
    """Return the first block of text after the opening bracket."""
    text = ""
    while "[" not in text and (block := file.read(BLOCK)):
        text += block
    return text.partition("[")[2]


def decoded(text: str, place: int) -> tuple[Any, int, str]:
    """Return the value at a place and where it ends, or what keeps it from being one."""
    try:
        return *DECODER.raw_decode(text, place), ""
    except ValueError as error:  # not JSON, or a number of thousands of digits
        return None, 0, getattr(error, "msg", str(error))
    except RecursionError:
        return None, 0, "nested too deeply"


def skip(text: str, place: int, characters: str) -> int:
    """Return the first place at or after ``place`` that holds none of the characters."""
    while place < len(text) and text[place] in characters:
        place += 1
    return place
