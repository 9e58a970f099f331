"""What every person feels as of now: the feeling of their last day, drifted on through the silence since."""

import numpy as np
import pyarrow as pa

from pipeline.metrics.feeling_path import State, band, deviation, follow, replaced_of, to_days


def finish(rows: pa.Table) -> pa.Table:
    """Return one row per person: level with sd and 90 % interval as of now, mentions behind it, and the fade level.

    With silence the level goes back towards what is lasting, and the interval widens.
    """
    days = to_days(rows)
    last = days.first + days.many() - 1
    today = rows["today"].cast(pa.date32()).cast(pa.int32()).to_numpy().astype(float)
    fade = days.fade(last, today[last] - days.at[last])

    def now(state: State) -> State:
        return state.at(last).later(fade, days.td2[last])

    state = now(follow(days))
    level, sd = days.mu[last] + state.sum(), deviation(state, now(replaced_of(days)).sum(), days, last)
    low, high = band(level, sd)
    mentions = np.add.reduceat(days.mentions, days.first) if len(last) else days.mentions
    table = rows.select(["brand", "person_id"]).take(pa.array(last))
    table = table.append_column("mentions", pa.array(mentions.astype(int)))
    for name, values in (("level", level), ("sd", sd), ("low", low), ("high", high)):
        table = table.append_column(name, pa.array(values))
    return table.append_column("fade", rows["fade"].take(pa.array(last)))
