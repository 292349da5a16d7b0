"""Import target: invoices of another system or of a clerk's sheet, posted on their own dates.

One record is one invoice, gathered by its number from wherever its rows stand in the file. Customers,
products, fiscal years and stock that are missing are made when the options say so. An invoice whose number
the company has already is passed over, so a file imported twice adds nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounting.choices import SupplyKind
from apps.accounting.invoicing.bulk import Batched, invoice_prepare, masters_by_day
from apps.accounting.models import Invoice, InvoiceLine
from apps.company.models import Company, Currency, FiscalYear, NumberSeries
from apps.company.services.companies import fiscal_year_open
from apps.company.services.series import series_create, series_save
from apps.core.access import may
from apps.core.errors import BahiError, InvalidInput, NotAllowed
from apps.core.money import parse_decimal
from apps.core.rows import row_make
from apps.datatools.importing.options import company_option
from apps.datatools.importing.provenance import Written
from apps.datatools.importing.targets import ImportField, Outcome, Record, RowError, date_parse
from apps.sales.importing.masters import Masters, Wanted
from apps.sales.services.bulk import direct_invoices_post_many

KIND = "accounting.invoice"
MAX_NUMBER = 16
"""A GST invoice number has at most 16 characters (rule 46(b))."""


@dataclass
class Row:
    """A line of the file with its values."""

    number: int
    product: str
    description: str
    quantity: Decimal
    unit_price: Decimal
    discount: Decimal


@dataclass
class Sheet:
    """One invoice of the file, read and checked."""

    record: Record
    number: str
    day: date
    party: Wanted
    rows: list[Row]
    due: date | None = None
    reference: str = ""


class PostedInvoices:
    """See the module. Options: company (code; the only one may be left out), currency, rates {GBP: 70},
    date_format, supply_kind, keep_numbers, open_years, create_parties (a tax treatment), party_name,
    party_missing, create_products, tax_category, unit, stock_percent (goods are brought in the day before at
    that part of their price), values {field: {text: value}}."""

    key = "sales/posted-invoices"
    title = gettext_lazy("Posted invoices")
    group_by = "number"
    gathers = True
    chunk = 1000
    option_names = ("company", "currency", "keep_numbers", "open_years")
    model = Invoice

    def fields(self) -> list[ImportField]:
        """What a column may be."""
        return [
            ImportField("number", "number", required=True),
            ImportField("date", "date", "date", required=True),
            ImportField("due_date", "due date", "date"),
            ImportField("party", "customer", required=True),
            ImportField("country", "country"),
            ImportField("po_reference", "their order"),
            ImportField("lines/product", "product", required=True),
            ImportField("lines/description", "description"),
            ImportField("lines/quantity", "quantity", "decimal", required=True),
            ImportField("lines/unit_price", "unit price", "decimal", required=True),
            ImportField("lines/discount_percent", "discount %", "decimal"),
        ]

    def example(self) -> dict[str, str]:
        """A row that would be accepted."""
        return {
            "number": "S-1001", "date": "2026-04-02", "due_date": "2026-05-02", "party": "Ashok Lamps",
            "country": "", "po_reference": "PO/77", "lines/product": "LED-01", "lines/description": "",
            "lines/quantity": "10", "lines/unit_price": "60.00", "lines/discount_percent": "0",
        }  # fmt: skip

    def require(self, user: Any) -> None:
        """Whoever imports them could enter and post them."""
        for code in ("accounting.import_invoice", "accounting.add_invoice", "accounting.post_invoice"):
            if not may(user, code):
                raise NotAllowed(_("You may not import %(what)s.") % {"what": self.title})

    def apply(self, records: list[Record], *, by: Any, options: dict[str, Any]) -> Outcome:
        """Post the invoices of the records; bad ones are reported by row and field and left out."""
        settings = Settings(options, by)
        outcome = Outcome()
        sheets = [sheet for record in records if (sheet := _read(record, settings, outcome)) is not None]
        known = _known_numbers(settings.company, sheets)
        outcome.skipped += sum(sheet.number in known for sheet in sheets)
        sheets = sorted((s for s in sheets if s.number not in known), key=lambda sheet: sheet.day)
        if not sheets:
            return outcome
        _years_open(settings, sheets)
        masters = Masters(settings, by)
        masters.load(sheets)
        good = [(sheet, item) for sheet in sheets if (item := _batched(sheet, settings, masters, outcome))]
        good = _prepared(good, outcome)
        if good:
            stock = masters.stock_bring(good)
            if stock is not None:
                outcome.written.append(Written(good[0][0].record.row, type(stock), stock.pk, created=True))
            invoices = direct_invoices_post_many([item for _sheet, item in good], by=by)
            outcome.written += [
                Written(sheet.record.row, Invoice, invoice.pk, created=True)
                for (sheet, _item), invoice in zip(good, invoices, strict=True)
            ]
        outcome.created += len(good)
        return outcome


class Settings:
    """The options, read once. Raises InvalidInput naming ``options.…``."""

    def __init__(self, options: dict[str, Any], by: Any) -> None:
        self.options = options
        self.company = company_option(options, by)
        code = str(options.get("currency") or self.company.currency.code)
        self.currency = Currency.objects.filter(code=code).first()
        if self.currency is None:
            raise InvalidInput(_("There is no currency %(c)s.") % {"c": code}, field="options.currency")
        self.foreign = self.currency.pk != self.company.currency_id
        self.rate = (
            self._number("rates", (options.get("rates") or {}).get(code)) if self.foreign else Decimal(1)
        )
        self.stock_percent = self._number("stock_percent", options.get("stock_percent"))
        self.supply_kind = str(options.get("supply_kind") or "")
        if self.supply_kind and self.supply_kind not in SupplyKind.values:
            raise InvalidInput(_("There is no such kind of supply."), field="options.supply_kind")

    def _number(self, name: str, text: Any) -> Decimal | None:
        if text in (None, ""):
            return None
        try:
            value = parse_decimal(str(text), allow_negative=False)
        except ValueError as error:
            raise InvalidInput(str(error), field=f"options.{name}") from error
        if not value:
            raise InvalidInput(_("Must be more than 0."), field=f"options.{name}")
        return value

    def value(self, name: str, text: str) -> str:
        """The file's word for something as ours."""
        return str(self.options.get("values", {}).get(name, {}).get(text, text))


# --- reading --------------------------------------------------------------------------------------


def _read(record: Record, settings: Settings, outcome: Outcome) -> Sheet | None:
    errors: list[RowError] = []
    head = record.head

    def bad(path: str, text: str, code: str = "invalid", row: int = record.row) -> None:
        errors.append(RowError(row, path, code, text))

    number = head.get("number", "")
    if not number:
        bad("number", _("This field is required."), "required")
    elif len(number) > MAX_NUMBER:
        bad("number", _("An invoice number has at most 16 characters."), "max_length")
    day = _date(head, "date", settings, bad, needed=True)
    due = _date(head, "due_date", settings, bad)
    party = _party(head, settings, bad)
    rows = [_row(number, cells, errors) for number, cells in record.children.get("lines", [])]
    if not rows:
        bad("lines/product", _("This invoice has no line."), "required")
    if errors or day is None:
        outcome.errors.extend(errors)
        outcome.skipped += 1
        return None
    return Sheet(record, number, day, party, [row for row in rows if row], due, head.get("po_reference", ""))


def _date(
    head: dict[str, str], name: str, settings: Settings, bad: Any, *, needed: bool = False
) -> date | None:
    text = head.get(name, "")
    if not text:
        if needed:
            bad(name, _("This field is required."), "required")
        return None
    try:
        return date_parse(text, str(settings.options.get("date_format") or ""))
    except ValueError as error:
        bad(name, str(error))
        return None


def _party(head: dict[str, str], settings: Settings, bad: Any) -> Wanted:
    code = head.get("party", "") or str(settings.options.get("party_missing") or "")
    if not code:
        bad("party", _("This field is required."), "required")
    word = head.get("country", "")
    country = settings.value("country", word).upper()
    if word and not (len(country) == 2 and country.isalpha()):
        bad("country", _("The country “%(c)s” isn't known: give its two letters.") % {"c": word[:40]})
    return Wanted(code, word, country or "IN")


def _row(number: int, cells: dict[str, str], errors: list[RowError]) -> Row | None:
    values: dict[str, Decimal] = {}
    before = len(errors)
    for name, needed in (("quantity", True), ("unit_price", True), ("discount_percent", False)):
        text = cells.get(name, "")
        if not text and not needed:
            values[name] = Decimal(0)
            continue
        try:
            values[name] = parse_decimal(text)
        except ValueError as error:
            errors.append(RowError(number, f"lines/{name}", "invalid", str(error)))
            continue
        if values[name] < 0 or (name == "quantity" and not values[name]):
            text = _("Must be more than 0.") if name == "quantity" else _("Must not be negative.")
            errors.append(RowError(number, f"lines/{name}", "min_value", text))
    product = cells.get("product", "")
    if not product:
        errors.append(RowError(number, "lines/product", "required", _("This field is required.")))
    if len(errors) > before:
        return None
    return Row(
        number,
        product,
        cells.get("description", ""),
        values["quantity"],
        values["unit_price"],
        values["discount_percent"],
    )


def _known_numbers(company: Company, sheets: list[Sheet]) -> set[str]:
    """Numbers that the company used already in the years of the file."""
    if not sheets:
        return set()
    numbers = [sheet.number for sheet in sheets]
    days = [sheet.day for sheet in sheets]
    years = FiscalYear.objects.filter(company=company, start__lte=max(days), end__gte=min(days))
    ends = [(year.start, year.end) for year in years]
    if not ends:
        return set()
    found = Invoice.objects.filter(company=company, number__in=numbers)
    return set(
        found.filter(date__gte=min(s for s, _e in ends), date__lte=max(e for _s, e in ends)).values_list(
            "number", flat=True
        )
    )


def _years_open(settings: Settings, sheets: list[Sheet]) -> None:
    """Fiscal years of the file; their series of invoices isn't checked for gaps when numbers are kept."""
    if not settings.options.get("open_years"):
        return
    years = {}
    for day in sorted({sheet.day for sheet in sheets}):
        if not any(year.start <= day <= year.end for year in years.values()):
            year = fiscal_year_open(company=settings.company, day=day)
            years[year.pk] = year
    if not settings.options.get("keep_numbers"):
        return
    for year in years.values():
        series = NumberSeries.objects.filter(
            company=settings.company, record_kind=KIND, fiscal_year=year
        ).first() or series_create(company=settings.company, record_kind=KIND, year=year)
        if series.gapless and not series.last_number:
            series_save(series, values={"gapless": False})


# --- making ---------------------------------------------------------------------------------------


def _batched(sheet: Sheet, settings: Settings, masters: Masters, outcome: Outcome) -> Batched | None:
    party = masters.party(sheet.party)
    errors = []
    if party is None:
        text = _("There is no customer “%(p)s”.") % {"p": sheet.party.code[:60]}
        errors.append(RowError(sheet.record.row, "party", "not_found", text))
    for row in sheet.rows:
        if masters.product(row.product) is None:
            text = _("There is no product “%(p)s”.") % {"p": row.product[:60]}
            errors.append(RowError(row.number, "lines/product", "not_found", text))
    if errors:
        outcome.errors.extend(errors)
        outcome.skipped += 1
        return None
    invoice = row_make(
        Invoice,
        company=settings.company,
        party=party,
        date=sheet.day,
        due_date=sheet.due,
        currency=settings.currency,
        exchange_rate=settings.rate,
        supply_kind=settings.supply_kind,
        number=sheet.number if settings.options.get("keep_numbers") else "",
        po_reference=sheet.reference[:80] or ("" if settings.options.get("keep_numbers") else sheet.number),
        owner=party.salesperson if party else None,
    )
    lines = [_line(invoice, row, masters) for row in sheet.rows]
    return Batched(invoice, lines)


def _line(invoice: Invoice, row: Row, masters: Masters) -> InvoiceLine:
    product = masters.product(row.product)
    return row_make(
        InvoiceLine,
        invoice=invoice,
        product=product,
        unit=product.unit,
        description=row.description,
        quantity=row.quantity,
        unit_price=row.unit_price,
        discount_percent=row.discount,
    )


def _prepared(good: list[tuple[Sheet, Batched]], outcome: Outcome) -> list[tuple[Sheet, Batched]]:
    """Work the invoices out; what the rules refuse is reported at its row."""
    masters = masters_by_day([item for _sheet, item in good])
    kept = []
    for sheet, item in good:
        try:
            invoice_prepare(item, masters[item.invoice.date])
        except BahiError as error:
            outcome.errors.extend(_row_error(sheet, e) for e in error.errors)
            outcome.skipped += 1
            continue
        kept.append((sheet, item))
    return kept


def _row_error(sheet: Sheet, error: Any) -> RowError:
    parts = error.field.split(".")
    if parts[0] == "lines" and len(parts) > 1 and parts[1].isdigit():
        row = sheet.rows[int(parts[1])]
        return RowError(row.number, "/".join(["lines", *parts[2:]]), error.code, str(error.detail))
    return RowError(sheet.record.row, error.field, error.code, str(error.detail))
