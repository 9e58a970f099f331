"""Every number that `relate` computes, in the order in which they build on each other."""

from pathlib import Path

HERE = Path(__file__).parent

# Name of the derived table -> what it says. The query of the same name computes it, or what a function of the same name
# in FINISH (build.py) makes it from; docs/metrics.md explains it.
METRICS = {
    "role": "what every account is",
    "grouping": "which kinds, lists and organisations people belong to",
    "label": "what people said that a mention means",
    "debias": "what a score is worth, after the model's errors were taken out",
    "ledger": "every touch with the score that counts",
    "spread": "how much people differ from each other, and from themselves",
    "feeling": "what a person feels toward a brand, with interval",
    "feeling_path": "the same on each day that they spoke",
    "person": "one row per relationship",
    "brand_index": "how people feel about a brand, by week and month",
    "volume": "how much was said, by week, month and label",
}


def sql(name: str) -> str:
    """Return the query of a metric."""
    return (HERE / f"{name}.sql").read_text(encoding="utf-8")
