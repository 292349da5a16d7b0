"""The sub-ledger: what each party owes or is owed, document by document, and what was set against what.

The open amounts of all receivable items of a company always equal the balance of its receivable accounts
(payables alike): items are made by the same call that posts to those accounts, allocations move both.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.accounting.choices import ItemStatus, Side
from apps.core.fields import MoneyField
from apps.core.scope import Scope, ScopedManager


def _within() -> Q:
    """What is open lies between nothing and the whole, and closes in both currencies at once."""
    debit = Q(amount__gte=0, open_amount__gte=0, open_amount__lte=F("amount"), base_amount__gte=0)
    credit = Q(amount__lte=0, open_amount__lte=0, open_amount__gte=F("amount"), base_amount__lte=0)
    return (debit | credit) & (~Q(open_amount=0) | Q(open_base=0))


VOID, WRITTEN_OFF = "void", "writeoff"
"""How the purposes begin of items that close another one: its document was cancelled, its rest given up."""


class OpenItem(models.Model):
    """Signed: + the party owes us, - we owe the party. ``amount`` in ``currency``, ``base_*`` in the
    company's. ``open_*`` is what allocations left."""

    kind: ClassVar[str] = "log"
    has_surface: ClassVar[bool] = True
    scope: ClassVar[Scope] = Scope(company="company", party="party")
    search_fields: ClassVar[tuple[str, ...]] = ("number",)

    company = models.ForeignKey(
        "company.Company", verbose_name=_("company"), on_delete=models.PROTECT, related_name="+"
    )
    party = models.ForeignKey(
        "parties.Party", verbose_name=_("party"), on_delete=models.PROTECT, related_name="open_items"
    )
    side = models.CharField(_("side"), max_length=10, choices=Side.choices)
    account = models.ForeignKey("accounting.Account", on_delete=models.PROTECT, related_name="+")
    source_kind = models.CharField(_("kind of document"), max_length=60)
    source_id = models.BigIntegerField(_("document id"))
    purpose = models.CharField(max_length=20, default="post")
    number = models.CharField(_("number"), max_length=32)
    date = models.DateField(_("date"))
    due_date = models.DateField(_("due date"))
    currency = models.ForeignKey(
        "company.Currency", verbose_name=_("currency"), on_delete=models.PROTECT, related_name="+"
    )
    amount = MoneyField(_("amount"))
    base_amount = MoneyField(_("amount in company currency"))
    open_amount = MoneyField(_("open"))
    open_base = MoneyField(_("open in company currency"))
    status = models.CharField(
        _("state"), max_length=12, choices=ItemStatus.choices, default=ItemStatus.UNPAID
    )
    entry = models.ForeignKey(
        "accounting.JournalEntry", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("open item")
        verbose_name_plural = _("open items")
        ordering: ClassVar[list[str]] = ["due_date", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["source_kind", "source_id", "purpose"], name="accounting_item_once_per_source"
            ),
            models.CheckConstraint(condition=_within(), name="accounting_item_open_within"),
            models.CheckConstraint(
                condition=Q(side__in=Side.values, status__in=ItemStatus.values), name="accounting_item_enums"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["company", "party", "side", "due_date"],
                condition=~Q(open_amount=0),
                name="accounting_item_open",
            ),
            models.Index(fields=["company", "side", "date"], name="accounting_item_day"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_void(self) -> bool:
        return self.purpose.startswith(VOID)

    @property
    def is_written_off(self) -> bool:
        return self.purpose.startswith(WRITTEN_OFF)


class Allocation(models.Model):
    """A part of a debit item that a part of a credit item settles. Undone ones stay, with the day."""

    kind: ClassVar[str] = "log"
    scope: ClassVar[Scope] = Scope(company="company")

    company = models.ForeignKey("company.Company", on_delete=models.PROTECT, related_name="+", db_index=False)
    debit_item = models.ForeignKey(OpenItem, on_delete=models.PROTECT, related_name="settled_by")
    credit_item = models.ForeignKey(OpenItem, on_delete=models.PROTECT, related_name="settles")
    date = models.DateField(_("date"))
    amount = MoneyField(_("amount"))
    base_debit = MoneyField(_("value of the debit"))
    base_credit = MoneyField(_("value of the credit"))
    gain_loss = MoneyField(_("exchange gain"), default=0)
    entry = models.ForeignKey(
        "accounting.JournalEntry", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    by_label = models.CharField(_("who"), max_length=200, blank=True, default="")
    created_at = models.DateTimeField(auto_now_add=True)
    undone_on = models.DateField(_("undone on"), null=True)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.CharField(max_length=200, blank=True, default="")

    objects = ScopedManager()

    class Meta:
        verbose_name = _("allocation")
        verbose_name_plural = _("allocations")
        ordering: ClassVar[list[str]] = ["id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(amount__gt=0, base_debit__gte=0, base_credit__gte=0)
                & Q(gain_loss=F("base_credit") - F("base_debit")),
                name="accounting_allocation_sound",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.debit_item_id} ⇄ {self.credit_item_id}: {self.amount}"
