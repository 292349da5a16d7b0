"""Pages of one's own sign-in: second factors, backup codes, where one is signed in, API keys."""

from __future__ import annotations

from typing import Any

import segno
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST

from apps.accounts import forms
from apps.accounts.limits import attempts_limit
from apps.accounts.models import ApiKey, ChallengePurpose, FactorMethod, SecondFactor, User
from apps.accounts.second_step_views import confirmed_required
from apps.accounts.services import factors, keys
from apps.accounts.services.backup_codes import backup_codes_left, backup_codes_make, factor_added
from apps.accounts.services.challenges import SENT_METHODS, challenge_answer, challenge_send, challenge_start
from apps.accounts.services.passkeys import creation_options, host_of
from apps.accounts.services.policy import allowed_methods, factor_missing, policy_get, policy_save
from apps.accounts.services.sessions import open_sessions
from apps.core.access import may
from apps.core.errors import BahiError, InvalidInput
from apps.core.uow import run_in_unit_of_work

ENROL, PHONE, SENT_TO, PASSKEY = "bahi_enrol", "bahi_enrol_phone", "bahi_enrol_to", "bahi_enrol_passkey"


@login_required
@never_cache
@require_http_methods(["GET"])
def security(request: HttpRequest) -> HttpResponse:
    """How I sign in and where I am signed in."""
    user: Any = request.user
    key = request.session.session_key
    held = factors.factors_of(user)
    taken = {factor.method for factor in held if factor.method != FactorMethod.PASSKEY}
    sessions = [
        {"row": row, "current": bool(row.session_key) and row.session_key == key}
        for row in open_sessions(user)
    ]
    context = {
        "factors": held,
        "host": host_of(request),
        "open_ways": [(one, FactorMethod(one).label) for one in allowed_methods() if one not in taken],
        "codes_left": backup_codes_left(user) if held else None,
        "missing": factor_missing(user),
        "sessions": sessions,
    }
    return render(request, "accounts/security.html", context)


def _added(request: HttpRequest, method: str) -> HttpResponse:
    """After a factor was set up: on to the backup codes when there are none yet."""
    codes = factor_added(request, method)
    messages.success(request, _("It is set up. From now on you are asked for it when you sign in."))
    return _codes_shown(request, codes) if codes else redirect("security")


@confirmed_required
@never_cache
@require_http_methods(["GET", "POST"])
@sensitive_variables("details")
def factor_totp(request: HttpRequest) -> HttpResponse:
    user: Any = request.user
    form = forms.CodeForm(request.POST or None)
    try:
        factor = factors.totp_begin(user)
    except BahiError as error:
        messages.warning(request, error.detail)
        return redirect("security")
    if request.method == "POST" and form.is_valid():
        try:
            attempts_limit(request)
            factors.totp_confirm(user, form.cleaned_data["code"], request=request)
            return _added(request, FactorMethod.TOTP)
        except BahiError as error:
            form.refuse(error)
    details = factors.totp_details(factor)
    picture = segno.make(details["uri"], error="m").svg_data_uri(scale=5, border=3, light="#ffffff")
    seed = " ".join(details["seed"][place : place + 4] for place in range(0, 32, 4))
    return render(request, "accounts/factor_totp.html", {"form": form, "picture": picture, "seed": seed})


@confirmed_required
@never_cache
@require_http_methods(["GET", "POST"])
def factor_sent(request: HttpRequest, method: str) -> HttpResponse:
    """Codes by mail or text: a code is sent first, then typed."""
    if method not in SENT_METHODS:
        raise Http404
    form: Any = forms.CodeForm() if SENT_TO in request.session else _ask_form(method)
    try:
        factors.method_allowed(method)
        if request.method == "POST" and "code" in request.POST:
            form = forms.CodeForm(request.POST)
            if form.is_valid():
                return _sent_typed(request, method, form.cleaned_data["code"])
        elif request.method == "POST":
            form = _ask_form(method, request.POST)
            if form.is_valid():
                _send_first(request, method, form.cleaned_data.get("phone", ""))
                return redirect("factor_sent", method=method)
    except InvalidInput as error:
        form.is_valid()
        form.refuse(error)
    except BahiError as error:
        messages.warning(request, error.detail)
        if error.code in ("challenge_over", "method_not_allowed", "no_gateway"):
            _forget(request)
            return redirect("security")
    sent_to = request.session.get(SENT_TO, "")
    context = {"form": form, "method": method, "title": FactorMethod(method).label, "sent_to": sent_to}
    return render(request, "accounts/factor_sent.html", context)


def _ask_form(method: str, data: Any = None) -> Any:
    return forms.PhoneForm(data) if method == FactorMethod.SMS else forms.RefusalForm(data)


def _send_first(request: HttpRequest, method: str, phone: str) -> None:
    attempts_limit(request)
    user: Any = request.user
    number = factors.phone_clean(phone) if method == FactorMethod.SMS else ""

    def work() -> tuple[str, str]:
        token = challenge_start(user, ChallengePurpose.ENROL, method=method, phone=number)
        return token, challenge_send(token, ChallengePurpose.ENROL, method, request)["sent_to"]

    request.session[ENROL], request.session[SENT_TO] = run_in_unit_of_work(work)
    request.session[PHONE] = number


def _sent_typed(request: HttpRequest, method: str, code: str) -> HttpResponse:
    attempts_limit(request)
    challenge_answer(
        request.session.get(ENROL, ""), ChallengePurpose.ENROL, method=method, answer=code, request=request
    )
    user: Any = request.user
    factors.sent_factor_add(user, method, phone=request.session.get(PHONE, ""), request=request)
    _forget(request)
    return _added(request, method)


def _forget(request: HttpRequest) -> None:
    for name in (ENROL, SENT_TO, PHONE):
        request.session.pop(name, None)


@confirmed_required
@never_cache
@require_http_methods(["GET", "POST"])
def factor_passkey(request: HttpRequest) -> HttpResponse:
    form = forms.PasskeyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        state = request.session.pop(PASSKEY, None) or {}
        user: Any = request.user
        data = form.cleaned_data
        try:
            attempts_limit(request)
            factors.passkey_add(user, data["answer"], state, label=data["label"], request=request)
            return _added(request, FactorMethod.PASSKEY)
        except BahiError as error:
            form.refuse(error)
    return render(request, "accounts/factor_passkey.html", {"form": form})


@confirmed_required
@never_cache
@require_POST
def factor_passkey_options(request: HttpRequest) -> HttpResponse:
    options, request.session[PASSKEY] = creation_options(request.user, request)  # type: ignore[arg-type]  # only signed-in people come here
    return JsonResponse({"options": options})


@confirmed_required
@require_POST
def factor_remove(request: HttpRequest, pk: int) -> HttpResponse:
    user: Any = request.user
    try:
        factors.factor_remove(user, pk, request=request)
        messages.success(request, _("Removed."))
    except BahiError as error:
        messages.warning(request, error.detail)
    return redirect("security")


@confirmed_required
@never_cache
@require_POST
def backup_codes(request: HttpRequest) -> HttpResponse:
    """Ten new codes, shown this once."""
    user: Any = request.user
    if not SecondFactor.objects.filter(user=user, confirmed_at__isnull=False).exists():
        return redirect("security")
    return _codes_shown(request, backup_codes_make(user, request=request))


def _codes_shown(request: HttpRequest, codes: list[str]) -> HttpResponse:
    return render(request, "accounts/backup_codes.html", {"codes": codes})


# --- API keys --------------------------------------------------------------------------------------


@login_required
@never_cache
@require_http_methods(["GET"])
def api_keys(request: HttpRequest) -> HttpResponse:
    rows = ApiKey.objects.filter(user=request.user).order_by("revoked_at", "-id")[:100]
    return render(request, "accounts/api_keys.html", {"keys": rows})


@confirmed_required
@never_cache
@require_http_methods(["GET", "POST"])
def api_key_new(request: HttpRequest) -> HttpResponse:
    form = forms.ApiKeyForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        user: Any = request.user
        try:
            row, text = keys.key_make(user=user, request=request, **form.values())
            return render(request, "accounts/api_key_made.html", {"key": row, "text": text})
        except BahiError as error:
            form.refuse(error)
    return render(request, "accounts/api_key_new.html", {"form": form})


@confirmed_required
@require_POST
def api_key_revoke(request: HttpRequest, pk: int) -> HttpResponse:
    user: Any = request.user
    keys.key_revoke(keys.own_key(user, pk), by=user, request=request)
    messages.success(request, _("The key is revoked."))
    return redirect(reverse("api_keys"))


# --- rules of the organisation ---------------------------------------------------------------------


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def policy(request: HttpRequest) -> HttpResponse:
    """Who must have a second factor, and which ways are allowed."""
    if not may(request.user, "accounts.change_signinpolicy"):
        raise PermissionDenied
    return _policy(request)


@confirmed_required
def _policy(request: HttpRequest) -> HttpResponse:
    held = policy_get()
    roles = held.roles.all() if held.pk else []
    initial = {"require_for": held.require_for, "methods": held.methods, "roles": roles}
    form = forms.PolicyForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        data = {**form.cleaned_data, "roles": list(form.cleaned_data["roles"])}
        try:
            run_in_unit_of_work(lambda: policy_save(**data, by=request.user, request=request))
            messages.success(request, _("Saved."))
            return redirect("sign_in_policy")
        except BahiError as error:
            form.refuse(error)
    people = User.objects.filter(is_active=True, deleted_at=None)
    proven = SecondFactor.objects.filter(confirmed_at__isnull=False).values("user_id")
    context = {"form": form, "people": people.count(), "with_factor": people.filter(pk__in=proven).count()}
    return render(request, "accounts/policy.html", context)
