"""Taking back what a run wrote, record by record: what may go, what must stay and why, and doing it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from django.apps import apps
from django.db import IntegrityError, connection, models, transaction
from django.db.models import ProtectedError, RestrictedError
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.core.api.resource import MasterViewSet
from apps.core.errors import BahiError, Refused
from apps.core.locks import lock_rows
from apps.core.registry import has_bin, kind_name, resource_of
from apps.core.uow import tried
from apps.datatools.importing.provenance import history_newest
from apps.datatools.importing.reversals import reversal_of
from apps.datatools.importing.targets import resource_view
from apps.datatools.importing.uses import Uses, kinds_using
from apps.datatools.models import ImportedRecord
from apps.documents.lifecycle import lifecycle_of, transition_run

DELETE, BIN, RESTORE, CANCEL, GONE = "delete", "bin", "restore", "cancel", "gone"
"""``cancel``: also what stands in a ledger and is reversed (``importing.reversals``)."""
STEPS = (DELETE, BIN, RESTORE, CANCEL, GONE)


@dataclass
class Plan:
    """``steps``: (entry, record, what to do) in the order of doing it; ``refused``: (entry, reason)."""

    steps: list[tuple[ImportedRecord, Any, str]] = field(default_factory=list)
    refused: list[tuple[ImportedRecord, str]] = field(default_factory=list)

    def count(self, step: str) -> int:
        return sum(1 for _entry, _row, what in self.steps if what == step)


def plan_make(entries: Sequence[ImportedRecord], by: Any) -> Plan:
    """What can be taken back of some entries of a run, those written last first. Writes nothing."""
    by_kind: dict[str, list[ImportedRecord]] = defaultdict(list)
    for entry in entries:
        by_kind[entry.target_kind].append(entry)
    plan = Plan()
    for kind, items in by_kind.items():
        _plan_kind(plan, apps.get_model(kind), items, by)
    plan.steps.sort(key=lambda step: (step[2] == DELETE and not _is_document(type(step[1])), -step[0].pk))
    return plan


def _is_document(model: type[models.Model]) -> bool:
    return kind_name(model) == "document"


def _deletes_itself(model: type[models.Model]) -> bool:
    """Whether a master's resource deletes in its own way, with rules that a plain delete would pass by."""
    view_class = resource_of(model)
    own = view_class is not None and issubclass(view_class, MasterViewSet)
    return own and view_class.delete_record is not MasterViewSet.delete_record  # type: ignore[union-attr]  # own says it


def _plan_kind(plan: Plan, model: Any, entries: list[ImportedRecord], by: Any) -> None:
    ids = [entry.target_id for entry in entries]
    there = {row.pk: row for row in model._base_manager.filter(pk__in=ids)}
    seen = set(model._default_manager.for_user(by).filter(pk__in=ids).values_list("pk", flat=True))
    newest = history_newest(model, ids)
    posted = _states_then(model, entries) if _is_document(model) else {}
    made = [entry.target_id for entry in entries if entry.created]
    reversed_by_service = reversal_of(model) is not None
    uses = Uses() if _is_document(model) or reversed_by_service else kinds_using(model, made)
    to_bin = has_bin(model) and _deletes_itself(model)
    for entry in entries:
        row = there.get(entry.target_id)
        if row is None:
            plan.steps.append((entry, None, GONE))
        elif row.pk not in seen:
            plan.refused.append((entry, _("You may not see this record.")))
        elif reversed_by_service:
            plan.steps.append((entry, row, CANCEL))
        elif posted.get(row.pk) and entry.created:
            _plan_posted(plan, entry, row, posted[row.pk])
        elif newest.get(row.pk) != entry.history_id:
            plan.refused.append((entry, _("It was changed since.")))
        elif row.pk in uses.used:
            plan.refused.append((entry, _("It is used: %(what)s.") % {"what": uses.used[row.pk]}))
        elif entry.created:
            plan.steps.append((entry, row, BIN if to_bin or row.pk in uses.kept else DELETE))
        elif entry.binned:
            plan.steps.append((entry, row, BIN))
        else:
            plan.steps.append((entry, row, RESTORE))


def _states_then(model: Any, entries: Iterable[ImportedRecord]) -> dict[int, str]:
    """The state in which the run left its documents, for those that it made take effect."""
    rows = model.history.model._default_manager.filter(history_id__in=[e.history_id for e in entries])
    table = lifecycle_of(model)
    return {pk: state for pk, state in rows.values_list("id", "status") if not table.editable(state)}


def _plan_posted(plan: Plan, entry: ImportedRecord, row: Any, state: str) -> None:
    """A document that took effect is cancelled by its own lifecycle, which says whether that may be."""
    cancel = lifecycle_of(type(row)).by_name.get("cancel")
    if row.status != state:
        now = lifecycle_of(type(row)).state(row.status).label
        plan.refused.append((entry, _("It has gone on since: %(state)s.") % {"state": now}))
    elif cancel is None or row.status not in cancel.sources:
        plan.refused.append((entry, _("Documents of this kind can't be cancelled.")))
    else:
        plan.steps.append((entry, row, CANCEL))


def plan_try(plan: Plan, by: Any, most: int) -> int:
    """Cancel up to ``most`` documents of a plan in transactions that are rolled back: what their own rules
    refuse moves to ``refused``. Returns how many it tried."""
    cancels = [step for step in plan.steps if step[2] == CANCEL][:most]
    for step in cancels:
        try:
            tried(partial(_step, step, by))
        except BahiError as error:
            plan.steps.remove(step)
            plan.refused.append((step[0], str(error.detail)))
    return len(cancels)


def plan_run(entries: Sequence[ImportedRecord], by: Any) -> None:
    """Take the entries back in the open transaction, each record wholly or not at all, and note on each
    what became of it."""
    kinds: dict[str, set[int]] = defaultdict(set)
    for entry in entries:
        kinds[entry.target_kind].add(entry.target_id)
    for kind in sorted(kinds):
        if reversal_of(apps.get_model(kind)) is None:
            lock_rows(apps.get_model(kind), kinds[kind])
    plan = plan_make(entries, by)
    for entry, reason in plan.refused:
        entry.refusal = reason
    deletes = [s for s in plan.steps if s[2] == DELETE and not _is_document(type(s[1]))]
    for step in plan.steps[: len(plan.steps) - len(deletes)]:
        _step_or_refusal(step, by)
    _delete_many(deletes, by)
    ImportedRecord.objects.bulk_update(entries, ["undone_at", "refusal"])


def _delete_many(steps: list[tuple[ImportedRecord, Any, str]], by: Any) -> None:
    """Masters at once; one by one where their resource deletes in its own way, or where the database knows of
    a use that we don't."""
    groups: dict[Any, list[tuple[ImportedRecord, Any, str]]] = defaultdict(list)
    for step in steps:
        groups[type(step[1])].append(step)
    for model, items in groups.items():
        if _deletes_itself(model):
            for step in items:
                _step_or_refusal(step, by)
            continue
        try:
            with transaction.atomic():
                model._base_manager.filter(pk__in=[row.pk for _entry, row, _what in items]).delete()
                connection.check_constraints()
        except (ProtectedError, RestrictedError, IntegrityError):
            for step in items:
                _step_or_refusal(step, by)
            continue
        for entry, _row, _what in items:
            _done(entry)


def _done(entry: ImportedRecord) -> None:
    entry.undone_at, entry.refusal = timezone.now(), ""


def _step_or_refusal(step: tuple[ImportedRecord, Any, str], by: Any) -> None:
    entry = step[0]
    try:
        with transaction.atomic():
            _step(step, by)
    except BahiError as error:
        entry.refusal = str(error.detail)
    except (ProtectedError, RestrictedError, IntegrityError):
        entry.refusal = _("It is used: %(what)s.") % {"what": _("other records")}
    else:
        _done(entry)


def _step(step: tuple[ImportedRecord, Any, str], by: Any) -> None:
    entry, row, what = step
    if what == CANCEL and (reverse := reversal_of(type(row))) is not None:
        reverse(row, by=by)
    elif what == CANCEL:
        transition_run(row, "cancel", by=by, data={"reason": _("The import was taken back.")})
    elif what == RESTORE:
        _restore(entry, row, by)
    elif what == BIN:
        _view_of(row, by).delete_record(_restore(entry, row, by) if entry.binned else row)
    elif what == DELETE and (_is_document(type(row)) or _deletes_itself(type(row))):
        _view_of(row, by).delete_record(row)
    elif what == DELETE:
        row.delete()
        connection.check_constraints()


def _view_of(row: Any, by: Any) -> Any:
    view_class = resource_of(type(row))
    if view_class is None:
        raise Refused(_("Records of this kind can't be taken back."), code="invalid_transition")
    return resource_view(view_class, by)


def _restore(entry: ImportedRecord, row: Any, by: Any) -> Any:
    """Write again what stood there, through the checks and the service that every change goes through."""
    if not type(row)._default_manager.for_user(by, "change").filter(pk=row.pk).exists():
        raise Refused(_("You may see this record, but not change it."), code="permission_denied")
    view, data = _view_of(row, by), dict(entry.before)
    for child in view.children:
        if child.name in data:
            data[child.name] = _lines_again(child, row, data[child.name])
    values, children, _version = view.read_input(data, partial=True, row=row)
    return view.save_record(row, values, children, getattr(row, "version", None))


def _lines_again(child: Any, row: Any, lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows below a record as they were; those that the run removed come again as new ones."""
    there = set(child.model._default_manager.filter(**{child.parent: row}).values_list("pk", flat=True))
    return [
        {
            name: value
            for name, value in line.items()
            if name in child.fields or (name == "id" and value in there)
        }
        for line in lines
    ]
