"""What the tools above a list post and ask: columns, widths, density, conditions, saved views, counts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from apps.accounts.services.profile import profile_save
from apps.core.access import may
from apps.core.admin.lists import without_view
from apps.core.admin.looks import LOOK, key_parts, list_key, look_asked, look_query
from apps.core.admin.site import admin_site
from apps.core.admin.where import where_fields
from apps.core.errors import BahiError
from apps.core.keys import key_read
from apps.core.periods import PERIODS
from apps.core.scope import kind_of
from apps.core.uow import run_in_unit_of_work
from apps.datatools.lists import columns_keep, width_keep
from apps.datatools.rows import MOST_COUNTED, view_counts
from apps.datatools.services.views import default_set, view_remove, view_save


def _list_found(request: HttpRequest, list_kind: str) -> tuple[Any, Any]:
    """(model, look) of a registered list that this user may see; 404 else."""
    kind, key = key_parts(list_kind)
    for model, model_admin in admin_site._registry.items():
        meta = model._meta
        if kind_of(model) == kind and may(request.user, f"{meta.app_label}.view_{meta.model_name}"):
            look = look_asked(model_admin, {LOOK: key})
            if list_key(model, look) != list_kind:
                break
            return model, look
    raise Http404


def _list_address(request: HttpRequest, list_kind: str, query: str = "") -> str:
    """Address of a registered list, or of a look of it, that this user may see; 404 else."""
    model, look = _list_found(request, list_kind)
    address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    query = query or look_query(look)
    return f"{address}?{query}" if query else address


def _run(request: HttpRequest, work: Callable[[], Any], done: str = "") -> None:
    try:
        run_in_unit_of_work(work)
        if done:
            messages.success(request, done)
    except BahiError as error:
        messages.error(request, str(error.detail))


@login_required
@require_POST
def columns(request: HttpRequest, list_kind: str) -> HttpResponse:
    """``column`` once for each that is to be shown, in their order, ``width:<column>`` of those that aren't
    as wide as they need; ``usual`` goes back. A view with columns of its own is left: the list shows those
    that were just chosen."""
    address = _list_address(request, list_kind, without_view(request.POST.get("query", "")))
    usual = "usual" in request.POST
    names = [] if usual else request.POST.getlist("column")
    widths = {} if usual else _widths_sent(request.POST)
    _run(request, lambda: columns_keep(list_kind, names, widths, by=request.user), _("Columns kept."))
    return HttpResponseRedirect(address)


def _widths_sent(sent: QueryDict) -> dict[str, int]:
    """{column: pixels}; 0 for what is no number."""
    start = "width:"
    found = {name.removeprefix(start): text for name, text in sent.items() if name.startswith(start) and text}
    return {name: key_read(text) or 0 for name, text in found.items()}


@login_required
@require_POST
def width(request: HttpRequest, list_kind: str) -> HttpResponse:
    """``column`` and its ``width`` in pixels; without it the column is as wide as it needs."""
    _list_found(request, list_kind)
    sent = request.POST.get("width", "")
    try:
        pixels = key_read(sent) or 0 if sent else None
        name = request.POST.get("column", "")
        run_in_unit_of_work(lambda: width_keep(list_kind, name, pixels, by=request.user))
    except BahiError as error:
        return JsonResponse({"errors": [item.as_dict() for item in error.errors]}, status=error.status)
    return HttpResponse(status=204)


@login_required
@require_safe
def fields(request: HttpRequest, list_kind: str) -> JsonResponse:
    """{fields, periods}: on what conditions may be put in this list, and how."""
    model, _look = _list_found(request, list_kind)
    periods = [[name, str(label)] for name, label in PERIODS.items()]
    found = {"fields": where_fields(model, request.user), "periods": periods}
    answer = JsonResponse({"success": True, "data": found})
    answer["Cache-Control"] = "private, no-store"
    return answer


@login_required
@require_POST
def density(request: HttpRequest, list_kind: str) -> HttpResponse:
    """``comfortable``: more room in all of one's lists and pages; without it they are compact."""
    address = _list_address(request, list_kind, request.POST.get("query", ""))
    values = {"density": "comfortable" if "comfortable" in request.POST else "compact"}
    user: Any = request.user
    _run(request, lambda: profile_save(user=user, values=values))
    return HttpResponseRedirect(address)


@login_required
@require_POST
def save(request: HttpRequest, list_kind: str) -> HttpResponse:
    """``name``, ``query``, ``shared`` (everybody) and ``role`` (once for each) of a view."""
    query = without_view(request.POST.get("query", ""))
    address = _list_address(request, list_kind, query)
    name, shared = request.POST.get("name", ""), "shared" in request.POST
    roles = [key_read(text) or 0 for text in request.POST.getlist("role")]
    seen, user = key_read(request.POST.get("view", "")), request.user
    _run(
        request,
        lambda: view_save(list_kind, name, query, shared=shared, role_ids=roles, seen=seen, by=user),
        _("View kept."),
    )
    return HttpResponseRedirect(address)


@login_required
@require_POST
def remove(request: HttpRequest, list_kind: str, pk: int) -> HttpResponse:
    """Removes one's own view."""
    address = _list_address(request, list_kind)
    _run(request, lambda: view_remove(pk, by=request.user), _("View removed."))
    return HttpResponseRedirect(address)


@login_required
@require_POST
def default(request: HttpRequest, list_kind: str) -> HttpResponse:
    """``view`` (empty: none) with which the list opens: for oneself, or for the people of ``role``."""
    address = _list_address(request, list_kind, request.POST.get("query", ""))
    view, role = key_read(request.POST.get("view", "")), key_read(request.POST.get("role", ""))
    _run(
        request,
        lambda: default_set(list_kind, view, role_id=role, by=request.user),
        _("The list opens so from now on."),
    )
    return HttpResponseRedirect(address)


@login_required
@require_safe
def counts(request: HttpRequest, list_kind: str) -> JsonResponse:
    """{id of the view: number of rows} of the views that this person is offered."""
    _list_address(request, list_kind)
    found = view_counts(list_kind, request.user)
    answer = JsonResponse({"most": MOST_COUNTED, "counts": found})
    answer["Cache-Control"] = "private, no-store"
    return answer
