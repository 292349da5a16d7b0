"""The company in which a user works just now, chosen in the header and remembered.

It narrows lists and figures and is the company of new documents. It hides nothing: a record of another
company opens from search or a link, and an explicit filter of a list wins.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from apps.core.scope import scope_of


@dataclass(frozen=True)
class CompanyChoice:
    """One company in the header's list; ``chosen`` is the one the user works in."""

    pk: int
    label: str
    chosen: bool = False


_source: list[Callable[[Any], list[CompanyChoice]]] = []


def use_company_choices(source: Callable[[Any], list[CompanyChoice]]) -> None:
    """Called once by ``company``, which knows the companies and keeps the choice."""
    _source[:] = [source]


def company_choices(user: Any) -> list[CompanyChoice]:
    """The companies that this user works for, read once for a request (``user`` lives no longer)."""
    if not _source or user is None or not getattr(user, "is_active", False):
        return []
    known = user.__dict__.setdefault("_company_choices", None)
    if known is None:
        known = user.__dict__["_company_choices"] = _source[0](user)
    return known


def working_company_id(user: Any) -> int | None:
    """The company that the user chose; None while he works in all of them."""
    return next((item.pk for item in company_choices(user) if item.chosen), None)


def in_company(queryset: QuerySet, company_id: int | None) -> QuerySet:
    """The rows of one company; everything where records have no company, or none is chosen."""
    path = scope_of(queryset.model).company
    if company_id is None or path in ("", "id"):
        return queryset
    return queryset.filter(**{path: company_id})
