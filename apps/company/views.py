"""The company switcher of the header."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from apps.company.services.access import working_company_choose
from apps.core.errors import BahiError
from apps.core.keys import key_read
from apps.core.uow import run_in_unit_of_work


@login_required
@require_POST
def work_in(request: HttpRequest) -> HttpResponse:
    """Change the company in which the user works (empty: all), then go back to ``next``."""
    user: Any = request.user
    wanted = request.POST.get("company", "")
    try:
        run_in_unit_of_work(lambda: working_company_choose(user, key_read(wanted)))
    except BahiError as error:
        messages.error(request, str(error.detail))
    return HttpResponseRedirect(_back_to(request))


def _back_to(request: HttpRequest) -> str:
    """The page that the switch was made on, without its own filter by company: that would win."""
    target = request.POST.get("next", "")
    if not target.startswith("/") or not url_has_allowed_host_and_scheme(target, {request.get_host()}):
        return "/"
    parts = urlsplit(target)
    kept = [(k, v) for k, v in parse_qsl(parts.query) if k != "company" and not k.startswith("company__")]
    if parts.query and not kept:
        kept = [("_once", "1")]
    return f"{parts.path}?{urlencode(kept)}" if kept else parts.path
