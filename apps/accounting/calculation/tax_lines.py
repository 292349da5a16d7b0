"""What goes into the tax engine (`tax_split`) and what comes out of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from apps.accounting.calculation.place_of_supply import TaxKind, tax_kind
from apps.core.money import ZERO

NIL = Decimal("0.00")


class TaxClass(StrEnum):
    """How GST sees a line. Only ``taxable`` bears tax; a taxable line may still have the rate 0."""

    TAXABLE = "taxable"
    NIL_RATED = "nil"
    EXEMPT = "exempt"
    NON_GST = "non_gst"


class SupplyKind(StrEnum):
    """Kind of supply. ``*_lut`` means without payment of tax, under bond or letter of undertaking."""

    DOMESTIC = "domestic"
    EXPORT_WITH_PAYMENT = "export_with_payment"
    EXPORT_LUT = "export_lut"
    SEZ_WITH_PAYMENT = "sez_with_payment"
    SEZ_LUT = "sez_lut"
    DEEMED_EXPORT = "deemed"


class TaxRounding(StrEnum):
    """Where components are rounded."""

    PER_LINE = "per_line"
    PER_DOCUMENT = "per_document"


class InclusiveRule(StrEnum):
    """What stays exact when prices include tax."""

    PRICE_KEPT = "price_kept"
    TAXABLE_FIRST = "taxable_first"


class DiscountRule(StrEnum):
    """What is rounded when a discount is a percentage."""

    AMOUNT_ROUNDED = "amount_rounded"
    NET_ROUNDED = "net_rounded"


class DocumentKind(StrEnum):
    """What the law calls the document that these lines make."""

    TAX_INVOICE = "tax_invoice"
    BILL_OF_SUPPLY = "bill_of_supply"
    INVOICE_CUM_BILL = "invoice_cum_bill_of_supply"


WITHOUT_PAYMENT = frozenset({SupplyKind.EXPORT_LUT, SupplyKind.SEZ_LUT})
ALWAYS_INTER_STATE = frozenset(
    {
        SupplyKind.EXPORT_LUT,
        SupplyKind.EXPORT_WITH_PAYMENT,
        SupplyKind.SEZ_LUT,
        SupplyKind.SEZ_WITH_PAYMENT,
    }
)


@dataclass(frozen=True, slots=True)
class TaxLine:
    """One line. Prices in the document's currency, rates in percent (18 for CGST + SGST together).

    A negative quantity is a return within the document. ``discount_amount`` comes off after
    ``discount_percent``. ``cess_per_unit`` is an amount of money per unit of ``quantity``. A ``shadow``
    line is shown for the record: it is neither billed nor taxed. ``price_includes_tax`` overrides the
    document's choice.
    """

    quantity: Decimal
    unit_price: Decimal
    gst_rate: Decimal = ZERO
    discount_percent: Decimal = ZERO
    discount_amount: Decimal = ZERO
    cess_rate: Decimal = ZERO
    cess_per_unit: Decimal = ZERO
    tax_class: TaxClass = TaxClass.TAXABLE
    shadow: bool = False
    price_includes_tax: bool | None = None


@dataclass(frozen=True, slots=True)
class Charge:
    """Freight, packing, insurance …: an amount with its own rate; a document discount doesn't touch it."""

    amount: Decimal
    gst_rate: Decimal = ZERO
    cess_rate: Decimal = ZERO
    tax_class: TaxClass = TaxClass.TAXABLE
    price_includes_tax: bool | None = None


@dataclass(frozen=True, slots=True)
class TaxContext:
    """What is true of the whole document.

    ``supplier_state`` and ``place_of_supply`` are two-digit GST codes; on a purchase the supplier is the
    vendor. ``composition`` and ``unregistered`` describe the supplier: no tax is charged.
    ``reverse_charge``: tax is worked out and shown, but paid by the recipient. ``discount_percent`` and
    ``discount_amount`` are document discounts. ``recipient_registered`` only matters for mixed documents
    (rule 46A).
    """

    supplier_state: str
    place_of_supply: str
    supply_kind: SupplyKind = SupplyKind.DOMESTIC
    reverse_charge: bool = False
    composition: bool = False
    unregistered: bool = False
    prices_include_tax: bool = False
    rounding: TaxRounding = TaxRounding.PER_LINE
    inclusive_rule: InclusiveRule = InclusiveRule.PRICE_KEPT
    discount_rule: DiscountRule = DiscountRule.AMOUNT_ROUNDED
    round_to_rupee: bool = False
    discount_percent: Decimal = ZERO
    discount_amount: Decimal = ZERO
    charges: Sequence[Charge] = ()
    recipient_registered: bool = True

    @property
    def tax_kind(self) -> TaxKind:
        """The taxes of the document; NONE when the supplier may not charge any."""
        if self._no_tax:
            return TaxKind.NONE
        return tax_kind(
            self.supplier_state, self.place_of_supply, sez=SupplyKind(self.supply_kind) in ALWAYS_INTER_STATE
        )

    @property
    def _no_tax(self) -> bool:
        return (self.composition or self.unregistered) and not self.reverse_charge


@dataclass(slots=True)
class TaxedLine:
    """A line or charge with its money, all to paise. ``sgst`` holds UTGST where that applies.

    ``discount`` is the line's own, ``document_discount`` its share of the document's. ``gst_rate`` and
    ``cess_rate`` are the rates really applied (0 under LUT or composition). ``line_total`` is what is billed:
    taxable value plus taxes, without them under reverse charge.
    """

    gross: Decimal = NIL
    discount: Decimal = NIL
    document_discount: Decimal = NIL
    taxable: Decimal = NIL
    cgst: Decimal = NIL
    sgst: Decimal = NIL
    igst: Decimal = NIL
    cess: Decimal = NIL
    line_total: Decimal = NIL
    inclusive_difference: Decimal = NIL
    gst_rate: Decimal = ZERO
    cess_rate: Decimal = ZERO
    tax_class: TaxClass = TaxClass.TAXABLE
    shadow: bool = False

    @property
    def tax(self) -> Decimal:
        """All taxes of the line, cess included."""
        return self.cgst + self.sgst + self.igst + self.cess


@dataclass(frozen=True, slots=True)
class RateTotal:
    """Sums of the lines and charges of one tax class and rate: the tax table at the foot of an invoice."""

    tax_class: TaxClass
    gst_rate: Decimal
    cess_rate: Decimal
    taxable: Decimal
    cgst: Decimal
    sgst: Decimal
    igst: Decimal
    cess: Decimal


@dataclass(frozen=True, slots=True)
class TaxedDocument:
    """The result: lines in the order given, charges in the order given, and totals that are their sums.

    ``total`` is the sum billed before rounding, ``grand_total`` = ``total`` + ``round_off``.
    ``tax_charged`` is on the bill; ``tax_payable_reverse_charge`` is what the recipient must pay instead.
    """

    tax_kind: TaxKind
    document_kind: DocumentKind
    lines: tuple[TaxedLine, ...]
    charges: tuple[TaxedLine, ...]
    gross: Decimal
    discount: Decimal
    taxable: Decimal
    cgst: Decimal
    sgst: Decimal
    igst: Decimal
    cess: Decimal
    tax_charged: Decimal
    tax_payable_reverse_charge: Decimal
    total: Decimal
    round_off: Decimal
    grand_total: Decimal

    @property
    def tax(self) -> Decimal:
        """All taxes, whoever pays them."""
        return self.cgst + self.sgst + self.igst + self.cess

    def rate_totals(self) -> tuple[RateTotal, ...]:
        """Sums by tax class and rates, in order of first appearance; shadow lines are left out."""
        groups: dict[tuple[TaxClass, Decimal, Decimal], list[TaxedLine]] = {}
        for line in (*self.lines, *self.charges):
            if not line.shadow:
                groups.setdefault((line.tax_class, line.gst_rate, line.cess_rate), []).append(line)
        return tuple(
            RateTotal(
                *key,
                taxable=sum((line.taxable for line in group), NIL),
                cgst=sum((line.cgst for line in group), NIL),
                sgst=sum((line.sgst for line in group), NIL),
                igst=sum((line.igst for line in group), NIL),
                cess=sum((line.cess for line in group), NIL),
            )
            for key, group in groups.items()
        )
