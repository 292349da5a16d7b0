"""How numbers, dates and times are written: as the organisation in use chose, said here for every surface.

Django's own formats (``config/formats``) read it, so lists, forms and templates follow
(``|date:"SHORT_DATE_FORMAT"``); services, prints, reports and mails call ``show_…``; pages hand it to the
scripts (``bahi/head.html``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django.conf import settings
from django.utils import timezone
from django.utils.dateformat import format as write_date

from apps.core.india import numbers
from apps.core.tenant import organisation_in_use

INDIAN, WESTERN = "indian", "western"
GROUPS = {INDIAN: (3, 2, 0), WESTERN: (3, 0)}  # as Django's NUMBER_GROUPING
DATES = {"day_dash": "d-m-Y", "day_slash": "d/m/Y", "day_dot": "d.m.Y", "iso": "Y-m-d"}
USUAL_DATE = "day_dash"


def _chosen(name: str, usual: str) -> str:
    return getattr(organisation_in_use(), name, "") or usual


def number_format_key() -> str:
    """``indian`` (1,23,456) or ``western`` (123,456)."""
    return _chosen("number_format", INDIAN)


def date_format_key() -> str:
    """One of ``DATES``."""
    return _chosen("date_format", USUAL_DATE)


def is_indian() -> bool:
    """Whether the organisation groups digits the Indian way (1,23,456)."""
    return number_format_key() != WESTERN


def date_pattern() -> str:
    """The pattern of a day in Django's letters: ``d-m-Y``."""
    return DATES.get(date_format_key(), DATES[USUAL_DATE])


class ChosenPattern(str):
    """DATE_FORMAT and its like: Django keeps the object for ever and asks for its text at each use."""

    __slots__ = ()

    def __str__(self) -> str:
        return date_pattern() + self[len(DATES[USUAL_DATE]) :]


class Grouping(tuple[int, ...]):
    """NUMBER_GROUPING in the same way: its groups are read anew at each number."""

    __slots__ = ()

    def __iter__(self) -> Iterator[int]:
        return iter(GROUPS.get(number_format_key(), GROUPS[INDIAN]))


# --- numbers ----------------------------------------------------------------------------------------


def show_number(amount: Decimal, decimals: int = 2) -> str:
    """An amount or figure in the groups of the organisation: ``-12,34,567.89``."""
    return (numbers.format_indian if is_indian() else numbers.format_western)(amount, decimals)


def show_money(amount: Decimal, currency: str = "INR", decimals: int = 2) -> str:
    """With its symbol; a foreign currency keeps groups of three: ``₹1,23,456.00``, ``US$123,456.00``."""
    return numbers.format_money(amount, currency, decimals, indian=is_indian() and currency == "INR")


def show_quantity(quantity: Decimal, most: int = 6) -> str:
    """A quantity without idle zeros: ``1,250``, ``12.5``."""
    return numbers.format_quantity(quantity, most, indian=is_indian())


def show_price(price: Decimal, most: int = 6) -> str:
    """The price or cost of one unit: two decimals, more where it has them: ``41.50``, ``0.0125``. ``most``
    for a figure that was worked out, whose further places say nothing."""
    places = decimals_of(round(price, most))
    return show_number(price, max(2, places))


def decimals_of(value: Decimal) -> int:
    """Places behind the point without idle zeros."""
    exponent = value.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


# --- days and moments -------------------------------------------------------------------------------


def show_date(day: dt.date) -> str:
    """A day as the organisation writes it; a moment is taken in the time zone in use."""
    if isinstance(day, dt.datetime) and timezone.is_aware(day):
        day = timezone.localtime(day)
    return write_date(day, date_pattern())


def show_moment(at: dt.datetime) -> str:
    """Day and time in the time zone in use."""
    return write_date(timezone.localtime(at) if timezone.is_aware(at) else at, f"{date_pattern()} H:i")


def sheet_date() -> str:
    """The pattern of a day as spreadsheets say it: ``dd-mm-yyyy``."""
    return date_pattern().replace("d", "dd").replace("m", "mm").replace("Y", "yyyy")


# --- time zones -------------------------------------------------------------------------------------


@cache
def zone_names() -> tuple[str, ...]:
    """The time zones that may be chosen, without the old names that only mean an offset."""
    names = [name for name in available_timezones() if "/" in name and not name.startswith("Etc/")]
    return (*sorted(names), "UTC")


def zone_choices() -> list[tuple[str, str]]:
    """They as choices of a form."""
    return [(name, name.replace("_", " ")) for name in zone_names()]


def zone_named(name: str) -> ZoneInfo:
    """The zone of that name; the platform's when there is no such zone."""
    try:
        return ZoneInfo(name)
    except (ValueError, OSError):
        return ZoneInfo(settings.TIME_ZONE)


def zone_of(user: Any = None) -> ZoneInfo:
    """The person's own time zone when he set one, else the organisation's."""
    own = getattr(user, "time_zone", "") if user is not None else ""
    return zone_named(own or _chosen("time_zone", settings.TIME_ZONE))


class OrganisationZone(dt.tzinfo):
    """The zone of the organisation in use, asked for when needed: jobs without a time pay nothing."""

    def utcoffset(self, at: dt.datetime | None) -> dt.timedelta | None:
        return zone_of().utcoffset(at)

    def dst(self, at: dt.datetime | None) -> dt.timedelta | None:
        return zone_of().dst(at)

    def tzname(self, at: dt.datetime | None) -> str | None:
        return zone_of().tzname(at)

    def fromutc(self, at: dt.datetime) -> dt.datetime:
        zone = zone_of()
        return zone.fromutc(at.replace(tzinfo=zone))

    def __str__(self) -> str:
        return str(zone_of())


@contextmanager
def organisation_times() -> Iterator[None]:
    """Times inside the block are those of the organisation in use."""
    with timezone.override(OrganisationZone()):
        yield
