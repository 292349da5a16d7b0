"""What a run wrote: kept beside it, so that it can be taken back record by record."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import models
from django.db.models import Max

from apps.core.copying import rows_insert
from apps.core.scope import kind_of
from apps.datatools.models import ImportedRecord, ImportRun


@dataclass
class Written:
    """A record that was made or changed from a row. ``before``: what it wrote over, by names of the API;
    ``binned``: it lay in the bin."""

    row: int
    model: type[models.Model]
    pk: int
    created: bool
    before: dict[str, Any] = field(default_factory=dict)
    binned: bool = False


def history_newest(model: type[models.Model], ids: Iterable[int]) -> dict[int, int]:
    """{id: its newest history row}; empty for kinds that keep no history."""
    history = getattr(model, "history", None)
    if history is None:
        return {}
    rows = history.model._default_manager.filter(id__in=list(ids)).order_by()
    return dict(rows.values("id").annotate(newest=Max("history_id")).values_list("id", "newest"))


def written_keep(run: ImportRun, written: Sequence[Written]) -> None:
    """Enter what a chunk wrote, in its transaction. A record that the run wrote before stays one entry: what
    was there before the run counts."""
    by_model: dict[type[models.Model], dict[int, Written]] = defaultdict(dict)
    for item in written:
        first = by_model[item.model].setdefault(item.pk, item)
        if first is not item:
            first.before = {**item.before, **first.before}
    for model, items in by_model.items():
        newest = history_newest(model, items)
        known = _known(run, model, [pk for pk, item in items.items() if not item.created])
        for pk, entry in known.items():
            entry.history_id = newest.get(pk)
            entry.before = {} if entry.created else {**items[pk].before, **entry.before}
        ImportedRecord.objects.bulk_update(known.values(), ["history_id", "before"])
        rows_insert(
            [
                ImportedRecord(
                    run=run, row=item.row, target_kind=kind_of(model), target_id=pk, created=item.created,
                    binned=item.binned, history_id=newest.get(pk), before={} if item.created else item.before,
                )
                for pk, item in items.items() if pk not in known
            ]
        )  # fmt: skip


def _known(run: ImportRun, model: type[models.Model], ids: list[int]) -> dict[int, ImportedRecord]:
    """Entries that earlier chunks of the run made for these records."""
    if not ids:
        return {}
    rows = ImportedRecord.objects.filter(run=run, target_kind=kind_of(model), target_id__in=ids)
    return {row.target_id: row for row in rows}
