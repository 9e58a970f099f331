"""Says how surely a quarter's people differ from those of the quarter before: the log-rank test (Mantel 1966)."""

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from scipy.special import chdtrc


def adjusted(p: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return Benjamini and Hochberg's q of each p (n,)."""
    from statsmodels.stats.multitest import multipletests  # late, since it takes a third of a second

    return np.asarray(multipletests(p, method="fdr_bh")[1])


def finish(rows: pa.Table) -> pa.Table:
    """Return the rows with p and q: the chance of such a difference where there is none, alone and among all asked.

    q is Benjamini and Hochberg's, over the quarters of one brand and outcome. Both are null where nobody had it.
    """
    gap = np.asarray(rows["observed"], dtype=float) - np.asarray(rows["expected"], dtype=float)
    variance = np.asarray(rows["variance"], dtype=float)
    known = variance > 0
    p = np.full(len(gap), np.nan)
    p[known] = chdtrc(1, gap[known] ** 2 / variance[known])
    q = p.copy()
    family = np.array([f"{brand}\n{outcome}" for brand, outcome in zip(rows["brand"], rows["outcome"], strict=True)])
    for each in np.unique(family[known]):
        asked = known & (family == each)
        q[asked] = adjusted(p[asked])
    return rows.append_column("p", pa.array(p, from_pandas=True)).append_column("q", pa.array(q, from_pandas=True))
