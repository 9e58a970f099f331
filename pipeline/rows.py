"""Touches and rejects as rows of Arrow tables."""

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

import pyarrow as pa

from pipeline.touch import Account, Mapped, Reject, dump, sound

TEXTS = (
    *("touch_id", "brand", "account_id", "source", "handle", "name", "kind", "touch_source", "direction", "touch_kind"),
    *("conversation", "reply_to", "text", "url", "author", "payload", "link", "email"),
)
TOUCH_SCHEMA = pa.schema(
    [("number", pa.int64()), ("public", pa.bool_()), ("addressed", pa.bool_()), ("verified", pa.bool_())]
    + [("happened_at", pa.timestamp("us"))]
    + [(name, pa.string()) for name in TEXTS]
)
# Columns of TOUCH_SCHEMA by the fields that they come from.
TOUCH_COLUMNS = {"touch_id": "id", "touch_source": "source", "touch_kind": "kind", "happened_at": "at"} | {
    name: name
    for name in ("brand", "direction", "text", "public", "addressed", "conversation", "reply_to", "url", "author")
}
ACCOUNT_COLUMNS = {"account_id": "id"} | {field.name: field.name for field in fields(Account) if field.name != "id"}


def touch_table(mapped: Sequence[Mapped]) -> pa.Table:
    """Return touches with their accounts and payloads as one Arrow table."""
    touches = [item.touch for item in mapped]
    columns: dict[str, list[Any]] = {
        "number": [item.record.number for item in mapped],
        "payload": [dump(item.record) for item in mapped],
    }
    columns |= {name: [getattr(touch, field) for touch in touches] for name, field in TOUCH_COLUMNS.items()}
    columns |= {
        name: [getattr(touch.account, field) if touch.account else None for touch in touches]
        for name, field in ACCOUNT_COLUMNS.items()
    }
    return pa.table([to_column(columns[f.name], f.type) for f in TOUCH_SCHEMA], schema=TOUCH_SCHEMA)


def to_column(values: list[Any], kind: pa.DataType) -> pa.Array:
    """Return values as a column; half a character pair, which no column takes, becomes U+FFFD."""
    try:
        return pa.array(values, kind)
    except UnicodeEncodeError:
        return pa.array([value if value is None else sound(value) for value in values], kind)


def reject_table(rejects: Sequence[Reject], file: str) -> pa.Table:
    """Return rejects as an Arrow table."""
    rows = [
        {
            "file": file,
            "row_number": reject.record.number,
            "reason": reject.reason,
            "payload": dump(reject.record),
            "broken": reject.record.problem is not None,
        }
        for reject in rejects
    ]
    return pa.Table.from_pylist(rows)
