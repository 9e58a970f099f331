"""What was out of the ordinary in a week or month, in words."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pipeline.digest.published import Published, names_of
from pipeline.digest.words import VOICE, say
from pipeline.telling import sentences, span
from pipeline.telling.enough import FEWEST

LONGEST = timedelta(days=31)  # of the weeks and months that alerts are of


@dataclass(frozen=True)
class Alert:
    """What was out of the ordinary: what it is known by, when its week or month ended, and the words on it."""

    subject: str
    end: datetime
    words: str


def alerts(numbers: Published, brand: str, since: datetime, until: datetime) -> list[Alert]:
    """Return the alerts of weeks and months that ended after ``since`` and not after ``until``, the newest first."""
    found = numbers.read("alerts", brand=brand, start=since - LONGEST, until=until).to_dict("records")
    ends = ((span.of_point(row["period"], row["grain"]).until, row) for row in found)
    return [
        Alert(f"{brand}:{row['grain']}:{row['period']:%Y-%m-%d}", end, of_alert(numbers, brand, row))
        for end, row in ends
        if since < end <= until
    ]


def of_alert(numbers: Published, brand: str, row: dict[Any, Any]) -> str:
    """Return an alert in words, with whether it survives leaving out whoever moved it most."""
    one = row["one_person"]
    name = names_of(numbers, brand, [one]).get(one) if one and numbers.names else None
    told = sentences.alert(VOICE, row, name or VOICE.say("somebody"))
    return told + (say("survives") if row["survives"] and row["people"] >= FEWEST else "")
