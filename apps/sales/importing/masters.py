"""Customers, products and stock that imported invoices name: found, or made in bulk when options say so."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _

from apps.catalog.models import Product, TaxCategory, Unit
from apps.company.services.companies import fiscal_year_open
from apps.core.access import may
from apps.core.copying import rows_insert
from apps.core.errors import InvalidInput, NotAllowed
from apps.core.events import emit
from apps.core.india.states import OTHER_COUNTRY
from apps.core.models.history import history_write
from apps.core.money import ZERO, round_quantity
from apps.core.records import RecordSaved
from apps.core.scope import kind_of
from apps.core.validation import field_errors
from apps.inventory.models import Inward
from apps.inventory.services.inwards import opening_stock_post
from apps.parties.choices import TaxTreatment
from apps.parties.models import Party, PartyAddress


@dataclass(frozen=True)
class Wanted:
    """A customer as the file names him: his code or name, the country in its words and in two letters."""

    code: str
    country_name: str
    country: str


class Masters:
    """Found and made masters of one chunk, by the lower-case text that names them."""

    def __init__(self, settings: Any, by: Any) -> None:
        self.settings, self.options, self.by = settings, settings.options, by
        self._parties: dict[str, Party] = {}
        self._products: dict[str, Product] = {}

    def party(self, wanted: Wanted) -> Party | None:
        return self._parties.get(wanted.code.lower())

    def product(self, code: str) -> Product | None:
        return self._products.get(code.lower())

    def load(self, sheets: Iterable[Any]) -> None:
        """Find everything the sheets name in a few queries; make what is missing and may be made."""
        sheets = list(sheets)
        wanted = {}
        for sheet in sheets:
            wanted.setdefault(sheet.party.code.lower(), sheet.party)
        self._find_parties(wanted)
        missing = [item for key, item in wanted.items() if key not in self._parties]
        if missing and self.options.get("create_parties"):
            self._make_parties(missing)
        rows = {}
        for row in sorted((row for sheet in sheets for row in sheet.rows), key=lambda row: row.number):
            rows.setdefault(row.product.lower(), row)
        self._find_products(rows)
        unknown = [row for key, row in rows.items() if key not in self._products]
        if unknown and self.options.get("create_products"):
            self._make_products(unknown)

    # --- customers --------------------------------------------------------------------------------

    def _find_parties(self, wanted: dict[str, Wanted]) -> None:
        names = [item.code for item in wanted.values()]
        rows = Party.objects.for_user(self.by).filter(is_customer=True, deleted_at=None)
        rows = rows.filter(Q(code__in=names) | Q(display_name__in=names) | Q(legal_name__in=names))
        rows = rows.select_related("payment_terms", "salesperson", "currency").prefetch_related("addresses")
        for row in rows.order_by("-id"):
            for name in (row.legal_name, row.display_name, row.code):
                if name.lower() in wanted:
                    self._parties[name.lower()] = row

    def _make_parties(self, wanted: list[Wanted]) -> None:
        _require(self.by, "parties.add_party")
        treatment = str(self.options["create_parties"])
        if treatment not in TaxTreatment.values:
            raise InvalidInput(_("There is no such tax treatment."), field="options.create_parties")
        pattern = str(self.options.get("party_name") or "{id}")
        abroad = treatment == TaxTreatment.EXPORT
        parties = []
        for item in wanted:
            name = pattern.replace("{id}", item.code).replace("{country}", item.country_name).strip()
            parties.append(
                Party(
                    code=item.code[:40],
                    legal_name=name[:200],
                    display_name=name[:120],
                    external_id=item.code[:80],
                    tax_treatment=treatment,
                    place_of_supply=OTHER_COUNTRY if abroad else "",
                    currency=self.settings.currency,
                )
            )
        _bulk_make(parties)
        addresses = [
            PartyAddress(party=party, line1=item.country_name or item.country, country=item.country,
                         state_code=OTHER_COUNTRY if abroad else "")
            for party, item in zip(parties, wanted, strict=True)
        ]  # fmt: skip
        rows_insert(addresses)
        for party, address in zip(parties, addresses, strict=True):
            party._prefetched_objects_cache = {"addresses": _cached(party.addresses.all(), [address])}
            self._parties[party.code.lower()] = party

    # --- products ---------------------------------------------------------------------------------

    def _find_products(self, rows: dict[str, Any]) -> None:
        codes = [row.product for row in rows.values()]
        found = Product.objects.for_user(self.by).filter(deleted_at=None, is_sold=True)
        found = found.filter(Q(code__in=codes) | Q(name__in=codes)).select_related("unit", "tax_category")
        for product in found.order_by("-id"):
            for name in (product.name, product.code):
                if name.lower() in rows:
                    self._products[name.lower()] = product

    def _make_products(self, rows: list[Any]) -> None:
        """Each with the first description that the file gives; prices in company currency."""
        _require(self.by, "catalog.add_product")
        unit = _by_code(Unit, self.options.get("unit") or "NOS", "unit")
        tax = _by_code(TaxCategory, self.options.get("tax_category") or "", "tax_category")
        rate = self.settings.rate or Decimal(1)
        percent = self.settings.stock_percent or Decimal(100)
        products = [
            Product(
                code=row.product[:60],
                name=(row.description or row.product)[:200],
                unit=unit,
                tax_category=tax,
                sale_price=round_quantity(row.unit_price * rate),
                purchase_price=round_quantity(row.unit_price * rate * percent / 100),
            )
            for row in rows
        ]
        _bulk_make(products)
        self._products.update({product.code.lower(): product for product in products})

    # --- stock ------------------------------------------------------------------------------------

    def stock_bring(self, good: list[tuple[Any, Any]]) -> Inward | None:
        """What the invoices sell comes in on the day before the first of them, at a part of its price."""
        percent = self.settings.stock_percent
        if percent is None:
            return None
        quantities: dict[int, Decimal] = defaultdict(lambda: ZERO)
        values: dict[int, Decimal] = defaultdict(lambda: ZERO)
        products = {}
        for _sheet, item in good:
            for line in item.lines:
                if line.product.stocked:
                    products[line.product.pk] = line.product
                    quantities[line.product.pk] += line.base_quantity
                    values[line.product.pk] += line.taxable_value * item.invoice.exchange_rate * percent / 100
        if not products:
            return None
        day = min(item.invoice.date for _sheet, item in good) - timedelta(days=1)
        if self.options.get("open_years"):
            fiscal_year_open(company=self.settings.company, day=day)
        return opening_stock_post(
            self.settings.company,
            day,
            [
                {
                    "product": products[pk],
                    "unit": products[pk].unit,
                    "quantity": quantity,
                    "unit_cost": round_quantity(values[pk] / quantity),
                }
                for pk, quantity in quantities.items()
            ],
            self.by,
            reference=_("For imported invoices"),
        )


def _require(user: Any, code: str) -> None:
    if not may(user, code):
        raise NotAllowed(_("You may not add what the file names: %(p)s.") % {"p": code})


def _by_code(model: type[models.Model], code: str, option: str) -> Any:
    found = model._default_manager.filter(code=code).first()
    if found is None:
        raise InvalidInput(_("There is no “%(c)s”.") % {"c": code}, field=f"options.{option}")
    return found


def _bulk_make(rows: list[Any]) -> None:
    """Insert masters with history, after the checks of their columns. Raises InvalidInput."""
    errors = []
    for row in rows:
        row.search_text = row.make_search_text()
        keys = [f.name for f in row._meta.concrete_fields if f.is_relation]
        try:
            row.clean_fields(exclude=[*keys, "search_text"])
        except Exception as error:
            errors.extend(field_errors(error, f"{getattr(row, 'code', '')}."))  # type: ignore[arg-type]  # raised by full_clean
    if errors:
        raise InvalidInput(errors)
    rows_insert(rows)
    history_write(rows)
    for row in rows:
        emit(RecordSaved(kind=kind_of(row), record_id=row.pk, created=True))


def _cached(queryset: Any, rows: list[Any]) -> Any:
    queryset._result_cache = rows
    return queryset
