"""The operator inside an organisation: his rights for this request, what he may not do, and the log of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from apps.core.middleware import api_error
from apps.core.surfaces import access_of_address
from apps.core.tenant import is_public
from apps.platform.models import Override
from apps.platform.services.override import (
    SESSION_KEY,
    access_of_visit,
    label_of,
    override_current,
    override_end,
    write_log,
)

READS = ("GET", "HEAD", "OPTIONS")
# By name of the address. Everything else that asks for no permission and names no record is somebody's own
# business (his keys, his second factor, his password), which a stand-in doesn't have.
LEAVING = frozenset({"override_end", "logout", "language"})
OWN_DESK = LEAVING | {
    "override_enter", "work_in_company", "announcement_dismiss", "quick_create", "favourite",
    "notifications_read_all", "messaging_notifications_read_all",
}  # fmt: skip


class OverrideMiddleware:
    """Sets ``request.override`` (None for everybody else, who pay one look into their session)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.override = None  # type: ignore[attr-defined]  # ours
        if is_public() or not _may_be(request):
            return self.get_response(request)
        visit = override_current(request)
        if visit is None:
            return _over(request)
        request.override = visit  # type: ignore[attr-defined]  # ours
        request.override_label = label_of(visit)  # type: ignore[attr-defined]  # ours
        request.user.access = access_of_visit(visit, request.user)  # type: ignore[union-attr,arg-type]  # signed in
        response = self.get_response(request)
        _log(request, visit, response.status_code)
        if (
            not request.user.is_authenticated
        ):  # who signs out leaves: he has no other way back than a new visit
            override_end(visit, why="left")
        return response

    def process_view(self, request: HttpRequest, view: object, *_args: object) -> HttpResponse | None:
        visit = request.override  # type: ignore[attr-defined]  # ours
        return _refusal(request, visit) if visit is not None else None


def _may_be(request: HttpRequest) -> bool:
    """A browser whose session names a visit; at the API a token in the header is never an operator's."""
    from django.conf import settings

    by_token = request.META.get("HTTP_AUTHORIZATION") and request.path.startswith("/api/")
    if settings.SESSION_COOKIE_NAME not in request.COOKIES or by_token:
        return False
    return SESSION_KEY in request.session


def _over(request: HttpRequest) -> HttpResponse:
    """The time is over: signed out, with a page that says so."""
    visit = Override.objects.filter(pk=request.session.get(SESSION_KEY)).first()
    request.session.flush()
    if visit is not None:
        override_end(visit, why="time")
    if request.path.startswith("/api/"):
        return api_error(401, "override_over", _("The operator's visit is over."))
    return redirect("override_over")


def _refusal(request: HttpRequest, visit: Override) -> HttpResponse | None:
    """On a reading visit nothing is written; on any only where the address asks for a permission or a record
    (then his rights decide) or is named above."""
    match = request.resolver_match
    name = (match.url_name if match else "") or ""
    if request.method in READS or name in LEAVING:
        return None
    if visit.may_write and (name in OWN_DESK or _asks_for_rights(match, request.method or "post")):
        return None
    detail = _("The operator may not do this.") if visit.may_write else _("This visit is for reading only.")
    if request.path.startswith("/api/"):
        return api_error(403, "override_read_only", detail)
    context = {"title": _("Not allowed"), "detail": detail, "status": 403}
    return render(request, "core/error.html", context, status=403)


def _asks_for_rights(match: Any, method: str) -> bool:
    declared = access_of_address(match.url_name, match.func, method.lower()) if match else None
    return declared is not None and declared.kind in ("codes", "record")


def _log(request: HttpRequest, visit: Override, status: int) -> None:
    """Every write, and each page that was looked at once a minute."""
    seen = f"override:{visit.pk}:{request.path}"
    if request.method not in READS or cache.add(seen, 1, 60):
        write_log(visit, request, status)
