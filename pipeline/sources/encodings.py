"""In which encoding the text of a file is."""

import codecs
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from charset_normalizer import from_bytes

from pipeline.sources.files import FileError
from pipeline.touch import text_encoding

SNIFF_BYTES = 1 << 18
LINE_BYTES = 1 << 16  # of a longer line only so many are looked at together
ASCII = bytes(range(128))

# Of the bytes above 127, how many must form sound UTF-8 for a file to be UTF-8 with faults. Of 3,000 made-up texts in
# each of four East Asian encodings some reached it with ten characters of half-width kana, and none with forty.
NEARLY_ALL = 0.8

# What is guessed among where a file is not UTF-8 or UTF-16. Few, since short texts fit many look-alikes.
OLD_ENCODINGS = ("cp1252", "cp1251", "shift_jis", "gb18030", "euc_kr", "big5")

# What western texts hold of cp1252, as apostrophe, dash, euro sign and letters. Most of it stands alone among ASCII,
# where letters of other scripts stand side by side; charset_normalizer takes a single apostrophe for Chinese.
WESTERN = bytes([0x80, 0x85, 0x8A, 0x8C, 0x8E, *range(0x91, 0x98), 0x99, 0x9A, 0x9C, 0x9E, 0x9F, *range(0xA0, 0x100)])
MOSTLY_ALONE = 0.75


def find_encoding(path: Path) -> str:
    """Return the encoding of a file: by its byte order mark, else UTF-8 if nearly all of it is, else the likeliest one.

    Raises FileError where the file cannot be read or is not text.
    """
    try:
        with path.open("rb") as file:
            start = file.read(SNIFF_BYTES)
    except OSError as error:
        raise FileError(f"{path}: {error.strerror or error}") from error
    if not start.strip():
        raise FileError(f"{path}: the file is empty")
    if start.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):  # the first begins like UTF-16
        return "utf-32"
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if start[:200].count(0) > len(start[:200]) // 4:
        return "utf-16-le" if start[1:2] == b"\0" else "utf-16-be"
    return "utf-8-sig" if is_utf8(path) else guess_encoding(path)


def known_encoding(name: str) -> str:
    """Return an encoding that somebody chose. Raises FileError where none of that name is one of text."""
    try:
        return text_encoding(name)
    except ValueError as error:
        raise FileError(f"--encoding {error}") from error


def decodes(path: Path, encoding: str, to_the_end: bool = False) -> bool:
    """Say whether the whole file is of an encoding; a character that is cut off at the very end may be forgiven."""
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        with path.open("rb") as file:
            for block in blocks(file):
                decoder.decode(block)
        decoder.decode(b"", final=to_the_end)
    except UnicodeDecodeError:
        return False
    return True


def is_utf8(path: Path) -> bool:
    """Say whether a file is UTF-8, perhaps with a few faults, such as characters that were cut in the middle."""
    if decodes(path, "utf-8"):
        return True
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    high = faults = 0
    with path.open("rb") as file:
        for block in blocks(file):
            high += len(block.translate(None, ASCII))
            text = decoder.decode(block)
            faults += len(text) - len(text.encode("utf-8", "ignore").decode())
    return high - faults >= NEARLY_ALL * high


def blocks(file: BinaryIO) -> Iterator[bytes]:
    """Yield a file in blocks of SNIFF_BYTES."""
    while block := file.read(SNIFF_BYTES):
        yield block


def guess_encoding(path: Path) -> str:
    """Return the likeliest of the older encodings, by the lines that are not ASCII, wherever they stand.

    Raises FileError where none fits.
    """
    lines = telling_lines(path)
    if is_western(lines):
        return "cp1252"
    best = from_bytes(lines, cp_isolation=list(OLD_ENCODINGS)).best()
    if best is None:
        raise FileError(f"{path}: not a text file in any encoding that we know; save it as UTF-8")
    return best.encoding


def telling_lines(path: Path) -> bytes:
    """Return the lines of a file that are not ASCII, up to SNIFF_BYTES of them."""
    found, size = list[bytes](), 0
    with path.open("rb") as file:
        while size < SNIFF_BYTES and (line := file.readline(LINE_BYTES)):
            if not line.isascii():
                found.append(line)
                size += len(line)
    return b"".join(found)


def is_western(lines: bytes) -> bool:
    """Say whether the bytes above 127 are such as western texts have, and most of them stand alone."""
    high = lines.translate(None, ASCII)
    if high.translate(None, WESTERN):
        return False
    runs = lines.translate(bytes(128) + bytes([1] * 128)).split(b"\0")
    return runs.count(b"\1") >= MOSTLY_ALONE * len(high)
