"""Previous and next record: those above and below in the list as the user left it, filtered and sorted."""

from __future__ import annotations

import copy
from functools import cache
from typing import Any

from django.contrib.admin.options import IncorrectLookupParameters
from django.db.models import Q, QuerySet
from django.http import HttpRequest, QueryDict
from unfold.admin import ModelAdmin

from apps.core.admin.looks import list_key, look_left

# So far a record is looked for in its list; beyond it the records by date or key are its neighbours.
MOST = 5_000


def pin_of(request: HttpRequest, title: str) -> dict[str, Any]:
    """What the star of this page needs: {path, title, pinned}."""
    kept = getattr(request.user, "favourites", None) or ()
    return {"path": request.path, "title": title, "pinned": any(i.get("path") == request.path for i in kept)}


@cache
def order_only(changelist_class: type) -> type:
    """A list that is never read: it has the queryset of the address, but counts and fetches nothing."""

    class OrderOnly(changelist_class):  # type: ignore[misc]  # the class is known at run time
        def get_results(self, request: HttpRequest) -> None:
            self.result_count = self.full_result_count = 0

    return OrderOnly


def neighbours(model_admin: Any, request: HttpRequest, record: Any) -> dict[str, int]:
    """{"prev": key, "next": key} of the rows beside ``record``; a missing one is left out.

    One query for a list without filters; a filtered one also asks what its filters need.
    """
    rows = _listed(model_admin, request)
    keys = list(rows.values_list("pk", flat=True)[:MOST])
    if record.pk in keys:
        at = keys.index(record.pk)
        found = {"prev": keys[at - 1] if at else None, "next": next(iter(keys[at + 1 : at + 2]), None)}
        if found["next"] is None and len(keys) == MOST:
            found["next"] = _beyond(model_admin, request, record)["next"]
    else:
        found = _beyond(model_admin, request, record)
    return {name: key for name, key in found.items() if key is not None}


def _listed(model_admin: Any, request: HttpRequest) -> QuerySet:
    """The rows of the list as the user left it."""
    from apps.core.admin.lists import list_state, narrow_to_company

    state = list_state(request.user, list_key(model_admin.model, look_left(model_admin, request)))
    asked: Any = copy.copy(request)
    asked.method, asked.GET, asked.POST = "GET", QueryDict(state.query), QueryDict()
    asked.bahi_list, asked.bahi_order_only = state, True
    narrow_to_company(asked, asked.GET)
    if state.query:
        try:
            return ModelAdmin.get_changelist_instance(model_admin, asked).queryset
        except IncorrectLookupParameters:
            pass  # a filter that is no more
    rows = model_admin.get_queryset(asked)
    return rows if rows.query.order_by else rows.order_by(*(model_admin.model._meta.ordering or ("-pk",)))


def _beyond(model_admin: Any, request: HttpRequest, record: Any) -> dict[str, Any]:
    """Neighbours by date (newest first, as documents are listed) or key among all that the user may see."""
    rows = model_admin.get_queryset(request)
    if hasattr(record, "date"):
        same = Q(date=record.date)
        newer = rows.filter(Q(date__gt=record.date) | same & Q(pk__gt=record.pk)).order_by("date", "pk")
        older = rows.filter(Q(date__lt=record.date) | same & Q(pk__lt=record.pk)).order_by("-date", "-pk")
    else:
        newer = rows.filter(pk__gt=record.pk).order_by("pk")
        older = rows.filter(pk__lt=record.pk).order_by("-pk")
    return {
        "prev": newer.values_list("pk", flat=True).first(),
        "next": older.values_list("pk", flat=True).first(),
    }
