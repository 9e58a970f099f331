"""What models read in texts, saved for every mention that says them."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import pyarrow as pa

from pipeline.store import Workspace, connect, count, incoming, now, query, transaction

READING_SCHEMA = pa.schema(
    [("text", pa.string()), ("language", pa.string()), ("rule", pa.string()), ("doubtful", pa.bool_())]
    + [(label, pa.float32()) for label in ("negative", "neutral", "positive")]
)


@dataclass(frozen=True)
class Reading:
    """What a model read in a text: three probabilities, or only the language where it does not read that."""

    text: str
    negative: float | None = None
    neutral: float | None = None
    positive: float | None = None
    doubtful: bool | None = None
    rule: str | None = None
    language: str | None = None


def read_unscored(workspace: Workspace, model: str, many: int) -> dict[str, list[str]]:
    """Return up to ``many`` distinct texts that the model has not read, by the brand that they are said to."""
    with connect(workspace.mentions) as con:
        rows = con.execute(query("unscored_texts"), {"model": model, "many": many}).fetchall()
    found: dict[str, list[str]] = {}
    for brand, text in rows:
        found.setdefault(brand, []).append(text)
    return found


def count_unscored(workspace: Workspace, model: str) -> int:
    """Return how many distinct texts the model has not scored; scores of equal texts are taken over first."""
    with connect(workspace.mentions) as con:
        con.execute(query("reuse_beside"), {"model": model, "now": now()})  # first: a score is never there without it
        con.execute(query("reuse_scores"), {"model": model, "now": now()})
        return count(con, query("count_unscored"), {"model": model})


def save_scores(workspace: Workspace, model: str, brand: str, readings: Sequence[Reading]) -> int:
    """Save what one model read in texts, for every mention that says them to the brand; return how many that were."""
    table = pa.Table.from_pylist([asdict(reading) for reading in readings], schema=READING_SCHEMA)
    with connect(workspace.mentions) as con, transaction(con), incoming(con, table):
        return count(con, query("save_scores"), {"model": model, "brand": brand, "now": now()})
