"""Readable history (django-simple-history) on masters, settings and documents, with the actor's label."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import models
from django.utils import timezone
from simple_history.manager import HistoryDescriptor
from simple_history.models import HistoricalRecords
from simple_history.signals import post_create_historical_record, pre_create_historical_record

from apps.core.actor import current_actor
from apps.core.copying import MANY, history_copy
from apps.core.database.adding import rows_add
from apps.core.rows import row_make
from apps.core.triggers import audited_history


class HistoryRow(models.Model):
    """Columns that every history table has besides the record's own: who did it, and in what role."""

    actor_kind = models.CharField(max_length=12, default="system", editable=False)
    actor_label = models.CharField(max_length=200, blank=True, default="", editable=False)

    class Meta:
        abstract = True


def _history_user(instance: Any, **_kwargs: Any) -> Any:
    user = current_actor().user
    return user if getattr(user, "pk", None) else None


def _label_actor(sender: Any, **kwargs: Any) -> None:
    actor = current_actor()
    row = kwargs["history_instance"]
    if isinstance(row, HistoryRow):
        row.actor_kind, row.actor_label = actor.kind, actor.label[:200]


pre_create_historical_record.connect(_label_actor, dispatch_uid="bahi-history-actor")


class KeptHistoryDescriptor(HistoryDescriptor):
    """``record.history``: the library's manager, whose class is made once instead of at every look."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.made = self.manager_class.from_queryset(self.queryset_class)

    def __get__(self, instance: Any, owner: Any) -> Any:
        return self.made(self.model, instance)


def _untold(model: Any) -> Sequence[str]:
    return getattr(model, "untold_fields", ())


class AuditedRecords(HistoricalRecords):
    """History whose every row is copied, as the columns that changed, into the audit trail by a trigger."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._columns: dict[Any, tuple[str, ...]] = {}

    def finalize(self, sender: Any, **kwargs: Any) -> None:
        super().finalize(sender, **kwargs)
        found = sender.__dict__.get(self.manager_name)
        if type(found) is HistoryDescriptor:
            kept = KeptHistoryDescriptor(found.model, found.manager_class, found.queryset_class)
            setattr(sender, self.manager_name, kept)

    def fields_included(self, model: Any) -> list[Any]:
        """Without what a model keeps out of history and audit trail (``untold_fields``): keys of links."""
        return [field for field in super().fields_included(model) if field.name not in _untold(model)]

    def create_historical_record(self, instance: Any, history_type: str, using: Any = None) -> None:
        """As the library's, with the row made by ``row_make`` and the columns looked up once for a model."""
        history = getattr(type(instance), self.manager_name).model
        if history not in self._columns:
            self._columns[history] = tuple(field.attname for field in self.fields_included(type(instance)))
        user = self.get_history_user(instance)
        reason = self.get_change_reason_for_object(instance, history_type, using)
        told = {
            "instance": instance,
            "history_date": getattr(instance, "_history_date", None) or timezone.now(),
            "history_user": user,
            "history_change_reason": reason,
            "using": using if self.use_base_model_db else None,
        }
        row = row_make(
            history,
            history_date=told["history_date"],
            history_type=history_type,
            history_user=user,
            history_change_reason=reason,
            **{name: getattr(instance, name) for name in self._columns[history]},
        )
        pre_create_historical_record.send(sender=history, history_instance=row, **told)
        if told["using"]:
            row.save(using=told["using"])
        else:
            rows_add([row])
        self.create_historical_record_m2ms(row, instance)
        post_create_historical_record.send(sender=history, history_instance=row, **told)

    def get_extra_fields(self, model: Any, fields: Any) -> dict[str, Any]:
        left_out = [*self.excluded_fields, *_untold(model)]
        return {**super().get_extra_fields(model, fields), "_history_excluded_fields": left_out}

    def get_meta_options(self, model: Any) -> dict[str, Any]:
        options = super().get_meta_options(model)
        meta = model._meta
        table = self.table_name or f"{meta.app_label}_historical{meta.model_name}"
        options["triggers"] = [audited_history(meta.label_lower, table, meta.pk.column)]
        return options


def tracked_history(*excluded: str) -> AuditedRecords:
    """History for an abstract base: every model below it gets its own history table."""
    return AuditedRecords(
        inherit=True,
        bases=[HistoryRow],
        get_user=_history_user,
        excluded_fields=[*(excluded or ("search_text",))],
        user_db_constraint=False,
    )


def history_write(instances: Sequence[models.Model], *, changed: bool = False) -> None:
    """History rows of records that were written in bulk, as they are in the table now, with the actor."""
    if not instances:
        return
    if len(instances) >= MANY:
        history_copy(type(instances[0]), [row.pk for row in instances], change="~" if changed else "+")
        return
    actor = current_actor()
    type(instances[0]).history.bulk_history_create(  # type: ignore[attr-defined]  # the history library adds it at run time
        instances,
        batch_size=1000,
        update=changed,
        default_user=_history_user(None),
        custom_historical_attrs={"actor_kind": actor.kind, "actor_label": actor.label[:200]},
    )
