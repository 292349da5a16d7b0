"""Why a line of a sale costs what it does: what the price lists say, in words, beside its price."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from apps.catalog.selectors import PriceAnswer, prices_for
from apps.core.formats import show_price
from apps.core.money import round_quantity


def listed_answers(document: Any, lines: Sequence[Any]) -> list[PriceAnswer | None]:
    """What the price lists say of each line, per unit of the product; None for free text. Four queries."""
    asked = [(line.product, line.base_quantity) for line in lines if line.product_id]
    if not asked:
        return [None] * len(lines)
    answers = iter(
        prices_for(
            asked,
            party=document.party if document.party_id else None,
            currency=document.currency,
            day=document.date,
            company=document.company,
        )
    )
    return [next(answers) if line.product_id else None for line in lines]


def price_reasons(document: Any, lines: Sequence[Any]) -> list[str]:
    """One sentence for each line of a document just worked out or kept; empty for free text."""
    answers = listed_answers(document, lines)
    return [_reason(line, answer) for line, answer in zip(lines, answers, strict=True)]


def _reason(line: Any, answer: PriceAnswer | None) -> str:
    if answer is None or line.unit_price is None:
        return ""
    if answer.unit_price is None:
        return _("Set on the document")
    listed = round_quantity(answer.unit_price * line.unit_factor)
    if listed == line.unit_price:
        return str(answer.why)
    values = {"price": show_price(listed), "why": answer.why}
    return _("Set on the document instead of %(price)s (%(why)s)") % values
