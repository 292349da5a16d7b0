"""The operator inside an organisation: his rights for this request, what he may not do, and the log of it."""

from __future__ import annotations

from collections.abc import Callable

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from apps.core.middleware import api_error
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
ALWAYS = ("/organisation/override/end/", "/accounts/logout/", "/accounts/language/")
NEVER = ("/accounts/", "/organisation/operator/", "/organisation/leave/")


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
        refused = _refusal(request, visit)
        response = refused or self.get_response(request)
        _log(request, visit, response.status_code)
        return response


def _may_be(request: HttpRequest) -> bool:
    """A browser whose session names a visit; a token in the header is never an operator's."""
    from django.conf import settings

    if settings.SESSION_COOKIE_NAME not in request.COOKIES or request.META.get("HTTP_AUTHORIZATION"):
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
    if request.path in ALWAYS:
        return None
    closed = request.path.startswith(NEVER)
    if not closed and (visit.may_write or request.method in READS):
        return None
    if closed and request.method in READS and not request.path.startswith("/organisation/operator/"):
        return None
    detail = _("This visit is for reading only.") if not closed else _("The operator may not do this.")
    if request.path.startswith("/api/"):
        return api_error(403, "override_read_only", detail)
    context = {"title": _("Not allowed"), "detail": detail, "status": 403}
    return render(request, "core/error.html", context, status=403)


def _log(request: HttpRequest, visit: Override, status: int) -> None:
    """Every write, and each page that was looked at once a minute."""
    seen = f"override:{visit.pk}:{request.path}"
    if request.method not in READS or cache.add(seen, 1, 60):
        write_log(visit, request, status)
