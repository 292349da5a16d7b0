"""The page on which a person gives the phone for his notifications: a code is texted there and typed here."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from apps.accounts.forms import CodeForm, PhoneForm
from apps.accounts.limits import attempts_limit
from apps.accounts.second_step_views import confirmed_required
from apps.core.errors import BahiError, InvalidInput
from apps.core.uow import run_in_unit_of_work
from apps.messaging.services.notices import number_remove, text_way
from apps.messaging.services.numbers import code_ask, code_typed

TOKEN, SENT_TO = "messaging.number.token", "messaging.number.sent_to"


@confirmed_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def number(request: HttpRequest) -> HttpResponse:
    """``phone`` asks for a code, ``code`` ends it; ``remove`` forgets the number, ``again`` begins anew."""
    if request.method == "POST" and not {"remove", "again"}.isdisjoint(request.POST):
        return _other(request)
    form: Any = CodeForm() if SENT_TO in request.session else PhoneForm()
    if request.method == "POST":
        form = CodeForm(request.POST) if "code" in request.POST else PhoneForm(request.POST)
        if form.is_valid() and (done := _sent(request, form)):
            return done
    context = {"form": form, "sent_to": request.session.get(SENT_TO, ""), "way": text_way(request.user)}
    return render(request, "messaging/number.html", {**context, "back": back_to(request.user)})


def back_to(user: Any) -> str:
    """The page with the choices, of people who work here or of customers and vendors."""
    return "portal_profile" if user.is_portal else "notifications"


def _sent(request: HttpRequest, form: Any) -> HttpResponse | None:
    """Where it goes on; None: the form says why not."""
    user: Any = request.user
    try:
        attempts_limit(request)
        if "phone" in form.cleaned_data:
            asked = run_in_unit_of_work(lambda: code_ask(user, form.cleaned_data["phone"], request))
            request.session[TOKEN], request.session[SENT_TO] = asked
            return redirect("notification_number")
        code_typed(user, request.session.get(TOKEN, ""), form.cleaned_data["code"], request)
    except InvalidInput as error:
        form.refuse(error)
        return None
    except BahiError as error:
        messages.warning(request, str(error.detail))
        if error.code == "challenge_over":
            _forget(request)
        return redirect("notification_number")
    _forget(request)
    messages.success(request, _("The number is confirmed. Now choose of what you are told there."))
    return redirect(back_to(user))


def _other(request: HttpRequest) -> HttpResponse:
    _forget(request)
    if "remove" in request.POST:
        run_in_unit_of_work(lambda: number_remove(request.user))
        messages.success(request, _("The number was removed."))
    return redirect("notification_number")


def _forget(request: HttpRequest) -> None:
    for name in (TOKEN, SENT_TO):
        request.session.pop(name, None)
