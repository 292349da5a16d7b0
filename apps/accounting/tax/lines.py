"""What the lines and charges of a taxed document get from masters, in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from apps.accounting.calculation.place_of_supply import Supply
from apps.accounting.calculation.tax_lines import Charge, TaxClass, TaxLine
from apps.catalog.models import Product, TaxCategory, Unit
from apps.catalog.selectors import prices_for, tax_rates_on, unit_factors
from apps.core.errors import ErrorList, InvalidInput
from apps.core.money import ZERO, round_money, round_quantity

FACTOR_ONE = Decimal("1.0000000000")
MAX_AMOUNT = Decimal(10) ** 13
"""Largest amount of one line or total in document currency: far above business, well inside the columns."""


@dataclass
class Masters:
    """Products, categories and the rates of the day that the lines name."""

    products: dict[int, Any]
    categories: dict[int, Any]
    rates: dict[int, Any]


def masters_load(lines: list[Any], charges: list[Any], day: Any) -> Masters:
    """Three queries at most: products, tax categories, rates on the day."""
    products = _instances(Product, "product", lines)
    categories_fill(lines, products)
    ids = {row.tax_category_id for row in (*lines, *charges) if row.tax_category_id}
    categories = _categories(ids, products)
    rates = tax_rates_on(list(ids), day) if ids else {}
    return Masters(products, categories, rates)


def _categories(ids: set[int], products: dict[int, Any]) -> dict[int, Any]:
    """The categories by id: those that came with the products, the rest by one query."""
    field = Product._meta.get_field("tax_category")
    found = {p.tax_category_id: p.tax_category for p in products.values() if field.is_cached(p)}
    missing = ids - found.keys()
    if missing:
        found |= {row.pk: row for row in TaxCategory.objects.filter(pk__in=missing)}
    return {pk: found[pk] for pk in ids if pk in found}


def categories_fill(lines: Iterable[Any], products: dict[int, Any]) -> None:
    """A line that names no tax category has its product's."""
    for line in lines:
        if line.product_id and line.tax_category_id is None:
            line.tax_category_id = products[line.product_id].tax_category_id


def _instances(model: Any, name: str, rows: Iterable[Any]) -> dict[int, Any]:
    """The related rows by id: those that are cached on the lines already, the rest by one query."""
    field = model_field(rows, name)
    found: dict[int, Any] = {}
    missing = set()
    for row in rows:
        pk = getattr(row, f"{name}_id")
        if pk is None:
            continue
        if field is not None and field.is_cached(row):
            found[pk] = getattr(row, name)
        else:
            missing.add(pk)
    missing -= found.keys()
    if missing:
        found.update({row.pk: row for row in model._default_manager.filter(pk__in=missing)})
    return found


def model_field(rows: Iterable[Any], name: str) -> Any:
    first = next(iter(rows), None)
    return None if first is None else first._meta.get_field(name)


def supply_of(lines: list[Any], products: dict[int, Any]) -> Supply:
    """A document with any goods is one of goods (place of supply follows them)."""
    billed = [products[line.product_id] for line in lines if line.product_id and not line.shadow]
    if not billed:
        return Supply.GOODS if not lines else Supply.SERVICE
    return Supply.SERVICE if all(item.product_kind == "service" for item in billed) else Supply.GOODS


def lines_fill(
    document: Any, lines: list[Any], masters: Masters, *, needs_tax: bool, errors: ErrorList
) -> None:
    """Description, HSN, unit, price and tax category of each line; errors are collected by path."""
    for index, line in enumerate(lines):
        product = masters.products.get(line.product_id)
        if product is not None:
            _fill_from_product(document, line, product)
        elif not line.description.strip():
            errors.add(f"lines.{index}.product", _("Choose a product or write a description."), "required")
    _fill_factors(lines, masters, errors)
    _fill_prices(document, lines, masters, errors)
    for index, line in enumerate(lines):
        _check(line, f"lines.{index}", errors)
        if needs_tax and line.tax_category_id is None and not line.shadow:
            errors.add(f"lines.{index}.tax_category", _("This line needs a tax category."), "required")


def _fill_from_product(document: Any, line: Any, product: Any) -> None:
    own = product.purchase_unit_id if document.direction == "in" else product.sale_unit_id
    line.description = line.description or product.description or product.name
    line.hsn = line.hsn or product.hsn
    line.unit_id = line.unit_id or own or product.unit_id


def _fill_factors(lines: list[Any], masters: Masters, errors: ErrorList) -> None:
    """Base units in one unit of the line; two queries when some line uses another unit than its product."""
    other = []
    for index, line in enumerate(lines):
        line.unit_factor = FACTOR_ONE
        product = masters.products.get(line.product_id)
        if product is not None and line.unit_id != product.unit_id:
            other.append(index)
    if other:
        units = _instances(Unit, "unit", [lines[index] for index in other])
        pairs = [(masters.products[lines[i].product_id], units[lines[i].unit_id]) for i in other]
        try:
            for index, factor in zip(other, unit_factors(pairs), strict=True):
                lines[index].unit_factor = round_money(factor, 10)
        except InvalidInput as error:
            found = error.field.split(".")
            index = other[int(found[1])] if len(found) == 3 else other[0]
            errors.add(f"lines.{index}.unit", str(error.detail), error.code)
    for line in lines:
        line.base_quantity = round_quantity(line.quantity * line.unit_factor)


def _fill_prices(document: Any, lines: list[Any], masters: Masters, errors: ErrorList) -> None:
    """Prices that nobody gave: of a purchase from the product, of a sale from the lists (three queries)."""
    missing = []
    for index, line in enumerate(lines):
        product = masters.products.get(line.product_id)
        if line.unit_price is not None:
            continue
        if product is None and line.shadow:
            line.unit_price = ZERO
        elif product is None:
            errors.add(f"lines.{index}.unit_price", _("This field is required."), "required")
        elif document.direction == "in":
            line.unit_price = round_quantity(product.purchase_price * line.unit_factor)
        else:
            missing.append((index, line, product))
    if not missing:
        return
    answers = prices_for(
        [(product, line.base_quantity) for _index, line, product in missing],
        party=document.party if document.party_id else None,
        currency=document.currency,
        day=document.date,
        company=document.company,
    )
    for (index, line, _product), answer in zip(missing, answers, strict=True):
        if answer.unit_price is not None:
            line.unit_price = round_quantity(answer.unit_price * line.unit_factor)
        elif line.shadow:
            line.unit_price = ZERO
        else:
            errors.add(f"lines.{index}.unit_price", str(answer.why), "required")


def _check(line: Any, path: str, errors: ErrorList) -> None:
    if line.quantity <= 0:
        errors.add(f"{path}.quantity", _("Quantity must be more than 0."), "min_value")
    if line.unit_price is not None and line.unit_price < 0:
        errors.add(f"{path}.unit_price", _("The price can't be negative."), "min_value")
    if not 0 <= line.discount_percent <= 100:
        errors.add(f"{path}.discount_percent", _("Must be between 0 and 100."), "max_value")
    if line.unit_price is not None and abs(line.quantity * line.unit_price) > MAX_AMOUNT:
        errors.add(f"{path}.unit_price", _("The amount of this line is too large."), "max_value")
    if abs(line.base_quantity) > MAX_AMOUNT:
        errors.add(f"{path}.quantity", _("The quantity is too large."), "max_value")
    if line.hsn and not (line.hsn.isascii() and line.hsn.isdigit() and len(line.hsn) in (2, 4, 6, 8)):
        errors.add(f"{path}.hsn", _("An HSN or SAC has 2, 4, 6 or 8 digits."))


def charges_fill(lines: list[Any], charges: list[Any], *, needs_tax: bool, errors: ErrorList) -> None:
    """A charge that names no tax category follows the largest line (composite supply, CGST Act s. 8)."""
    billed = [
        line for line in lines if not line.shadow and line.tax_category_id and line.unit_price is not None
    ]
    principal = max(billed, key=lambda line: line.quantity * line.unit_price, default=None)
    for index, charge in enumerate(charges):
        if charge.amount is None or charge.amount < 0:
            errors.add(f"charges.{index}.amount", _("The amount can't be negative."), "min_value")
        elif charge.amount > MAX_AMOUNT:
            errors.add(f"charges.{index}.amount", _("The amount is too large."), "max_value")
        if charge.tax_category_id is None and principal is not None:
            charge.tax_category_id = principal.tax_category_id
        if charge.tax_category_id is None and needs_tax:
            errors.add(f"charges.{index}.tax_category", _("This charge needs a tax category."), "required")


def tax_line(line: Any, masters: Masters, exchange_rate: Decimal) -> TaxLine:
    """The line as the engine takes it. Cess by quantity is law in rupees per base unit."""
    rate = masters.rates.get(line.tax_category_id)
    category = masters.categories.get(line.tax_category_id)
    override = getattr(line, "gst_rate_override", None)
    gst = rate.gst_rate if rate is not None else ZERO
    per_unit = rate.cess_per_unit * line.unit_factor / exchange_rate if rate is not None else ZERO
    return TaxLine(
        quantity=line.quantity,
        unit_price=line.unit_price,
        gst_rate=gst if override is None else override,
        discount_percent=line.discount_percent,
        cess_rate=rate.cess_rate if rate is not None else ZERO,
        cess_per_unit=round_quantity(per_unit),
        tax_class=TaxClass(category.tax_class) if category is not None else TaxClass.TAXABLE,
        shadow=line.shadow,
    )


def tax_charge(charge: Any, masters: Masters) -> Charge:
    """A charge as the engine takes it."""
    rate = masters.rates.get(charge.tax_category_id)
    category = masters.categories.get(charge.tax_category_id)
    return Charge(
        amount=charge.amount,
        gst_rate=rate.gst_rate if rate is not None else ZERO,
        cess_rate=rate.cess_rate if rate is not None else ZERO,
        tax_class=TaxClass(category.tax_class) if category is not None else TaxClass.TAXABLE,
    )


def rates_check(lines: list[Any], masters: Masters, *, needs_tax: bool, errors: ErrorList) -> None:
    """A taxable line needs a rate on the day, unless the document bears no tax or the line brings its own."""
    if not needs_tax:
        return
    for index, line in enumerate(lines):
        category = masters.categories.get(line.tax_category_id)
        if category is None or line.shadow or getattr(line, "gst_rate_override", None) is not None:
            continue
        if category.tax_class == TaxClass.TAXABLE and line.tax_category_id not in masters.rates:
            errors.add(
                f"lines.{index}.tax_category",
                _("The tax category %(c)s has no rate on this date.") % {"c": category},
                "no_rate",
            )
