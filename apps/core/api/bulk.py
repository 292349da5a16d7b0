"""Many new records in one call."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from apps.core.errors import BahiError, FieldError, InvalidInput

MAX_BULK = 1000
MODES = ("all_or_nothing", "skip_bad")


def bulk_read(data: Mapping[str, Any]) -> tuple[list[Any], str]:
    """(records, mode) of a request. Raises InvalidInput naming ``records`` or ``mode``."""
    records, mode = data.get("records"), data.get("mode", MODES[0])
    if not isinstance(records, list) or not 0 < len(records) <= MAX_BULK:
        raise InvalidInput(_("Send 1 to 1,000 records."), field="records")
    if mode not in MODES:
        raise InvalidInput(_("Must be all_or_nothing or skip_bad."), field="mode")
    return records, mode


def bulk_create(create_one: Callable[[Any], Any], records: Sequence[Any], mode: str) -> dict[str, Any]:
    """Make the records one by one in the open transaction, each wholly or not at all.

    Returns {results: a row, id and errors of each, created: how many}. With ``all_or_nothing`` a bad one
    raises InvalidInput that names every fault as ``records.7.field``.
    """
    results: list[dict[str, Any]] = []
    faults: list[FieldError] = []
    for index, record in enumerate(records):
        try:
            with transaction.atomic():
                row = create_one(record)
            results.append({"row": index, "id": row.pk, "errors": []})
        except BahiError as error:
            found = [
                FieldError(f"records.{index}.{item.field}".rstrip("."), item.detail, item.code)
                for item in error.errors
            ]
            faults.extend(found)
            results.append({"row": index, "id": None, "errors": [item.as_dict() for item in found]})
    if faults and mode == "all_or_nothing":
        raise InvalidInput(faults)
    return {"results": results, "created": sum(1 for result in results if result["id"])}
