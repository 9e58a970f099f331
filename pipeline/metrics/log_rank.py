"""Says how surely a quarter's people differ from those of the quarter before: the log-rank test (Mantel 1966)."""

import numpy as np
import pyarrow as pa
from scipy.special import chdtrc

from pipeline.metrics.false_discovery import q_values


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
        q[asked] = q_values(p[asked])
    return rows.append_column("p", pa.array(p, from_pandas=True)).append_column("q", pa.array(q, from_pandas=True))
