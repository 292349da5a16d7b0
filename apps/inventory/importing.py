"""Import target: opening stock from a sheet, one row an item, posted against opening balances.

Rows of the same company, day and place become one document. A row whose item (and batch) has opening stock
at that place and day already is passed over, so a file imported twice adds nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounting.statements.opening import opening_notes
from apps.catalog.models import Product, Unit
from apps.company.models import Company
from apps.core.access import access_of, may
from apps.core.errors import BahiError, FieldError, NotAllowed
from apps.core.money import parse_decimal
from apps.core.scope import record_filter
from apps.datatools.importing.provenance import Written
from apps.datatools.importing.targets import ImportField, Outcome, Record, RowError, date_parse
from apps.inventory.choices import MovementKind
from apps.inventory.models import Inward, Place, StockMove
from apps.inventory.selectors import default_place
from apps.inventory.services.inwards import opening_stock_post

Group = tuple[Company, date, Place]


@dataclass
class _Row:
    number: int
    values: dict[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> tuple[int, str]:
        return (self.values["product"].pk, self.values.get("batch", ""))


class OpeningStock:
    """``options``: ``company`` (code) and ``date`` for files that have no such columns."""

    key = "inventory/opening-stock"
    title = gettext_lazy("Opening stock")
    group_by = ""
    model = Inward

    def fields(self) -> list[ImportField]:
        return [
            ImportField("product", _("Product code"), "key", required=True, model=Product),
            ImportField("quantity", _("Quantity"), "decimal", required=True),
            ImportField("unit_cost", _("Unit cost"), "decimal", required=True),
            ImportField("unit", _("Unit"), "key", model=Unit),
            ImportField("company", _("Company code"), "key", model=Company),
            ImportField("date", _("Date"), "date"),
            ImportField("place", _("Place code"), "key", model=Place),
            ImportField("batch", _("Batch")),
            ImportField("made_on", _("Made on"), "date"),
            ImportField("expires_on", _("Expires on"), "date"),
            ImportField("serials", _("Serial numbers"), "list"),
        ]

    def require(self, user: Any) -> None:
        for code in ("inventory.import_inward", "inventory.add_inward", "inventory.post_inward"):
            if not may(user, code):
                raise NotAllowed(_("You may not import %(what)s.") % {"what": self.title})

    def apply(self, records: list[Record], *, by: Any, options: dict[str, Any]) -> Outcome:
        outcome = Outcome()
        groups = _Reading(records, by, options).groups(outcome)
        for group, rows in groups.items():
            fresh = _fresh(group, rows)
            outcome.skipped += len(rows) - len(fresh)
            _post(group, fresh, by, outcome)
        outcome.errors.sort(key=lambda error: (error.row, error.column))
        for company in sorted({group[0] for group in groups}, key=lambda row: row.code):
            outcome.notes += opening_notes(company)
        return outcome


class _Reading:
    """Cells to values, with one query for each kind of master."""

    def __init__(self, records: Sequence[Record], by: Any, options: dict[str, Any]) -> None:
        self.records, self.options = records, options
        access = access_of(by)
        companies = Company.objects.filter(record_filter(Company, access), deleted_at=None)
        self.companies = {row.code.lower(): row for row in companies}
        self.products = self._by_code(Product, "product")
        self.units = self._by_code(Unit, "unit")
        places = Place.objects.filter(record_filter(Place, access), deleted_at=None)
        self.places = {(row.company_id, row.code.lower()): row for row in places}

    def _by_code(self, model: Any, name: str) -> dict[str, Any]:
        codes = {record.head.get(name, "").strip() for record in self.records}
        rows = model.objects.filter(code__in=codes, deleted_at=None)
        return {row.code.lower(): row for row in (rows.select_related("unit") if model is Product else rows)}

    def groups(self, outcome: Outcome) -> dict[Group, list[_Row]]:
        found: dict[Group, list[_Row]] = defaultdict(list)
        for record in self.records:
            errors: list[FieldError] = []
            group, row = self._row(record, errors)
            if errors or group is None:
                outcome.skipped += 1
                outcome.errors += [RowError(record.row, e.field, e.code, str(e.detail)) for e in errors]
            else:
                found[group].append(row)
        return found

    def _row(self, record: Record, errors: list[FieldError]) -> tuple[Group | None, _Row]:
        cells = {**record.head}
        row = _Row(record.row)
        company = self._named(cells, "company", self.companies, errors, required=True)
        row.values["product"] = self._named(cells, "product", self.products, errors, required=True)
        unit = self._named(cells, "unit", self.units, errors)
        for name in ("quantity", "unit_cost"):
            row.values[name] = self._parsed(cells, name, parse_decimal, errors, required=True)
        for name in ("made_on", "expires_on"):
            row.values[name] = self._parsed(cells, name, self._date, errors)
        day = self._parsed(cells, "date", self._date, errors, required=True)
        row.values["batch"] = cells.get("batch", "").strip()
        row.values["serials"] = [part.strip() for part in cells.get("serials", "").split(",") if part.strip()]
        if unit is not None:
            row.values["unit"] = unit
        place = self._place(cells, company, errors)
        return ((company, day, place) if company and day and place else None), row

    def _date(self, text: str) -> date:
        return date_parse(text, self.options.get("date_format", ""))

    def _text(self, cells: dict[str, str], name: str) -> str:
        return (cells.get(name) or str(self.options.get(name, "") or "")).strip()

    def _named(
        self,
        cells: dict[str, str],
        name: str,
        known: dict[str, Any],
        errors: list[FieldError],
        *,
        required: bool = False,
    ) -> Any:
        text = self._text(cells, name)
        if not text:
            if required:
                errors.append(FieldError(name, _("This field is required."), "required"))
            return None
        found = known.get(text.lower())
        if found is None:
            errors.append(
                FieldError(name, _("There is no such record: %(id)s.") % {"id": text[:60]}, "not_found")
            )
        return found

    def _parsed(
        self,
        cells: dict[str, str],
        name: str,
        parse: Any,
        errors: list[FieldError],
        *,
        required: bool = False,
    ) -> Any:
        text = self._text(cells, name)
        if not text:
            if required:
                errors.append(FieldError(name, _("This field is required."), "required"))
            return None
        try:
            return parse(text)
        except ValueError as error:
            errors.append(FieldError(name, str(error)))
            return None

    def _place(
        self, cells: dict[str, str], company: Company | None, errors: list[FieldError]
    ) -> Place | None:
        if company is None:
            return None
        text = self._text(cells, "place")
        if not text:
            return default_place(company)
        found = self.places.get((company.pk, text.lower()))
        if found is None:
            errors.append(
                FieldError("place", _("There is no such record: %(id)s.") % {"id": text[:60]}, "not_found")
            )
        return found


def _fresh(group: Group, rows: Iterable[_Row]) -> list[_Row]:
    """Rows whose item has no opening stock there on that day yet."""
    rows = list(rows)
    _company, day, place = group
    done = {
        (product, batch or "")
        for product, batch in StockMove.objects.filter(
            movement_kind=MovementKind.OPENING,
            to_place=place,
            date=day,
            product__in=[row.values["product"] for row in rows],
            reversed_by=None,
        ).values_list("product_id", "batch__code")
    }
    return [row for row in rows if row.key not in done]


def _post(group: Group, rows: list[_Row], by: Any, outcome: Outcome) -> None:
    """Post the rows as one document; rows that it refuses are reported and the rest is tried again."""
    company, day, place = group
    while rows:
        table = [{**row.values, "place": place} for row in rows]
        try:
            with transaction.atomic():
                inward = opening_stock_post(company, day, table, by)
        except BahiError as error:
            bad = _report(error, rows, outcome)
            outcome.skipped += len(bad)
            rows = [row for index, row in enumerate(rows) if index not in bad]
            continue
        outcome.created += len(rows)
        outcome.written.append(Written(rows[0].number, Inward, inward.pk, created=True))
        return


def _report(error: BahiError, rows: list[_Row], outcome: Outcome) -> set[int]:
    """Enter what a document refused at the rows it names; → their places (all when it names none)."""
    bad = set()
    for item in error.errors:
        parts = item.field.split(".")
        named = len(parts) >= 3 and parts[0] == "lines" and parts[1].isdigit()
        index = int(parts[1]) if named else 0
        bad.add(index)
        column = parts[2] if named else item.field
        outcome.errors.append(RowError(rows[index].number, column, item.code, str(item.detail)))
        if not named:
            return set(range(len(rows)))
    return bad or set(range(len(rows)))
