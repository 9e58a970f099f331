"""HTML as networks send it, as the plain text that a person would read."""

import re
from html.parser import HTMLParser

BREAKS = frozenset({"p", "br", "div", "li", "tr", "blockquote", "pre", "hr", *(f"h{level}" for level in range(1, 7))})
SILENT = frozenset({"script", "style", "template", "noscript"})


class Reader(HTMLParser):
    """What is left of HTML when it is read aloud: the words, and a new line where a block begins or ends."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a line, or something that nobody reads."""
        self.silent += tag in SILENT
        self.parts += ["\n"] if tag in BREAKS else []

    def handle_endtag(self, tag: str) -> None:
        """End a line, or something that nobody reads."""
        self.silent = max(self.silent - (tag in SILENT), 0)
        self.parts += ["\n"] if tag in BREAKS else []

    def handle_data(self, data: str) -> None:
        """Take the words."""
        if not self.silent:
            self.parts.append(data)


def to_text(html: str) -> str:
    """Return HTML as plain text: one line a paragraph, without empty ones, every run of spaces one space."""
    reader = Reader()
    reader.feed(html)
    reader.close()
    lines = (re.sub(r"\s+", " ", line).strip() for line in "".join(reader.parts).split("\n"))
    return "\n".join(line for line in lines if line)
