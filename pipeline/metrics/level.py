"""What every person feels as of now: the feeling of their last day, drifted on through the silence since."""

import numpy as np
import pyarrow as pa

from pipeline.metrics.feeling_path import band, follow, to_days


def finish(rows: pa.Table) -> pa.Table:
    """Return one row per person: level with sd and 90 % interval as of now, mentions behind it, and the fade level.

    With silence the level goes back towards what is lasting, and the interval widens.
    """
    days = to_days(rows)
    last = days.first + days.many() - 1
    today = rows["today"].cast(pa.date32()).cast(pa.int32()).to_numpy().astype(float)
    state = follow(days).at(last).later(days.fade(last, today[last] - days.at[last]), days.td2[last])
    level, sd = days.mu[last] + state.sum(), np.sqrt(state.variance())
    low, high = band(level, sd)
    mentions = np.add.reduceat(days.mentions, days.first) if len(last) else days.mentions
    table = rows.select(["brand", "person_id"]).take(pa.array(last))
    table = table.append_column("mentions", pa.array(mentions.astype(int)))
    for name, values in (("level", level), ("sd", sd), ("low", low), ("high", high)):
        table = table.append_column(name, pa.array(values))
    return table.append_column("fade", rows["fade"].take(pa.array(last)))
