"""The elements of JSON arrays out of a stream, one by one, however long they are and whatever is wrong with some."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any, TextIO

from pipeline.sources.json_values import DECODER
from pipeline.touch import Record

BLOCK = 1 << 16  # characters read at a time; to tell of a fault, Python looks through all that was read before it
LONGEST = 1 << 26  # characters of one element; a longer one is no message
KEPT = 1 << 16  # characters of what cannot be read
TRIES = 1000  # objects behind a fault that are looked at, until the rest is given up
NEAR = 16  # characters from a fault to the end of what is read, within which the next ones may mend it
BETWEEN = " \t\r\n,;"
NEXT = re.compile(r"[\[,}\]\n]\s*(?=\{)")  # before an object, which may be the next element
FIRST_KEY = re.compile(r'\{\s*"([^"\\]*)"')


@dataclass
class Stream:
    """What was read of a file and is not used yet: the text from ``place`` on."""

    file: TextIO
    text: str = ""
    place: int = 0

    def grow(self) -> bool:
        """Read on, at least as much as is left; say whether there was more."""
        left = len(self.text) - self.place
        block = self.file.read(max(BLOCK, left)) if left < LONGEST else ""
        if block:
            self.text, self.place = self.text[self.place :] + block, 0
        return bool(block)

    def peek(self) -> str:
        """Return the next character that says something, and stand before it; empty at the end."""
        while True:
            self.place = skip(self.text, self.place, BETWEEN)
            if self.place < len(self.text):
                return self.text[self.place]
            if not self.grow():
                return ""

    def value(self) -> tuple[Any, str]:
        """Return the next value and stand behind it, or what keeps it from being one."""
        while True:
            value, end, problem = decoded(self.text, self.place)
            if end < len(self.text) or not self.grow():
                break
        if not problem:
            self.place = end
        return value, problem

    def skip_fault(self, keys: Collection[str]) -> str:
        """Return what stands before the next object that is like its siblings, and stand before that, or at the end."""
        found, tries = self.place + 1, 0
        while tries < TRIES:
            match = NEXT.search(self.text, found)
            value, end, problem = decoded(self.text, match.end()) if match else (None, len(self.text), "")
            seen = found - self.place
            if end >= len(self.text) and self.grow():
                found = seen
                continue
            if match is None:
                break
            if not problem and is_like(value, keys):
                fault, self.place = self.text[self.place : match.end()], match.end()
                return fault
            found, tries = match.end(), tries + 1
        fault, self.text, self.place = self.text[self.place :], "", 0
        while self.file.read(BLOCK):  # what is beyond LONGEST, or behind too many tries, is a part of the fault
            pass
        return fault


def read_json_array(file: TextIO) -> Iterator[Any]:
    """Yield the elements of an array, and of others that follow it.

    What is no JSON becomes a record with its problem, up to the next object that has most keys of the one before it.
    What stands before the first ``[`` is dropped, such as ``window.YTD.tweets.part0 =``.
    """
    stream = opened(file)
    keys: Collection[str] = ()
    number, inside = 0, True
    while True:
        character = stream.peek()
        if character == "]" or (character == "[" and not inside):
            inside, stream.place = character == "[", stream.place + 1
            continue
        if not character and not inside:
            return
        number += 1
        value, problem = stream.value()
        if not problem:
            keys = value.keys() if isinstance(value, dict) else keys
            yield value
            continue
        rest = stream.skip_fault(keys or FIRST_KEY.findall(stream.text[stream.place : stream.place + KEPT])[:1])
        yield Record(number, {"rest": rest[:KEPT]}, f"JSON breaks off: {problem}")
        if not stream.text:
            return


def begins_array(text: str) -> bool:
    """Say whether a text begins like an array: with a bracket, and behind it a value, perhaps one with a fault."""
    if not text.startswith("["):
        return False
    first = skip(text, 1, " \t\r\n")
    return text[first : first + 1] in ("", "{", "[", "]", '"') or not decoded(text, first)[2]


def opened(file: TextIO) -> Stream:
    """Return a stream that stands after the first opening bracket."""
    stream = Stream(file)
    while "[" not in stream.text and stream.grow():
        pass
    found = stream.text.find("[")
    stream.place = found + 1 if found >= 0 else len(stream.text)
    return stream


def is_like(value: Any, keys: Collection[str]) -> bool:
    """Say whether a value is an object with most of some keys."""
    return isinstance(value, dict) and 2 * len(value.keys() & set(keys)) >= len(keys)


def decoded(text: str, place: int) -> tuple[Any, int, str]:
    """Return the value at a place, where it ends, and what keeps it from being one.

    Of what is none the end is where the fault is; that of the text where it may have been cut there.
    """
    try:
        return *DECODER.raw_decode(text, place), ""
    except ValueError as error:  # not JSON, or a number of thousands of digits
        problem, spot = getattr(error, "msg", str(error)), getattr(error, "pos", place)
        is_cut = problem.startswith("Unterminated") or spot >= len(text) - NEAR
        return None, len(text) if is_cut else spot, problem
    except RecursionError:
        return None, place, "nested too deeply"


def skip(text: str, place: int, characters: str) -> int:
    """Return the first place at or after ``place`` that holds none of the characters."""
    while place < len(text) and text[place] in characters:
        place += 1
    return place
