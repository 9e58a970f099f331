"""A digest as one HTML page: nothing is fetched, it fits a phone, and mail programs may darken it."""

from collections.abc import Sequence
from html import escape

from pipeline.digest.brands import Brand, Index
from pipeline.digest.contents import Digest
from pipeline.telling import texts
from pipeline.telling.words import interval, signed

say = texts.of("digest")

POSITIVE, NEGATIVE, NEITHER = "#0072B2", "#D55E00", "#767676"
SCHEMES = '<meta name="color-scheme" content="light dark"><meta name="supported-color-schemes" content="light dark">'
STYLE = """
:root { color-scheme: light dark; }
body { margin: 0; padding: 16px; background: #ffffff; color: #1a1d21; font: 16px/1.5 system-ui, -apple-system,
  "Segoe UI", Roboto, Helvetica, Arial, sans-serif; overflow-wrap: anywhere; }
main { max-width: 640px; margin: 0 auto; }
h1 { font-size: 22px; line-height: 1.3; margin: 0 0 4px; }
h2 { font-size: 18px; margin: 28px 0 4px; padding-top: 16px; border-top: 1px solid #d5d9de; }
h3 { font-size: 15px; margin: 16px 0 4px; }
p, ul { margin: 4px 0 8px; }
ul { padding-left: 20px; }
.number { font-size: 32px; font-weight: 700; line-height: 1.2; margin: 8px 0 0; }
.small { font-size: 14px; color: #565c64; }
table { width: 100%; border-collapse: collapse; }
.bar { margin-top: 8px; }
.ends { margin-bottom: 8px; }
td { padding: 0; }
.bar td { height: 10px; font-size: 1px; line-height: 1px; background: #e4e7ea; }
.ends td { width: 33.3%; height: auto; font-size: 12px; line-height: 1.4; background: none; color: #565c64; }
.ends td + td { text-align: center; }
.ends td + td + td { text-align: right; }
.open { display: inline-block; margin: 16px 0; padding: 10px 18px; border-radius: 6px; background: #0b5c8f;
  color: #ffffff; text-decoration: none; font-weight: 600; }
@media (prefers-color-scheme: dark) {
  body { background: #14171a; color: #e9ebee; }
  h2 { border-color: #3a4046; }
  .small, .ends td { color: #a9b0b8; }
  .bar td { background: #2c3238; }
}
"""


def render(digest: Digest) -> str:
    """Return the whole page. Everything that is not ours is escaped where it is put in."""
    body = [tag("h1", digest.title), tag("p", digest.span, "small"), *(of_brand(brand) for brand in digest.brands)]
    body += [tag("h2", say("work")), bullets(digest.work)] if digest.work else []
    body += [tag("h2", say("fresh")), bullets(digest.fresh, "small")]
    body += [f'<a class="open" href="{escape(digest.dashboard)}">{escape(say("open"))}</a>'] if digest.dashboard else []
    body.append(tag("p", digest.footer, "small"))
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">{SCHEMES}'
    title = tag("title", digest.title)
    begin = f'<!DOCTYPE html>\n<html lang="en"><head>{head}{title}<style>{STYLE}</style></head><body><main>'
    return "\n".join([begin, *body, "</main></body></html>\n"])


def tag(name: str, text: str, kind: str = "") -> str:
    """Return an element that holds a text, whatever stands in it."""
    chosen = f' class="{kind}"' if kind else ""
    return f"<{name}{chosen}>{escape(text)}</{name}>"


def bullets(lines: Sequence[str], kind: str = "") -> str:
    """Return lines as a list."""
    chosen = f' class="{kind}"' if kind else ""
    return f"<ul{chosen}>{''.join(tag('li', line) for line in lines)}</ul>"


def of_brand(brand: Brand) -> str:
    """Return what is told of a brand."""
    told = [tag("h2", brand.name), *feeling(brand.index), tag("p", brand.change)]
    if brand.people or brand.topics:
        told.append(tag("h3", say("where_from")))
        told += split(say("of_people"), brand.people) + split(say("of_topics"), brand.topics)
        told += [tag("p", brand.movers)] if brand.movers else []
        told.append(tag("p", say("not_cause"), "small"))
    told += [tag("h3", say("alerts")), bullets(brand.alerts)] if brand.alerts else [tag("p", brand.no_alerts, "small")]
    return "\n".join(told)


def split(heading: str, parts: Sequence[str]) -> list[str]:
    """Return one way to take a change apart, where there is anything to tell of it."""
    return [tag("p", heading, "small"), bullets(parts)] if parts else []


def feeling(index: Index) -> list[str]:
    """Return the index with its interval, drawn on the scale where it is known."""
    if index.now is None:
        return [tag("p", index.sizes, "small")]
    number = f'<p class="number" style="color: {colour(index)}">{escape(signed(index.now))}</p>'
    band = f"{say('interval', band=interval(index.low, index.high))}, {index.sizes}"
    return [number, tag("p", band, "small"), bar(index)]


def colour(index: Index) -> str:
    """Return the colour of what the interval allows one to say."""
    if index.low is None or index.high is None or index.low <= 0 <= index.high:
        return NEITHER
    return POSITIVE if index.low > 0 else NEGATIVE


def bar(index: Index) -> str:
    """Return the interval as a bar on the scale from -1 to +1: a table of one row, which mail programs draw."""
    if index.low is None or index.high is None:
        return ""
    left, width = (index.low + 1) * 50, max((index.high - index.low) * 50, 1)
    spans = ((left, ""), (width, f"; background: {colour(index)}"), (100 - left - width, ""))
    row = "".join(f'<td style="width: {max(part, 0):.1f}%{style}">&nbsp;</td>' for part, style in spans)
    ends = "".join(f"<td>{end}</td>" for end in ("−1", "0", "+1"))
    return "".join(
        f'<table class="{kind}" role="presentation" aria-hidden="true"><tr>{cells}</tr></table>'
        for kind, cells in (("bar", row), ("ends", ends))
    )
