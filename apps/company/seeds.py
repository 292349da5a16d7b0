from __future__ import annotations

from typing import Any

from apps.company.models import Currency
from apps.core.seeding import seed

CURRENCIES = (
    ("INR", "Indian rupee", "₹", 2),
    ("USD", "US dollar", "$", 2),
    ("EUR", "Euro", "€", 2),
    ("GBP", "Pound sterling", "£", 2),
    ("AED", "UAE dirham", "AED", 2),
    ("SGD", "Singapore dollar", "S$", 2),
    ("JPY", "Japanese yen", "¥", 0),
)


@seed
def currencies(organisation: Any) -> None:
    for code, name, symbol, places in CURRENCIES:
        Currency.objects.get_or_create(code=code, defaults={"name": name, "symbol": symbol, "places": places})
