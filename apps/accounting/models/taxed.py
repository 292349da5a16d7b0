"""Abstract bases of every document that bears tax: quotation, order, invoice, credit note, proforma, bill.

``tax.documents.taxed_compute`` fills all derived columns; nobody writes them by hand.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.accounting.choices import ChargeKind, SupplyKind, TaxClass
from apps.core.fields import MoneyField, QuantityField, RateField
from apps.core.india.words import amount_in_words
from apps.core.scope import Scope, ScopedManager
from apps.core.validators import state_code_validator
from apps.documents.models import Document, DocumentLine

NIL = Decimal("0.00")
NOT_NEGATIVE = MinValueValidator(Decimal(0))
PERCENT = (NOT_NEGATIVE, MaxValueValidator(Decimal(100)))


def totals_sound() -> Q:
    """The amounts of a taxed document: none negative, and the total is the sum of its parts."""
    charged = F("taxable_total") + F("cgst_total") + F("sgst_total") + F("igst_total") + F("cess_total")
    return (
        Q(exchange_rate__gt=0)
        & Q(discount_amount__gte=0)
        & Q(taxable_total__gte=0, cgst_total__gte=0, sgst_total__gte=0, igst_total__gte=0, cess_total__gte=0)
        & Q(grand_total__gte=0)
        & (
            Q(reverse_charge=False, grand_total=charged + F("round_off"))
            | Q(reverse_charge=True, grand_total=F("taxable_total") + F("round_off"))
        )
    )


def line_sound() -> Q:
    """A line or charge never has a negative quantity, price, rate or amount."""
    return Q(
        quantity__gte=0,
        unit_price__gte=0,
        discount_percent__gte=0,
        discount_percent__lte=100,
        gst_rate__gte=0,
        gst_rate__lte=100,
        cess_rate__gte=0,
        cess_per_unit__gte=0,
        unit_factor__gt=0,
    ) & Q(taxable_value__gte=0, cgst__gte=0, sgst__gte=0, igst__gte=0, cess__gte=0, line_total__gte=0)


class TaxedDocument(Document):
    """Header of a document with tax, in the currency it names.

    ``direction`` out: we supply the party; in: the party supplies us. ``exchange_rate`` is units of company
    currency for one unit of ``currency``. Addresses are copies taken when the draft was made.
    """

    direction: ClassVar[str] = "out"
    terms_setting: ClassVar[str] = ""  # the typed setting that a new document takes its terms from
    held_with: ClassVar[tuple[str, ...]] = ("company__currency",)
    constraints_checked: ClassVar[bool] = True
    search_fields: ClassVar[tuple[str, ...]] = ("number", "po_reference", "party_name")
    amount_field: ClassVar[str] = "grand_total"

    party = models.ForeignKey("parties.Party", verbose_name=_("party"), on_delete=models.PROTECT)
    party_name = models.CharField(
        _("name of the party"), max_length=200, blank=True, default="", editable=False
    )
    party_gstin = models.CharField("GSTIN", max_length=15, default="", editable=False, blank=True)
    billing_address = models.JSONField(_("billing address"), default=dict, blank=True)
    shipping_address = models.JSONField(_("shipping address"), default=dict, blank=True)
    place_of_supply = models.CharField(
        _("place of supply"), max_length=2, blank=True, default="", validators=[state_code_validator]
    )
    supply_kind = models.CharField(
        _("kind of supply"), max_length=20, choices=SupplyKind.choices, blank=True, default=""
    )
    currency = models.ForeignKey(
        "company.Currency", verbose_name=_("currency"), on_delete=models.PROTECT, blank=True, related_name="+"
    )
    exchange_rate = models.DecimalField(
        _("exchange rate"),
        max_digits=18,
        decimal_places=6,
        blank=True,
        default=None,
        validators=[MinValueValidator(Decimal("0.000001"))],
    )
    prices_include_tax = models.BooleanField(_("prices include tax"), default=False)
    discount_amount = MoneyField(_("discount"), default=NIL, validators=[NOT_NEGATIVE])
    reverse_charge = models.BooleanField(_("reverse charge"), default=False)
    po_reference = models.CharField(_("their order"), max_length=80, blank=True, default="")
    po_date = models.DateField(_("date of their order"), null=True, blank=True)
    payment_terms = models.ForeignKey(
        "parties.PaymentTerms",
        verbose_name=_("payment terms"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    terms = models.TextField(_("terms"), blank=True, default="")
    special_terms = models.TextField(_("special terms"), blank=True, default="")

    gross_total = MoneyField(_("gross"), default=NIL, editable=False)
    discount_total = MoneyField(_("discounts"), default=NIL, editable=False)
    taxable_total = MoneyField(_("taxable value"), default=NIL, editable=False)
    cgst_total = MoneyField("CGST", default=NIL, editable=False)
    sgst_total = MoneyField("SGST", default=NIL, editable=False)
    igst_total = MoneyField("IGST", default=NIL, editable=False)
    cess_total = MoneyField(_("cess"), default=NIL, editable=False)
    charges_total = MoneyField(_("charges"), default=NIL, editable=False)
    round_off = MoneyField(_("round-off"), default=NIL, editable=False)
    grand_total = MoneyField(_("total"), default=NIL, editable=False)
    base_total = MoneyField(_("total in company currency"), default=NIL, editable=False)

    class Meta(Document.Meta):
        abstract = True
        indexes: ClassVar[list[models.Index]] = [
            *Document.Meta.indexes,
            models.Index(fields=["grand_total"], name="%(class)s_total_%(app_label)s"),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *Document.Meta.constraints,
            models.CheckConstraint(condition=totals_sound(), name="%(app_label)s_%(class)s_totals_sound"),
        ]

    @property
    def tax_total(self) -> Decimal:
        """All taxes, whoever pays them."""
        return self.cgst_total + self.sgst_total + self.igst_total + self.cess_total

    @property
    def amount_in_words(self) -> str:
        """The total in words, as the law and cheques want it."""
        return amount_in_words(self.grand_total, self.currency.code if self.currency_id else "INR")

    @property
    def is_foreign(self) -> bool:
        """In another currency than the company's."""
        return self.currency_id != self.company.currency_id


class TaxedLine(DocumentLine):
    """A line with money: ``taxed_compute`` fills what the user left out and all amounts.

    ``unit_factor`` base units are in one ``unit`` (kept: a later change of the master changes no history).
    A ``shadow`` line is shown but neither billed nor taxed.
    """

    product = models.ForeignKey(
        "catalog.Product",
        verbose_name=_("product"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    hsn = models.CharField(_("HSN/SAC"), max_length=8, blank=True, default="")
    unit = models.ForeignKey(
        "catalog.Unit",
        verbose_name=_("unit"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    unit_price = QuantityField(_("unit price"), blank=True, default=None)
    discount_percent = RateField(_("discount %"), default=Decimal("0.000"), validators=[*PERCENT])
    tax_category = models.ForeignKey(
        "catalog.TaxCategory",
        verbose_name=_("tax category"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    tax_class = models.CharField(
        max_length=8, choices=TaxClass.choices, default=TaxClass.TAXABLE, editable=False
    )
    gst_rate = RateField(_("GST %"), default=Decimal("0.000"), editable=False)
    cess_rate = RateField(_("cess %"), default=Decimal("0.000"), editable=False)
    cess_per_unit = QuantityField(_("cess per unit"), default=Decimal("0.000000"), editable=False)
    shadow = models.BooleanField(_("shown only"), default=False)
    gross_value = MoneyField(_("gross"), default=NIL, editable=False)
    discount_value = MoneyField(_("discount"), default=NIL, editable=False)
    taxable_value = MoneyField(_("taxable value"), default=NIL, editable=False)
    cgst = MoneyField("CGST", default=NIL, editable=False)
    sgst = MoneyField("SGST", default=NIL, editable=False)
    igst = MoneyField("IGST", default=NIL, editable=False)
    cess = MoneyField(_("cess"), default=NIL, editable=False)
    line_total = MoneyField(_("total"), default=NIL, editable=False)
    unit_factor = models.DecimalField(
        max_digits=20, decimal_places=10, default=Decimal("1.0000000000"), editable=False
    )
    base_quantity = QuantityField(_("quantity in base unit"), default=Decimal("0.000000"), editable=False)

    class Meta(DocumentLine.Meta):
        abstract = True
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=line_sound(), name="%(app_label)s_%(class)s_sound")
        ]

    def amounts(self) -> dict[str, Any]:
        """Quantity and values for print and reports."""
        return {
            "quantity": self.quantity,
            "taxable_value": self.taxable_value,
            "cgst": self.cgst,
            "sgst": self.sgst,
            "igst": self.igst,
            "cess": self.cess,
            "line_total": self.line_total,
        }


class BookedLine(TaxedLine):
    """A line with the dimensions under which it is booked; its account is the subclass's."""

    cost_centre = models.ForeignKey(
        "dimensions.CostCentre", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    project = models.ForeignKey(
        "dimensions.Project", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta(TaxedLine.Meta):
        abstract = True


class SaleLine(BookedLine):
    """A line of an invoice or of a note on it."""

    account = models.ForeignKey(
        "accounting.Account",
        verbose_name=_("income account"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )

    class Meta(BookedLine.Meta):
        abstract = True


class DocumentCharge(models.Model):
    """Freight, packing …: an amount with its own rate; the document's discount doesn't touch it."""

    kind: ClassVar[str] = "line"
    scope: ClassVar[Scope] = Scope(shared=True)

    position = models.PositiveSmallIntegerField(_("no."), default=0)
    charge_kind = models.CharField(
        _("kind"), max_length=12, choices=ChargeKind.choices, default=ChargeKind.FREIGHT
    )
    description = models.CharField(_("description"), max_length=200, blank=True, default="")
    amount = MoneyField(_("amount"), validators=[NOT_NEGATIVE])
    tax_category = models.ForeignKey(
        "catalog.TaxCategory",
        verbose_name=_("tax category"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    tax_class = models.CharField(
        max_length=8, choices=TaxClass.choices, default=TaxClass.TAXABLE, editable=False
    )
    gst_rate = RateField(_("GST %"), default=Decimal("0.000"), editable=False)
    cess_rate = RateField(_("cess %"), default=Decimal("0.000"), editable=False)
    taxable_value = MoneyField(_("taxable value"), default=NIL, editable=False)
    cgst = MoneyField("CGST", default=NIL, editable=False)
    sgst = MoneyField("SGST", default=NIL, editable=False)
    igst = MoneyField("IGST", default=NIL, editable=False)
    cess = MoneyField(_("cess"), default=NIL, editable=False)
    line_total = MoneyField(_("total"), default=NIL, editable=False)

    objects = ScopedManager()

    class Meta:
        abstract = True
        ordering: ClassVar[list[str]] = ["position", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(amount__gte=0, taxable_value__gte=0, cgst__gte=0, sgst__gte=0, igst__gte=0)
                & Q(cess__gte=0, gst_rate__gte=0, gst_rate__lte=100),
                name="%(app_label)s_%(class)s_sound",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_charge_kind_display()} {self.amount}"
