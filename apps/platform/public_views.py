"""Sign-up on the platform's own host: the form, the confirmed e-mail, and how the request stands."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from apps.accounts.limits import attempts_limit
from apps.core.errors import BahiError
from apps.platform.choices import SignUpState
from apps.platform.forms import ConfirmForm, SignUpForm
from apps.platform.models import SignUp
from apps.platform.services.sign_up import (
    organisation_link,
    sign_up_ask,
    sign_up_confirm,
    sign_up_find,
    sign_up_is_open,
)
from apps.tenancy.first_run import progress_of


def _base(request: HttpRequest) -> str:
    """This host opens the platform's pages, so it may stand in a mail."""
    return f"{request.scheme}://{request.get_host()}"


@never_cache
@require_http_methods(["GET", "POST"])
def sign_up(request: HttpRequest) -> HttpResponse:
    if not sign_up_is_open():
        return render(request, "platform/sign_up_closed.html", {"title": _("Sign up")}, status=404)
    form = SignUpForm(request.POST or None)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            attempts_limit(request)
            values = {**form.cleaned_data, "language": (get_language() or "en")[:2]}
            made = sign_up_ask(request=request, base=_base(request), values=values)
            return render(request, "platform/sign_up_sent.html", {"title": _("Sign up"), "sign_up": made})
        except BahiError as error:
            form.refuse(error)
            status = 429 if error.code == "throttled" else 200
    return render(request, "platform/sign_up.html", {"title": _("Sign up"), "form": form}, status=status)


@never_cache
@require_http_methods(["GET", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """A click confirms (so that mail scanners don't); then the same link shows how the request stands."""
    found = sign_up_find(token)
    if found is None:
        return render(request, "accounts/link_over.html", status=410)
    if found.state != SignUpState.UNCONFIRMED:
        return _standing(request, found, token)
    form = ConfirmForm(request.POST or None, initial={"slug": found.slug})
    if request.method == "POST" and form.is_valid():
        try:
            attempts_limit(request)
            sign_up_confirm(found, slug=form.cleaned_data["slug"], platform=_base(request))
            return redirect("sign_up_confirm", token=token)
        except BahiError as error:
            form.refuse(error)
    context = {"title": _("Confirm your e-mail"), "form": form, "sign_up": found}
    return render(request, "platform/sign_up_confirm.html", context)


def _standing(request: HttpRequest, found: SignUp, token: str) -> HttpResponse:
    organisation = found.organisation
    context: dict[str, Any] = {
        "title": found.name,
        "sign_up": found,
        "token": token,
        "organisation_row": organisation,
    }
    if organisation is not None:
        context["progress"] = progress_of(organisation)
        context["link"] = organisation_link(organisation)
    return render(request, "platform/sign_up_standing.html", context)


@never_cache
@require_GET
def progress(request: HttpRequest, token: str) -> HttpResponse:
    """What the page asks for every second while the organisation is being set up."""
    found = sign_up_find(token)
    if found is None or found.organisation is None:
        raise Http404
    return JsonResponse(progress_of(found.organisation))
