"""Refusals of the stock ledger."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext as _

from apps.catalog.models import Product
from apps.core.errors import ErrorList, FieldError, Refused
from apps.core.formats import show_quantity


class InsufficientStock(Refused):
    """Less is free than was asked for (409); names every line."""

    code = "insufficient_stock"

    def __init__(self, found: list[FieldError]) -> None:
        super().__init__(found[0].detail, code=self.code, field=found[0].field)
        self._found = found

    @property
    def errors(self) -> list[FieldError]:
        return self._found


def short(path: str, product: Product, needed: Decimal, free: Decimal, place: str) -> FieldError:
    """Only so much is free at the place."""
    return FieldError(
        f"{path}.quantity",
        _("%(needed)s of %(product)s are needed; %(free)s free at %(place)s.")
        % {
            "needed": show_quantity(needed),
            "free": show_quantity(max(free, Decimal(0))),
            "product": product.code,
            "place": place,
        },
        InsufficientStock.code,
    )


def raise_short(errors: ErrorList) -> None:
    if errors.items:
        raise InsufficientStock(errors.items)
