"""Of how many people it is told what they feel."""

import pandas as pd

from pipeline.metrics.fewest import FEWEST as FEWEST

NO_ERROR = 1e-9  # of an error no larger: that all of a few people said the same, as labels may, is no certainty
OF_BOTH = ("before", "se_before", "change", "se_change")
TOLD = ("now", "se", "low", "high", *OF_BOTH, "post_now", "post_low", "post_high")


def of_enough(frame: pd.DataFrame, *columns: str) -> pd.DataFrame:
    """Return a frame with these columns empty in the rows behind which fewer than FEWEST ``people`` stand."""
    return frame.assign(**{column: frame[column].where(frame["people"] >= FEWEST) for column in columns})


def of_both(period: pd.DataFrame) -> pd.DataFrame:
    """Return rows of the read `period` that tell of a side with fewer than FEWEST people its counts alone."""
    told = of_enough(period, *TOLD)
    both = told["people_before"] >= FEWEST
    return told.assign(**{column: told[column].where(both) for column in OF_BOTH})
