"""Places that every company starts with."""

from __future__ import annotations

from django.utils.translation import gettext as _

from apps.company.models import Company
from apps.inventory.choices import PlaceKind
from apps.inventory.models import Place


def places_seed(company: Company) -> None:
    """A main warehouse and the places of the outside world; safe to repeat."""
    known = set(Place.objects.filter(company=company).values_list("code", flat=True))
    table = (
        ("MAIN", _("Main warehouse"), PlaceKind.WAREHOUSE),
        ("TRANSIT", _("In transit"), PlaceKind.TRANSIT),
        ("REPAIR", _("Under repair"), PlaceKind.REPAIR),
        ("VENDOR", _("Vendors"), PlaceKind.VENDOR),
        ("CUSTOMER", _("Customers"), PlaceKind.CUSTOMER),
        ("SCRAP", _("Scrap"), PlaceKind.SCRAP),
        ("ADJUST", _("Adjustment"), PlaceKind.ADJUSTMENT),
        ("OPENING", _("Opening stock"), PlaceKind.OPENING),
    )
    for code, name, kind in table:
        if code not in known:
            Place(
                company=company, code=code, name=name, place_kind=kind, is_default=kind == PlaceKind.WAREHOUSE
            ).save()
