"""What labels did to a month, as a figure."""

from collections.abc import Mapping

import pandas as pd
import plotly.graph_objects as go

from views._charts import NEGATIVE, NEUTRAL, POSITIVE, feeling_axis, frame

Z90 = 1.645
WAYS = (
    ("model", "circle-open", NEUTRAL),
    ("labels_only", "diamond-open", NEGATIVE),
    ("estimate", "square", POSITIVE),
)


def audit(months: pd.DataFrame, names: Mapping[str, str], title: str) -> go.Figure:
    """Return the feeling of each month three times: by the model alone, by labels alone, and by both, with 90 % bands.

    ``months`` has month, model, labels_only, se_labels_only, estimate, low, high, labels, mentions; ``names`` says what
    the three ways are called.
    """
    figure = frame(title, 360, yaxis=feeling_axis("Feeling (−1 to +1)"), xaxis={"type": "category", "tickangle": 0})
    figure.update_layout(scattermode="group", legend={"y": -0.26})
    bands = {
        "labels_only": (Z90 * months["se_labels_only"], Z90 * months["se_labels_only"]),
        "estimate": (months["high"] - months["estimate"], months["estimate"] - months["low"]),
    }
    for way, symbol, colour in WAYS:
        above, below = bands.get(way, (None, None))
        figure.add_scatter(
            x=[f"{month:%b<br>%Y}" for month in months["month"]],
            y=months[way],
            name=names[way],
            mode="markers",
            offsetgroup=way,
            marker={"symbol": symbol, "color": colour, "size": 10},
            error_y=None if above is None else {"type": "data", "array": above, "arrayminus": below, "color": colour},
            customdata=months[["labels", "mentions"]],
            hovertemplate="%{x}: %{y:+.2f}<br>%{customdata[0]} labels of %{customdata[1]} mentions",
        )
    figure.add_hline(y=0, line={"color": NEUTRAL, "width": 1})
    return figure
