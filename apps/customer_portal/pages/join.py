"""Registering by oneself: the form, and the mailed link that proves the address. The answers tell nobody
which addresses are known."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from apps.accounts.forms import RefusalForm
from apps.accounts.limits import attempts_limit
from apps.core.errors import BahiError
from apps.core.uow import run_in_unit_of_work
from apps.customer_portal.forms import JoinForm
from apps.customer_portal.services.requests import (
    registration_is_open,
    request_ask,
    request_confirm,
    request_find,
)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest) -> HttpResponse:
    if not registration_is_open():
        raise Http404("registration is closed")
    form = JoinForm(request.POST or None)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            attempts_limit(request)
            values = {**form.cleaned_data, "language": (get_language() or "en")[:2]}
            run_in_unit_of_work(lambda: request_ask(request=request, values=values))
            return redirect("portal_join_sent")
        except BahiError as error:
            form.refuse(error)
            status = 429 if error.code == "throttled" else error.status
    return render(request, "customer_portal/join.html", {"form": form}, status=status)


@never_cache
@require_http_methods(["GET", "HEAD"])
def join_sent(request: HttpRequest) -> HttpResponse:
    return render(request, "customer_portal/join_told.html", {"what": "sent"})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def join_confirm(request: HttpRequest, token: str) -> HttpResponse:
    """A click confirms, so that mail scanners don't."""
    if request_find(token) is None:
        return render(request, "accounts/link_over.html", status=410)
    form: Any = RefusalForm(request.POST or None)
    if request.method == "POST":
        try:
            attempts_limit(request)
            row = run_in_unit_of_work(lambda: request_confirm(token, request=request))
            return render(request, "customer_portal/join_told.html", {"what": row.state})
        except BahiError as error:
            form.is_valid()
            form.refuse(error)
    return render(request, "customer_portal/join_confirm.html", {"form": form})
