"""Companies with books, parties, invoices, bills, money for the tests: all through the real services.

Everything has a default; dates default to today at the company's place.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import count
from typing import Any

from apps.accounting.invoicing.bills import bill_compute
from apps.accounting.invoicing.credit_notes import credit_note_compute
from apps.accounting.invoicing.invoices import sale_compute
from apps.accounting.models import (
    Bill,
    BillCharge,
    BillLine,
    CreditNote,
    CreditNoteCharge,
    CreditNoteLine,
    Invoice,
    InvoiceCharge,
    InvoiceLine,
    Payment,
    PaymentAllocation,
    Proforma,
    ProformaCharge,
    ProformaLine,
    Receipt,
    ReceiptAllocation,
)
from apps.accounting.payments.money import money_compute
from apps.company.models import Company, Currency, CurrencyRate
from apps.company.selectors import company_today
from apps.core.records import Child
from apps.core.uow import run_in_unit_of_work
from apps.documents.lifecycle import transition_run
from apps.documents.services.drafts import draft_save
from apps.parties.models import Party
from tests.factories.catalog import make_product
from tests.factories.company import make_company

_number = count(1)
MAHARASHTRA, KARNATAKA = "27", "29"
GSTIN_27, GSTIN_29 = "27AAPFU0939F1ZV", "29AAPFU0939F1ZR"

_TAXED = (
    "product", "description", "hsn", "quantity", "unit", "unit_price", "discount_percent", "tax_category",
    "shadow",
)  # fmt: skip
_DIMENSIONS = ("account", "cost_centre", "project")
_CHARGE = ("charge_kind", "description", "amount", "tax_category")


def company(**values: Any) -> Company:
    """A registered company in Maharashtra with its books, this and last fiscal year."""
    if values.setdefault("state_code", MAHARASHTRA) == MAHARASHTRA:
        values.setdefault("gstin", GSTIN_27)
    return make_company(**values)


def currency(code: str) -> Currency:
    """A seeded currency."""
    return Currency.objects.get(code=code)


def rate(code: str, value: str, day: date | None = None) -> CurrencyRate:
    """Rupees for one unit of a currency from ``day`` on."""
    day = day or company_today()
    return CurrencyRate.objects.create(currency=currency(code), date=day, rate=Decimal(value))


def customer(name: str = "", **values: Any) -> Party:
    """A customer without GSTIN in Maharashtra, unless ``state`` or ``gstin`` say otherwise."""
    name = name or f"Customer {next(_number)}"
    state = values.pop("state", MAHARASHTRA)
    values.setdefault("legal_name", name)
    values.setdefault("display_name", name)
    if values.get("gstin"):
        values.setdefault("tax_treatment", "regular")
    elif values.get("tax_treatment") != "export":
        values.setdefault("place_of_supply", state)
    return Party.objects.create(**values)


def vendor(name: str = "", **values: Any) -> Party:
    """A registered vendor in Maharashtra."""
    values = {
        "is_vendor": True,
        "is_customer": False,
        "gstin": GSTIN_27,
        "tax_treatment": "regular",
        **values,
    }
    return customer(name or f"Vendor {next(_number)}", **values)


def product(**values: Any) -> Any:
    """A product at 100.00 with GST 18 %."""
    return make_product(**values)


def _lines(lines: Any, defaults: dict[str, Any]) -> list[dict[str, Any]]:
    """Lines as dictionaries; decimals may be written as texts or whole numbers."""
    rows = []
    for line in lines if lines is not None else [{}]:
        row = {**defaults, **line}
        if "product" not in row and "description" not in row:
            row["product"] = product()
        for name in ("quantity", "unit_price", "discount_percent", "amount", "gst_rate_override"):
            if row.get(name) is not None:
                row[name] = Decimal(str(row[name]))
        rows.append(row)
    return rows


def _save(document: Any, values: dict[str, Any], children: dict[str, Any], specs: Any, **how: Any) -> Any:
    compute, by = how["compute"], how["by"]
    values.setdefault("date", company_today())
    named = {spec.name: spec for spec in specs}
    return run_in_unit_of_work(
        lambda: draft_save(
            document, values=values, children=children, specs=named, compute=compute, version=None, by=by
        )
    )


def _taxed(models: Any, parent: str, compute: Any, more: tuple[str, ...], kwargs: Any) -> Any:
    model, line, charge = models
    lines, charges, by = kwargs.pop("lines", None), kwargs.pop("charges", []), kwargs.pop("by", None)
    post = kwargs.pop("post", False)
    specs = [Child("lines", line, parent, (*_TAXED, *more)), Child("charges", charge, parent, _CHARGE)]
    children = {"lines": _lines(lines, {}), "charges": _lines(charges, {"description": ""})}
    made = _save(model(), kwargs, children, specs, compute=compute, by=by)
    return posted(made, by=by) if post else made


def invoice(
    *, company: Company, party: Party, lines: Any = None, post: bool = False, by: Any = None, **values: Any
) -> Invoice:
    """An invoice draft (posted with ``post``) that moves no stock; default: one product of 100.00."""
    values.setdefault("moves_stock", False)
    values |= {"company": company, "party": party, "lines": lines, "post": post, "by": by}
    return _taxed((Invoice, InvoiceLine, InvoiceCharge), "invoice", sale_compute, _DIMENSIONS, values)


def proforma(*, company: Company, party: Party, lines: Any = None, **values: Any) -> Proforma:
    """A proforma draft."""
    values |= {"company": company, "party": party, "lines": lines}
    return _taxed((Proforma, ProformaLine, ProformaCharge), "proforma", sale_compute, (), values)


def bill(
    *, company: Company, party: Party, lines: Any = None, post: bool = False, by: Any = None, **values: Any
) -> Bill:
    """A vendor bill draft with a vendor number; default: one product of 100.00."""
    lines = lines if lines is not None else [{"product": product(purchase_price=Decimal(100))}]
    values |= {"company": company, "party": party, "lines": lines, "post": post, "by": by}
    values.setdefault("vendor_number", f"V-{next(_number)}")
    more = (*_DIMENSIONS, "gst_rate_override", "override_reason", "itc_eligible")
    return _taxed((Bill, BillLine, BillCharge), "bill", bill_compute, more, values)


def credit_note(
    *, invoice: Invoice | None = None, lines: Any = (), post: bool = False, by: Any = None, **values: Any
) -> CreditNote:
    """A credit note for an invoice; without lines it gives back all that is left."""
    if invoice is not None:
        invoice.refresh_from_db()
        values |= {"company": invoice.company, "party": invoice.party}
    specs = [
        Child("lines", CreditNoteLine, "credit_note", (*_TAXED, "invoice_line")),
        Child("charges", CreditNoteCharge, "credit_note", _CHARGE),
    ]
    charges = values.pop("charges", [])
    numbers = ("quantity", "unit_price")
    rows = [{k: Decimal(str(v)) if k in numbers else v for k, v in row.items()} for row in lines]
    children = {"lines": rows, "charges": charges}
    values |= {"invoice": invoice}
    made = _save(CreditNote(), values, children, specs, compute=credit_note_compute, by=by)
    return posted(made, by=by) if post else made


def _money(model: Any, row: Any, parent: str, values: dict[str, Any]) -> Any:
    post, by = values.pop("post", True), values.pop("by", None)
    allocations = values.pop("allocations", [])
    for name in ("amount", "bank_charges", "tds_amount", "exchange_rate"):
        if values.get(name) is not None:
            values[name] = Decimal(str(values[name]))
    target = "invoice" if model is Receipt else "bill"
    spec = Child("allocations", row, parent, (target, "open_item", "amount"))
    rows = [{**row, "amount": Decimal(str(row["amount"]))} for row in allocations]
    made = _save(model(), values, {"allocations": rows}, [spec], compute=money_compute, by=by)
    return posted(made, by=by) if post else made


def receipt(*, company: Company, party: Party, amount: Any, **values: Any) -> Receipt:
    """A posted receipt (or draft); ``allocations=[{"invoice": invoice, "amount": "10"}]``."""
    return _money(
        Receipt,
        ReceiptAllocation,
        "receipt",
        {"company": company, "party": party, "amount": amount, **values},
    )


def payment(*, company: Company, party: Party, amount: Any, **values: Any) -> Payment:
    """A posted payment; ``allocations=[{"bill": bill, "amount": "10"}]``."""
    return _money(
        Payment,
        PaymentAllocation,
        "payment",
        {"company": company, "party": party, "amount": amount, **values},
    )


def posted(document: Any, *, by: Any = None, verb: str = "post", **data: Any) -> Any:
    """Run a transition as a surface would."""
    row = run_in_unit_of_work(lambda: transition_run(document, verb, by=by, data=data))
    return type(row).objects.get(pk=row.pk)
