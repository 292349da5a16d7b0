"""Money received from and paid to parties."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.accounting.choices import MoneyStatus, PaymentMode
from apps.accounting.models.protect import posted_header
from apps.accounting.models.settled import NIL, PostedDocument
from apps.core.fields import MoneyField
from apps.core.india.words import amount_in_words
from apps.core.models import grant_table
from apps.core.scope import Scope, ScopedManager
from apps.documents.models import Document, party_scope

POSITIVE = MinValueValidator(Decimal("0.01"))
NOT_NEGATIVE = MinValueValidator(Decimal(0))
UNBOOKED = (MoneyStatus.DRAFT.value, MoneyStatus.HELD.value)


class MoneyDocument(PostedDocument, Document):
    """``amount`` is what the party's account moves by, with ``tds_amount`` (tax withheld) on top; the bank
    sees ``amount`` less the charges it kept (receipt) or plus them (payment)."""

    scope = party_scope()
    constraints_checked: ClassVar[bool] = True
    search_fields: ClassVar[tuple[str, ...]] = ("number", "reference", "party_name")
    amount_field: ClassVar[str] = "amount"

    party = models.ForeignKey("parties.Party", verbose_name=_("party"), on_delete=models.PROTECT)
    party_name = models.CharField(
        _("name of the party"), max_length=200, blank=True, default="", editable=False
    )
    project = models.ForeignKey(
        "dimensions.Project",
        verbose_name=_("project"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    mode = models.CharField(
        _("mode"), max_length=16, choices=PaymentMode.choices, default=PaymentMode.BANK_TRANSFER
    )
    account = models.ForeignKey(
        "accounting.Account",
        verbose_name=_("bank or cash account"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    currency = models.ForeignKey(
        "company.Currency", verbose_name=_("currency"), blank=True, on_delete=models.PROTECT, related_name="+"
    )
    exchange_rate = models.DecimalField(
        _("exchange rate"),
        max_digits=18,
        decimal_places=6,
        blank=True,
        default=None,
        validators=[MinValueValidator(Decimal("0.000001"))],
    )
    amount = MoneyField(_("amount"), validators=[NOT_NEGATIVE])
    bank_charges = MoneyField(_("bank charges"), default=NIL, validators=[NOT_NEGATIVE])
    tds_amount = MoneyField(_("tax withheld (TDS)"), default=NIL, validators=[NOT_NEGATIVE])
    reference = models.CharField(_("reference"), max_length=80, blank=True, default="")
    instrument_date = models.DateField(_("date of the cheque"), null=True, blank=True)
    base_total = MoneyField(_("settled in company currency"), default=NIL, editable=False)
    sent_at = models.DateTimeField(_("sent"), null=True, editable=False)

    class Meta(Document.Meta):
        abstract = True
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *Document.Meta.constraints,
            models.CheckConstraint(
                condition=Q(amount__gte=0, bank_charges__gte=0, tds_amount__gte=0, exchange_rate__gt=0)
                & (Q(amount__gt=0) | Q(tds_amount__gt=0))
                & Q(status__in=MoneyStatus.values, mode__in=PaymentMode.values)
                & (Q(status__in=UNBOOKED) | ~Q(number="")),
                name="%(app_label)s_%(class)s_sound",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            *Document.Meta.indexes,
            models.Index(fields=["amount"], name="%(class)s_total_%(app_label)s"),
            models.Index(fields=["party", "-date"], name="%(class)s_party_%(app_label)s"),
        ]

    @property
    def settles(self) -> Decimal:
        """What the party's account moves by."""
        return self.amount + self.tds_amount

    @property
    def unallocated(self) -> Decimal:
        """What no document was set against yet."""
        return self.balance_due if self.status == MoneyStatus.POSTED else NIL

    @property
    def amount_in_words(self) -> str:
        return amount_in_words(self.amount, self.currency.code if self.currency_id else "INR")


class Receipt(MoneyDocument):
    """Money from a party."""

    class Meta(MoneyDocument.Meta):
        verbose_name = _("receipt")
        verbose_name_plural = _("receipts")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *MoneyDocument.Meta.constraints,
            models.CheckConstraint(
                condition=Q(bank_charges__lte=F("amount")), name="accounting_receipt_charges_within"
            ),
        ]
        triggers: ClassVar[list[object]] = posted_header("receipt", before=UNBOOKED)


class Payment(MoneyDocument):
    """Money to a party."""

    class Meta(MoneyDocument.Meta):
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        triggers: ClassVar[list[object]] = posted_header("payment", before=UNBOOKED)


class AllocationLine(models.Model):
    """What a receipt or payment is to be (draft) or is (posted) set against: a document or an open item."""

    kind: ClassVar[str] = "line"
    scope: ClassVar[Scope] = Scope(shared=True)

    position = models.PositiveSmallIntegerField(_("no."), default=0)
    amount = MoneyField(_("amount"), validators=[POSITIVE])
    open_item = models.ForeignKey(
        "accounting.OpenItem",
        verbose_name=_("open item"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    allocation = models.ForeignKey(
        "accounting.Allocation", null=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )

    objects = ScopedManager()

    class Meta:
        abstract = True
        ordering: ClassVar[list[str]] = ["position", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="%(app_label)s_%(class)s_positive"),
        ]


class ReceiptAllocation(AllocationLine):
    receipt = models.ForeignKey(Receipt, on_delete=models.CASCADE, related_name="allocations")
    invoice = models.ForeignKey(
        "accounting.Invoice",
        verbose_name=_("invoice"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )

    class Meta(AllocationLine.Meta):
        verbose_name = _("allocation of a receipt")
        verbose_name_plural = _("allocations of receipts")

    def __str__(self) -> str:
        return f"{self.invoice_id or self.open_item_id}: {self.amount}"


class PaymentAllocation(AllocationLine):
    payment = models.ForeignKey(Payment, on_delete=models.CASCADE, related_name="allocations")
    bill = models.ForeignKey(
        "accounting.Bill",
        verbose_name=_("bill"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )

    class Meta(AllocationLine.Meta):
        verbose_name = _("allocation of a payment")
        verbose_name_plural = _("allocations of payments")

    def __str__(self) -> str:
        return f"{self.bill_id or self.open_item_id}: {self.amount}"


ReceiptUserGrant = grant_table(Receipt)
PaymentUserGrant = grant_table(Payment)
