"""What a person may give away on quotations, orders, proformas and invoices.

Without ``change_price`` a line costs what the price lists say. A role may carry a limit of discounts in
percent; beyond the largest limit of his roles only who holds ``exceed_discount_limit`` goes. A line or header
that somebody with the right has set stays as it is when another person saves the document.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from apps.accounting.invoicing.price_reasons import listed_answers
from apps.core.access import access_of, may
from apps.core.errors import ErrorList
from apps.core.formats import show_quantity
from apps.core.money import ZERO, round_quantity

CHANGE_PRICE = "accounting.change_price"
ANY_DISCOUNT = "accounting.exceed_discount_limit"
HUNDRED = Decimal(100)
Places = list[tuple[int, Any]]
_HEADER = ("discount_amount", "prices_include_tax")
_LINE = ("product_id", "unit_id", "unit_price", "discount_percent")


def sale_terms_check(document: Any, lines: Sequence[Any], *, by: Any) -> None:
    """Refuse prices and discounts that ``by`` may not give, on a document just worked out.

    Call it before anything is written: what is stored is what somebody was allowed before. Raises
    InvalidInput naming ``lines.0.unit_price``, ``lines.0.discount_percent``, ``discount_amount`` or
    ``prices_include_tax``. No query for a person without limits, else four at most.
    """
    if by is None:
        return
    may_price = may(by, CHANGE_PRICE)
    limit = None if may(by, ANY_DISCOUNT) else access_of(by).discount_limit
    if may_price and limit is None:
        return
    header, touched = _touched(document, lines)
    listed = _listed(document, [line for _index, line in touched])
    errors = ErrorList()
    for (index, line), price in zip(touched, listed, strict=True):
        if not may_price and line.unit_price != price:
            errors.add(f"lines.{index}.unit_price", _price_text(price), "price_fixed")
        if limit is not None and _given_away(line, price) > limit:
            errors.add(f"lines.{index}.discount_percent", _limit_text(limit), "discount_limit")
    if not may_price and "prices_include_tax" in header:
        errors.add("prices_include_tax", _("You may not change prices."), "price_fixed")
    if limit is not None and document.discount_amount and (touched or "discount_amount" in header):
        gross = document.gross_total - document.charges_total
        if document.discount_total * HUNDRED > limit * gross:
            errors.add("discount_amount", _limit_text(limit), "discount_limit")
    errors.raise_if_any()


def _touched(document: Any, lines: Sequence[Any]) -> tuple[set[str], Places]:
    """The header's terms, and the billed lines with their places, that differ from what is stored."""
    stored = type(document)._default_manager.filter(pk=document.pk).values(*_HEADER).first()
    before = stored or {"discount_amount": ZERO, "prices_include_tax": False}
    header = {name for name in _HEADER if getattr(document, name) != before[name]}
    kept: dict[int, tuple[Any, ...]] = {}
    known = [line.pk for line in lines if line.pk]
    if known:
        rows = type(lines[0])._default_manager.filter(pk__in=known).values_list("pk", *_LINE)
        kept = {row[0]: row[1:] for row in rows}
    touched = [
        (index, line)
        for index, line in enumerate(lines)
        if not line.shadow and kept.get(line.pk) != tuple(getattr(line, name) for name in _LINE)
    ]
    return header, touched


def _listed(document: Any, lines: list[Any]) -> list[Decimal | None]:
    """The listed price of each line in its unit; None for free text and for products without a price."""
    prices = [answer.unit_price if answer else None for answer in listed_answers(document, lines)]
    return [
        None if price is None else round_quantity(price * line.unit_factor)
        for line, price in zip(lines, prices, strict=True)
    ]


def _given_away(line: Any, listed: Decimal | None) -> Decimal:
    """Percent below the listed price, by a lower price, a discount or both."""
    kept = line.unit_price * (HUNDRED - line.discount_percent)
    full = max(listed or ZERO, line.unit_price)
    return HUNDRED - kept / full if full else ZERO


def _price_text(listed: Decimal | None) -> str:
    if listed is None:
        return _("There is no listed price for this, and you may not set one.")
    return _("The listed price is %(price)s; you may not change it.") % {"price": show_quantity(listed)}


def _limit_text(limit: Decimal) -> str:
    return _("You may give discounts up to %(limit)s %%.") % {"limit": show_quantity(limit)}
