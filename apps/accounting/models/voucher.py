"""Manual vouchers: what an accountant enters by hand; posting it makes the journal entry."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.accounting.models.settled import Booked
from apps.core.fields import MoneyField
from apps.core.models import grant_table
from apps.core.scope import Scope, ScopedManager
from apps.documents.models import Document


class Voucher(Booked, Document):
    """``debit_total`` and ``credit_total`` in company currency. ``journal_entry`` is set at posting."""

    search_fields: ClassVar[tuple[str, ...]] = ("number", "narration")
    amount_field: ClassVar[str] = "debit_total"

    journal = models.ForeignKey(
        "accounting.Journal", verbose_name=_("journal"), blank=True, on_delete=models.PROTECT
    )
    narration = models.TextField(_("narration"), blank=True, default="", max_length=2000)
    debit_total = MoneyField(_("debit"), default=0, editable=False)
    credit_total = MoneyField(_("credit"), default=0, editable=False)

    class Meta(Document.Meta):
        verbose_name = _("voucher")
        verbose_name_plural = _("vouchers")
        indexes: ClassVar[list[models.Index]] = [
            *Document.Meta.indexes,
            models.Index(fields=["debit_total"], name="%(class)s_total_%(app_label)s"),
        ]


class VoucherLine(models.Model):
    """A debit or a credit in company currency; ``amount`` is the same in ``currency``, + debit and - credit.
    ``voucher_compute`` fills what was left out; in company currency all three stay empty."""

    kind: ClassVar[str] = "line"
    scope: ClassVar[Scope] = Scope(shared=True)

    voucher = models.ForeignKey(Voucher, on_delete=models.CASCADE, related_name="lines")
    position = models.PositiveSmallIntegerField(_("no."), default=0)
    account = models.ForeignKey(
        "accounting.Account", verbose_name=_("account"), on_delete=models.PROTECT, related_name="+"
    )
    debit = MoneyField(_("debit"), default=0, validators=[MinValueValidator(Decimal(0))])
    credit = MoneyField(_("credit"), default=0, validators=[MinValueValidator(Decimal(0))])
    currency = models.ForeignKey(
        "company.Currency",
        verbose_name=_("currency"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    amount = MoneyField(
        _("amount in currency"), null=True, blank=True, help_text=_("+ is a debit, - a credit")
    )
    exchange_rate = models.DecimalField(
        _("exchange rate"),
        max_digits=18,
        decimal_places=6,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal("0.000001"))],
    )
    party = models.ForeignKey(
        "parties.Party",
        verbose_name=_("party"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    cost_centre = models.ForeignKey(
        "dimensions.CostCentre",
        verbose_name=_("cost centre"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    description = models.CharField(_("description"), max_length=200, blank=True, default="")

    objects = ScopedManager()

    class Meta:
        ordering: ClassVar[list[str]] = ["position", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(debit__gte=0, credit__gte=0) & (Q(debit=0) | Q(credit=0)),
                name="accounting_voucherline_one_side",
            ),
            models.CheckConstraint(
                condition=Q(currency=None, amount=None, exchange_rate=None)
                | (
                    Q(currency__isnull=False, amount__isnull=False, exchange_rate__isnull=False)
                    & Q(exchange_rate__gt=0)
                    & (Q(credit=0, amount__gte=0) | Q(debit=0, amount__lte=0))
                ),
                name="accounting_voucherline_amount_side",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.position}. {self.account_id}"

    @property
    def base(self) -> Any:
        """Signed amount, + debit."""
        return self.debit - self.credit


VoucherUserGrant = grant_table(Voucher)
