"""The places that sales moves goods between."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NoReturn

from django.db.models import Q
from django.utils.translation import gettext as _

from apps.core.errors import Refused
from apps.inventory.choices import STOCK_KINDS, PlaceKind
from apps.inventory.models import Place


def places_of(company_id: int, kinds: Iterable[str]) -> dict[str, Place]:
    """{kind: the company's first place of that kind}, one query. Raises Refused when one is missing."""
    wanted = list(kinds)
    found: dict[str, Place] = {}
    rows = Place.objects.filter(company_id=company_id, place_kind__in=wanted, active=True, deleted_at=None)
    for place in rows.order_by("-is_default", "id"):
        found.setdefault(place.place_kind, place)
    for kind in wanted:
        if kind not in found:
            _missing(kind)
    return found


def _missing(kind: str) -> NoReturn:
    raise Refused(
        _("The company has no place of the kind “%(kind)s”.") % {"kind": PlaceKind(kind).label},
        code="in_use",
        field="place",
    )


def delivery_places(place_id: int, company_id: int) -> tuple[Place, Place]:
    """(the place that goods leave from, with its company; the customers' place), one query."""
    rows = Place.objects.filter(
        Q(pk=place_id) | Q(company_id=company_id, place_kind=PlaceKind.CUSTOMER, active=True, deleted_at=None)
    ).select_related("company")
    found = {row.pk: row for row in rows.order_by("-id")}
    customers = [row for row in found.values() if row.place_kind == PlaceKind.CUSTOMER]
    if not customers:
        _missing(PlaceKind.CUSTOMER)
    return found[place_id], customers[-1]


def stock_place(company_id: int) -> Place | None:
    """Where the company's goods leave from when nobody said: its default place, else its first warehouse."""
    rows = Place.objects.filter(
        company_id=company_id, place_kind__in=STOCK_KINDS, active=True, deleted_at=None
    ).exclude(place_kind__in=(PlaceKind.TRANSIT, PlaceKind.REPAIR))
    return rows.order_by("-is_default", "id").first()
