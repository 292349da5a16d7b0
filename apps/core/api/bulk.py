"""What a call with many records is refused with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from apps.core.errors import FieldError, InvalidInput


class BulkRefused(InvalidInput):
    """All or nothing: names every bad row."""

    def __init__(self, results: Sequence[dict[str, Any]]) -> None:
        errors = [e for row in results for e in row["errors"]]
        super().__init__([FieldError(e["field"], e["detail"], e["code"]) for e in errors])
