"""Customers and vendors for the tests."""

from __future__ import annotations

from itertools import count
from typing import Any

from apps.parties.models import Party, PartyAddress

_number = count(1)


def make_customer(**values: Any) -> Party:
    """A registered customer in Maharashtra with a billing address, unless said otherwise."""
    index = next(_number)
    state = values.pop("state_code", "27")
    values.setdefault("legal_name", f"Customer {index} Traders")
    values.setdefault("display_name", f"Customer {index}")
    values.setdefault("place_of_supply", state)
    party = Party(is_customer=True, **values)
    party.full_clean(exclude=["search_text"])
    party.save()
    PartyAddress.objects.create(
        party=party, line1=f"{index} Station Road", city="Pune", state_code=state, postal_code="411001"
    )
    return party
