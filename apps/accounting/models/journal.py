"""Journals, their entries and lines. Entries and lines appear complete at posting and never change."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.accounting.choices import JournalKind
from apps.accounting.models.guards import entry_triggers, line_triggers
from apps.core.fields import MoneyField, QuantityField
from apps.core.models import LedgerEntry, SettingModel
from apps.core.scope import Scope, ScopedManager
from apps.core.triggers import append_only

_NIL = Decimal("0.00")


class Journal(SettingModel):
    """A book of first entry. ``code`` is what services name it by, ``prefix`` begins its numbers."""

    scope = Scope(company="company")
    search_fields: ClassVar[tuple[str, ...]] = ("code", "name")

    company = models.ForeignKey(
        "company.Company", verbose_name=_("company"), on_delete=models.PROTECT, related_name="+"
    )
    code = models.SlugField(_("code"), max_length=20)
    name = models.CharField(_("name"), max_length=60)
    journal_kind = models.CharField(_("kind"), max_length=12, choices=JournalKind.choices)
    prefix = models.CharField(_("prefix of numbers"), max_length=6)

    class Meta:
        verbose_name = _("journal")
        verbose_name_plural = _("journals")
        ordering: ClassVar[list[str]] = ["company", "code"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["company", "code"], name="accounting_journal_code_once"),
            models.UniqueConstraint(fields=["company", "prefix"], name="accounting_journal_prefix_once"),
        ]

    def __str__(self) -> str:
        return self.name


class JournalCounter(models.Model):
    """Next number of a journal in a fiscal year; locked until the posting commits: no gap, no double."""

    kind: ClassVar[str] = "link"

    journal = models.ForeignKey(Journal, on_delete=models.PROTECT, related_name="counters")
    fiscal_year = models.ForeignKey("company.FiscalYear", on_delete=models.PROTECT, related_name="+")
    next_number = models.PositiveIntegerField(default=1)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["journal", "fiscal_year"], name="accounting_counter_once"),
            models.CheckConstraint(condition=Q(next_number__gte=1), name="accounting_counter_from_one"),
        ]

    def __str__(self) -> str:
        return f"{self.journal_id}/{self.fiscal_year_id}: {self.next_number}"


class JournalEntry(LedgerEntry):
    """One balanced posting of a source. ``content_hash`` covers the header and every line."""

    scope = Scope(company="company")

    company = models.ForeignKey(
        "company.Company", verbose_name=_("company"), on_delete=models.PROTECT, related_name="+"
    )
    journal = models.ForeignKey(
        Journal, verbose_name=_("journal"), on_delete=models.PROTECT, related_name="entries", db_index=False
    )
    fiscal_year = models.ForeignKey(
        "company.FiscalYear",
        verbose_name=_("fiscal year"),
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    sequence = models.PositiveIntegerField(_("number in the journal"))
    number = models.CharField(_("number"), max_length=32)
    date = models.DateField(_("date"))
    purpose = models.CharField(_("purpose"), max_length=60)
    narration = models.TextField(_("narration"), blank=True, default="")
    currency = models.ForeignKey(
        "company.Currency",
        verbose_name=_("currency"),
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    exchange_rate = models.DecimalField(_("exchange rate"), max_digits=18, decimal_places=6, default=1)
    total = MoneyField(_("total"), help_text=_("sum of the debits in company currency"))
    line_count = models.PositiveIntegerField(_("lines"))
    reversal_of = models.OneToOneField(
        "self",
        verbose_name=_("reverses"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="reversed_by",
    )
    posted_by_id = models.BigIntegerField(_("posted by id"), null=True)
    posted_by = models.CharField(_("posted by"), max_length=200, blank=True, default="")
    reason = models.CharField(
        _("reason"), max_length=200, blank=True, default="", help_text=_("for posting into a closed period")
    )
    content_hash = models.CharField(_("hash"), max_length=64)
    recorded_at = models.DateTimeField(_("recorded"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("journal entry")
        verbose_name_plural = _("journal entries")
        ordering: ClassVar[list[str]] = ["-date", "-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["source_kind", "source_id", "purpose"], name="accounting_entry_once_per_purpose"
            ),
            models.UniqueConstraint(
                fields=["journal", "fiscal_year", "sequence"], name="accounting_entry_sequence_once"
            ),
            models.CheckConstraint(condition=Q(line_count__gte=2), name="accounting_entry_two_lines"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["company", "date", "id"], name="accounting_entry_day"),
            models.Index(fields=["-date", "-id"], name="accounting_entry_latest"),
        ]
        triggers: ClassVar[list[object]] = [*append_only("entry"), *entry_triggers()]

    def __str__(self) -> str:
        return self.number

    @property
    def source(self) -> str:
        """``accounting.invoice:7``: the document that was posted."""
        return f"{self.source_kind}:{self.source_id}"

    @property
    def reversed_by_id(self) -> int | None:
        """Id of the entry that reverses this one."""
        other = getattr(self, "reversed_by", None)
        return other.pk if other else None


class JournalLine(models.Model):
    """``base_amount`` in company currency, + debit and - credit; ``amount`` the same in ``currency``."""

    kind: ClassVar[str] = "ledger"
    scope: ClassVar[Scope] = Scope(company="company")

    entry = models.ForeignKey(
        JournalEntry, verbose_name=_("entry"), on_delete=models.PROTECT, related_name="lines"
    )
    company = models.ForeignKey(
        "company.Company",
        verbose_name=_("company"),
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    date = models.DateField(_("date"))
    position = models.PositiveIntegerField(_("no."))
    account = models.ForeignKey(
        "accounting.Account",
        verbose_name=_("account"),
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    party = models.ForeignKey(
        "parties.Party",
        verbose_name=_("party"),
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    base_amount = MoneyField(_("amount in company currency"))
    currency = models.ForeignKey(
        "company.Currency",
        verbose_name=_("currency"),
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    amount = MoneyField(_("amount"))
    cost_centre = models.ForeignKey(
        "dimensions.CostCentre",
        verbose_name=_("cost centre"),
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    project = models.ForeignKey(
        "dimensions.Project",
        verbose_name=_("project"),
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    description = models.CharField(_("description"), max_length=200, blank=True, default="")
    tax_role = models.CharField(_("tax"), max_length=40, blank=True, default="")
    quantity = QuantityField(_("quantity"), null=True)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("ledger line")
        verbose_name_plural = _("ledger lines")
        ordering: ClassVar[list[str]] = ["entry", "position"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["entry", "position"], name="accounting_line_position_once"),
            models.CheckConstraint(
                condition=Q(base_amount__gte=0, amount__gte=0) | Q(base_amount__lte=0, amount__lte=0),
                name="accounting_line_one_side",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["account", "date", "id"], name="accounting_line_account"),
            models.Index(
                fields=["party", "date", "id"], name="accounting_line_party", condition=Q(party__isnull=False)
            ),
            models.Index(
                fields=["cost_centre", "date"],
                name="accounting_line_centre",
                condition=Q(cost_centre__isnull=False),
            ),
            models.Index(
                fields=["project", "date"], name="accounting_line_project", condition=Q(project__isnull=False)
            ),
        ]
        triggers: ClassVar[list[object]] = [*append_only("line"), *line_triggers()]

    def __str__(self) -> str:
        return f"{self.entry_id}/{self.position}"

    @property
    def debit(self) -> Decimal:
        return max(self.base_amount, _NIL)

    @property
    def credit(self) -> Decimal:
        return max(-self.base_amount, _NIL)


class JournalSeal(models.Model):
    """A link of the chain of a journal and fiscal year: hash over the link before and the entry."""

    kind: ClassVar[str] = "log"
    append_only: ClassVar[bool] = True
    scope: ClassVar[Scope] = Scope(company="company")

    company = models.ForeignKey("company.Company", on_delete=models.PROTECT, related_name="+", db_index=False)
    journal = models.ForeignKey(Journal, on_delete=models.PROTECT, related_name="+", db_index=False)
    fiscal_year = models.ForeignKey(
        "company.FiscalYear", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    sequence = models.PositiveIntegerField()
    entry = models.OneToOneField(JournalEntry, on_delete=models.PROTECT, related_name="seal")
    previous_hash = models.CharField(max_length=64)
    chain_hash = models.CharField(max_length=64)
    sealed_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = ScopedManager()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["journal", "fiscal_year", "sequence"], name="accounting_seal_sequence_once"
            )
        ]
        triggers: ClassVar[list[object]] = append_only("seal")

    def __str__(self) -> str:
        return f"{self.sequence}: {self.chain_hash[:12]}"
