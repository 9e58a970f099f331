"""A digest as plain text, for a terminal, a chat or a mail program that shows no HTML."""

from collections.abc import Sequence
from textwrap import fill

from pipeline.digest.brands import Brand, Index
from pipeline.digest.contents import Digest
from pipeline.telling import texts
from pipeline.telling.words import interval, signed

say = texts.of("digest")

WIDTH = 78


def render(digest: Digest) -> str:
    """Return the digest below its title, which mail and chats show by themselves."""
    blocks = [digest.span, *(of_brand(brand) for brand in digest.brands)]
    blocks += [listed(say("work"), digest.work)] if digest.work else []
    blocks.append(listed(say("fresh"), digest.fresh))
    blocks += [f"{say('open')}: {digest.dashboard}"] if digest.dashboard else []
    return "\n\n".join([*blocks, fill(digest.footer, WIDTH)]) + "\n"


def of_brand(brand: Brand) -> str:
    """Return what is told of a brand."""
    name = brand.name.upper()
    lines = [name, "-" * min(len(name), WIDTH), feeling(brand.index), fill(brand.change, WIDTH)]
    if brand.people or brand.topics:
        lines += ["", say("where_from"), *split(say("of_people"), brand.people), *split(say("of_topics"), brand.topics)]
        lines.append(fill(say("not_cause"), WIDTH))
    lines += [fill(brand.movers, WIDTH)] if brand.movers else []
    lines += ["", say("alerts"), *bullets(brand.alerts)] if brand.alerts else [brand.no_alerts]
    return "\n".join(lines)


def feeling(index: Index) -> str:
    """Return the index with its interval and what stands behind it."""
    if index.now is None:
        return index.sizes
    return f"{signed(index.now)} ({say('interval', band=interval(index.low, index.high))}), {index.sizes}"


def split(heading: str, parts: Sequence[str]) -> list[str]:
    """Return one way to take a change apart, where there is anything to tell of it."""
    return [f"{heading}:", *bullets(parts)] if parts else []


def listed(heading: str, lines: Sequence[str]) -> str:
    """Return some lines below their heading."""
    return "\n".join([heading, *bullets(lines)])


def bullets(lines: Sequence[str]) -> list[str]:
    """Return each line as a point of a list."""
    return [fill(line, WIDTH, initial_indent="- ", subsequent_indent="  ") for line in lines]
