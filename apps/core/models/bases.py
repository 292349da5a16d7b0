"""Kinds of model: what a model is decides its columns, history, admin, API and tests."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.core.database.adding import SavedPlainly
from apps.core.india.identifiers import phone_digits
from apps.core.models.history import tracked_history
from apps.core.scope import Scope, ScopedManager


class Timestamped(SavedPlainly):
    created_at = models.DateTimeField(_("created"), auto_now_add=True, editable=False)
    updated_at = models.DateTimeField(_("changed"), auto_now=True, editable=False)

    class Meta:
        abstract = True


class Searchable(models.Model):
    """Keeps one lower-case column of everything the record is found by, under a trigram index."""

    search_text = models.TextField(blank=True, default="", editable=False)
    search_fields: ClassVar[tuple[str, ...]] = ("code", "name")
    search_below: ClassVar[tuple[str, ...]] = ()
    """Relations to rows below that are searchable themselves: who finds one finds this record."""
    phone_fields: ClassVar[tuple[str, ...]] = ()
    """Of ``search_fields``, those that are found by their digits too, however they are written."""

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.fill_in()
        if kwargs.get("update_fields") is not None:
            kwargs["update_fields"] = {*kwargs["update_fields"], "search_text"}
        super().save(*args, **kwargs)

    def fill_in(self) -> None:
        """Columns that follow from others; whoever writes in bulk calls it too."""
        self.search_text = self.make_search_text()

    @classmethod
    def before_many(cls, records: Sequence[Any]) -> None:
        """Look up at once what ``clean`` of new records would ask one by one."""

    @classmethod
    def after_many(cls, records: Sequence[Any]) -> None:
        """What follows from new records that were written in bulk. A model with a ``save`` of its own says
        here what that does besides, or its records aren't written in bulk (``datatools.importing.batch``)."""

    def make_search_text(self) -> str:
        parts = [str(getattr(self, name, "") or "") for name in self.search_fields]
        parts += [phone_digits(getattr(self, name)) for name in self.phone_fields]
        return " ".join(part for part in parts if part).lower()


class MasterModel(Searchable, Timestamped):
    """A master: chosen on documents, never deleted but switched off or put in the bin.

    ``version`` grows with each change, so that two people can't overwrite each other unseen.
    """

    kind: ClassVar[str] = "master"
    tracked: ClassVar[bool] = True
    scope: ClassVar[Scope] = Scope(shared=True)

    active = models.BooleanField(_("active"), default=True)
    deleted_at = models.DateTimeField(_("in the bin since"), null=True, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    custom = models.JSONField(_("custom fields"), default=dict, blank=True)
    tags = ArrayField(models.CharField(max_length=40), default=list, blank=True, verbose_name=_("tags"))

    history = tracked_history()
    objects = ScopedManager()

    class Meta:
        abstract = True
        indexes: ClassVar[list[models.Index]] = [
            GinIndex(fields=["search_text"], opclasses=["gin_trgm_ops"], name="%(class)s_srch_%(app_label)s")
        ]

    def __str__(self) -> str:
        return str(getattr(self, "name", "") or getattr(self, "code", "") or self.pk)

    def make_search_text(self) -> str:
        """Its tags are among its words."""
        return " ".join([super().make_search_text(), *(tag.lower() for tag in self.tags or ())])


class SettingModel(Timestamped):
    """A setting or a part of a master: history, but no life of its own."""

    kind: ClassVar[str] = "setting"
    tracked: ClassVar[bool] = True
    scope: ClassVar[Scope] = Scope(shared=True)

    history = tracked_history()
    objects = ScopedManager()

    class Meta:
        abstract = True


class LedgerEntry(models.Model):
    """A row that is written once and never changes: triggers refuse UPDATE, DELETE and TRUNCATE."""

    kind: ClassVar[str] = "ledger"
    scope: ClassVar[Scope] = Scope(shared=True)

    source_kind = models.CharField(max_length=60, editable=False)
    source_id = models.BigIntegerField(editable=False)
    recorded_at = models.DateTimeField(auto_now_add=True, editable=False)

    objects = ScopedManager()

    class Meta:
        abstract = True
