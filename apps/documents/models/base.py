"""Bases of documents and their lines."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.core.fields import QuantityField
from apps.core.models.bases import Searchable, Timestamped
from apps.core.models.history import tracked_history
from apps.core.quota import quota_claim
from apps.core.scope import Scope, ScopedManager

NUMBERED = ~Q(status="draft") & ~Q(number="")


def party_scope(published: Q = NUMBERED) -> Scope:
    """Scope of a document about a customer or vendor, who may see it himself once it is ``published``."""
    return Scope(
        owner="owner",
        department="department",
        team="team",
        company="company",
        party="party",
        published=published,
        grants="user_grants",
    )


class Document(Searchable, Timestamped):
    """A business document of one company. Its life is a transition table (``lifecycle.py`` of its app); its
    single records are opened to people by ``grant_table`` below the class.

    ``number`` is empty until the confirming transition. ``version`` grows with each change.
    """

    kind: ClassVar[str] = "document"
    tracked: ClassVar[bool] = True
    scope: ClassVar[Scope] = Scope(
        owner="owner", department="department", team="team", company="company", grants="user_grants"
    )
    search_fields: ClassVar[tuple[str, ...]] = ("number",)
    amount_field: ClassVar[str] = ""  # the total by which people look for it; indexed
    held_with: ClassVar[tuple[str, ...]] = ()  # keys whose records a transition needs: read with the lock
    keeps_its_day: ClassVar[bool] = False  # its date is given by its kind, so it counts as no back-dating

    company = models.ForeignKey("company.Company", verbose_name=_("company"), on_delete=models.PROTECT)
    number = models.CharField(_("number"), max_length=32, blank=True, default="", editable=False)
    date = models.DateField(_("date"))
    status = models.CharField(_("status"), max_length=16, editable=False, default="draft")
    owner = models.ForeignKey(
        "accounts.User",
        verbose_name=_("responsible"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    department = models.ForeignKey(
        "accounts.Department",
        verbose_name=_("department"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    team = models.ForeignKey(
        "accounts.Team",
        verbose_name=_("team"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    version = models.PositiveIntegerField(default=1, editable=False)
    custom = models.JSONField(_("custom fields"), default=dict, blank=True)
    tags = ArrayField(models.CharField(max_length=40), default=list, blank=True, verbose_name=_("tags"))
    notes = models.TextField(_("internal notes"), blank=True, default="")

    history = tracked_history()
    objects = ScopedManager()

    class Meta:
        abstract = True
        ordering: ClassVar[list[str]] = ["-date", "-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["company", "number", "date"],
                condition=~Q(number=""),
                name="%(app_label)s_%(class)s_number_once",
            )
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["-date", "-id"], name="%(class)s_date_%(app_label)s"),
            GinIndex(fields=["search_text"], opclasses=["gin_trgm_ops"], name="%(class)s_srch_%(app_label)s"),
        ]

    def save(self, *args: Any, **kwargs: Any) -> None:
        """A new document, however it comes to be, takes its place in the plan."""
        if self._state.adding:
            quota_claim("documents")
        super().save(*args, **kwargs)

    def __str__(self) -> str:
        return self.number or f"{self._meta.verbose_name} {self.pk or ''}".strip()


class DocumentLine(models.Model):
    """A line belongs to its document: no history of its own, its id is kept over updates."""

    kind: ClassVar[str] = "line"
    scope: ClassVar[Scope] = Scope(shared=True)

    position = models.PositiveSmallIntegerField(_("no."), default=0)
    description = models.TextField(_("description"), blank=True, default="")
    quantity = QuantityField(_("quantity"), default=1)

    objects = ScopedManager()

    class Meta:
        abstract = True
        ordering: ClassVar[list[str]] = ["position", "id"]

    def __str__(self) -> str:
        return f"{self.position}. {self.description[:60]}"

    def amounts(self) -> dict[str, Any]:
        """Quantities and values for print and API; lines with money override it."""
        return {"quantity": self.quantity}
