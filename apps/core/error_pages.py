"""Pages for errors; API addresses get the API's shape."""

from __future__ import annotations

import sys
from typing import Any

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from apps.core.middleware import api_error


def _page(request: HttpRequest, status: int, code: str, title: str, detail: str) -> HttpResponse:
    if request.path.startswith("/api/"):
        return api_error(status, code, detail)
    context = {"title": title, "detail": detail, "status": status}
    return render(request, "core/error.html", context, status=status)


def not_found(request: HttpRequest, exception: Any = None) -> HttpResponse:
    detail = _("This page does not exist, or you may not see it.")
    return _page(request, 404, "not_found", _("Not found"), detail)


def forbidden(request: HttpRequest, exception: Any = None) -> HttpResponse:
    return _page(request, 403, "permission_denied", _("Not allowed"), _("You may not do this."))


AWAY_SECONDS = "5"


def server_error(request: HttpRequest) -> HttpResponse:
    """500; 503 with Retry-After while the database is away, since the same call will then go through."""
    if isinstance(sys.exc_info()[1], (OperationalError, InterfaceError)):
        detail = _("The database can not be reached just now. Nothing was saved; please try again.")
        answer = _page(request, 503, "unavailable", _("Back in a moment"), detail)
        answer["Retry-After"] = AWAY_SECONDS
        return answer
    detail = _("Something went wrong on our side. Nothing was saved.")
    return _page(request, 500, "server_error", _("Something went wrong"), detail)
