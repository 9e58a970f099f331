"""What a change came from, in rows that can be told.

Every frame that comes in later is one of `pipeline.metrics.why`. A group of fewer than FEWEST people is told only
together with others; the sums stay what they are. The error of a sum is at most the sum of the errors: that is told.
"""

from collections.abc import Sequence

import pandas as pd
import pyarrow as pa

from pipeline.metrics import why
from pipeline.telling.enough import FEWEST, NO_ERROR

WHO = {"within": "stayers", "mix": "stayers", "newcomer": "newcomers", "leaver": "leavers"}
SMALL, OTHER_TOPICS = "smaller topics", "all other topics"
OTHERS = "all others"  # as pipeline.metrics.why calls them
ROW = ("name", "contribution", "se", "people", "people_before", "mentions", "mentions_before")


def taken_apart(rows: pd.DataFrame, dimensions: Sequence[str]) -> pd.DataFrame:
    """Return what `pipeline.metrics.why` makes of rows of the read `why`, by what is to be shown alone.

    Each dimension more is drawn 150 times.
    """
    wanted = rows[rows["dimension"].isin(dimensions)]
    found: pd.DataFrame = why.finish(pa.Table.from_pandas(wanted, preserve_index=False)).to_pandas()
    return found


def rows(found: pd.DataFrame, dimension: str) -> pd.DataFrame:
    """Return the rows of one dimension, one person one voice."""
    return found[(found["weighting"] == "person") & (found["dimension"] == dimension)]


def summed(parts: pd.DataFrame, counts: str) -> pd.DataFrame:
    """Return ROW per name: contributions and errors added up, counts by the rule given."""
    rule = {"contribution": "sum", "se": lambda errors: errors.sum(skipna=False)}
    rule |= dict.fromkeys(ROW[3:], counts)
    return parts.groupby("name", as_index=False, sort=False).agg(rule)


def heard(groups: pd.DataFrame) -> pd.Series:
    """Return the people behind each group: of those who left, the people before."""
    return groups[["people", "people_before"]].max(axis=1)


def groups(found: pd.DataFrame) -> pd.DataFrame:
    """Return ROW for those who stayed, came and left; empty where these are too few to be told apart."""
    told = rows(found, "people")
    told = summed(told.assign(name=told["part"].map(WHO)), "max")
    while len(told) > 1 and heard(told).min() < FEWEST:
        smallest = heard(told).nsmallest(2).index
        joined = " and ".join(told.loc[sorted(smallest), "name"])
        told.loc[smallest, "name"] = joined
        told = summed(told, "sum")
    return told if len(told) > 1 else told.iloc[:0]


def topics(found: pd.DataFrame, most: int = 8) -> pd.DataFrame:
    """Return ROW per topic, what moved the index most first, in ``most`` rows.

    Topics of fewer than FEWEST people are one row with the next larger one. Of rows that are ``joined`` the counts are
    the least that they can be: a person may speak of several topics.
    """
    told = rows(found, "topic")
    told = summed(told.assign(name=told["key"]), "max")
    few = heard(told) < FEWEST
    if few.any() and not few.all():
        few |= told.index == heard(told).where(~few).idxmin()
    if few.any():
        told = summed(told.assign(name=told["name"].where(~few, SMALL)), "max")
    told = told.sort_values("contribution", key=abs, ascending=False, kind="stable", ignore_index=True)
    if len(told) > most:
        told = summed(told.assign(name=told["name"].where(told.index < most - 1, OTHER_TOPICS)), "max")
    told = told.assign(joined=told["name"].isin((SMALL, OTHER_TOPICS)))
    return told if len(told) > 1 else told.iloc[:0]


def persons(found: pd.DataFrame, most: int) -> pd.DataFrame:
    """Return who raised the index most and who lowered it, ``most`` each, the strongest first, then all others as one.

    Columns key, contribution, mentions, mentions_before.
    """
    told = why.top(each_once(rows(found, "person")), most)
    told = told.sort_values("contribution", key=abs, ascending=False, kind="stable")
    told = told.sort_values("key", key=lambda keys: keys == OTHERS, kind="stable", ignore_index=True)
    return told[["key", "contribution", "mentions", "mentions_before"]]


def each_once(parts: pd.DataFrame) -> pd.DataFrame:
    """Return a row per person: who stayed has two, within and mix, that both count all of their mentions."""
    rule = {column: "first" for column in parts.columns if column != "key"}
    once = parts.groupby("key", as_index=False, sort=False).agg(rule | {"contribution": "sum"})
    return once.assign(part="all")


def is_sure(contribution: float, se: float) -> bool:
    """Say whether a contribution is more than chance would do (90 %)."""
    return bool(se > NO_ERROR and abs(contribution) > 1.645 * se)  # of a missing error it is not
