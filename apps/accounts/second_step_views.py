"""Pages of the second step: at sign-in, and before something sensitive is changed."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from apps.accounts import forms
from apps.accounts.entering import browser_enter, next_page
from apps.accounts.limits import attempts_limit
from apps.accounts.models import BACKUP, ChallengePurpose, FactorMethod, User
from apps.accounts.selectors import is_stand_in
from apps.accounts.services.challenges import (
    SENT_METHODS,
    ChallengeOver,
    challenge_answer,
    challenge_find,
    challenge_send,
    challenge_start,
    methods_of,
)
from apps.accounts.services.sessions import current_sign_in, lately_confirmed, session_confirm
from apps.accounts.services.sign_in import SignInRefused, password_sign_in
from apps.accounts.ways import VIA, other_way, sign_in_choices
from apps.core.errors import BahiError

TOKEN, PURPOSE, NEXT = "bahi_challenge", "bahi_challenge_for", "bahi_challenge_next"
NAMES = {**dict(FactorMethod.choices), BACKUP: gettext_lazy("Backup code")}


def second_step_begin(
    request: HttpRequest, user: User, page: str, purpose: ChallengePurpose = ChallengePurpose.SIGN_IN
) -> HttpResponse:
    """Keep the half-done sign-in in the session and go to the page of the second step."""
    request.session[TOKEN] = challenge_start(user, purpose)
    request.session[PURPOSE], request.session[NEXT] = str(purpose), page
    return redirect("second_step")


def _forget(request: HttpRequest) -> None:
    for name in (TOKEN, PURPOSE, NEXT):
        request.session.pop(name, None)


def _challenge(request: HttpRequest) -> tuple[str, ChallengePurpose, Any]:
    """(token, purpose, challenge) of this browser. Raises ChallengeOver."""
    token = request.session.get(TOKEN, "")
    purpose = ChallengePurpose(request.session.get(PURPOSE, ChallengePurpose.SIGN_IN))
    found = challenge_find(token, purpose)
    of_another = purpose == ChallengePurpose.CONFIRM and found.user != request.user
    if found.user is None or of_another:
        raise ChallengeOver(_("Please start again."))
    return token, purpose, found


def _start_again(request: HttpRequest) -> HttpResponse:
    _forget(request)
    return redirect("confirm" if request.user.is_authenticated else "login")


@never_cache
@sensitive_post_parameters("answer")
@require_http_methods(["GET", "POST"])
def second_step(request: HttpRequest) -> HttpResponse:
    """Shows the ways that this person can take; ``?way=`` chooses one."""
    try:
        token, purpose, challenge = _challenge(request)
        ways = methods_of(challenge.user, request, purpose)
        given = request.POST if request.method == "POST" else request.GET
        way = given.get("way", "") if given.get("way", "") in ways else (ways[0] if ways else "")
        form = forms.SecondStepForm(request.POST or None)
        status = 200
        if request.method == "POST" and form.is_valid():
            try:
                attempts_limit(request)
                proven = challenge_answer(
                    token, purpose, method=way, answer=form.cleaned_data["answer"], request=request
                )
                return _proven(request, proven.user, proven.method, purpose)
            except ChallengeOver:
                raise
            except BahiError as error:
                form.refuse(error)
                status = 429 if error.status == 429 else 200
    except ChallengeOver:
        return _start_again(request)
    context = {
        "form": form,
        "way": way,
        "ways": [(one, NAMES[one]) for one in ways if one != way],
        "sends": way in SENT_METHODS,
        "sent_to": request.session.get(f"{TOKEN}_to", "") if challenge.method == way else "",
        "confirming": purpose == ChallengePurpose.CONFIRM,
    }
    return render(request, "accounts/second_step.html", context, status=status)


def _proven(request: HttpRequest, user: User, method: str, purpose: ChallengePurpose) -> HttpResponse:
    page = request.session.get(NEXT, "/")
    _forget(request)
    if purpose == ChallengePurpose.CONFIRM:
        session_confirm(request, factor=method)
        return HttpResponseRedirect(page)
    return browser_enter(request, user, page, factor=method)


@never_cache
@require_POST
def second_step_send(request: HttpRequest) -> HttpResponse:
    """Mail or text a code (a form), or give the passkey's question (a script)."""
    way = request.POST.get("way", FactorMethod.PASSKEY)
    try:
        attempts_limit(request)
        token, purpose, _found = _challenge(request)
        answer = challenge_send(token, purpose, way, request)
    except ChallengeOver as error:
        return _refused(error) if way == FactorMethod.PASSKEY else _start_again(request)
    except BahiError as error:
        if way == FactorMethod.PASSKEY:
            return _refused(error)
        messages.warning(request, error.detail)
        return redirect(f"{reverse('second_step')}?{urlencode({'way': way})}")
    if "options" in answer:
        return JsonResponse(answer)
    request.session[f"{TOKEN}_to"] = answer["sent_to"]
    return redirect(f"{reverse('second_step')}?{urlencode({'way': way})}")


def _refused(error: BahiError) -> JsonResponse:
    return JsonResponse({"message": str(error.detail)}, status=error.status)


# --- sign-in with a passkey alone -----------------------------------------------------------------


@never_cache
@require_POST
def passkey_options(request: HttpRequest) -> HttpResponse:
    """The question for any passkey of this host."""
    try:
        attempts_limit(request)
        token = challenge_start(None, ChallengePurpose.SIGN_IN)
        answer = challenge_send(token, ChallengePurpose.SIGN_IN, FactorMethod.PASSKEY, request)
    except BahiError as error:
        return _refused(error)
    request.session[TOKEN], request.session[PURPOSE] = token, str(ChallengePurpose.SIGN_IN)
    return JsonResponse(answer)


@never_cache
@require_POST
def passkey_sign_in(request: HttpRequest) -> HttpResponse:
    """The passkey's answer signs in: it is something one has and, by finger or PIN, something one is or
    knows.
    """
    page = next_page(request)
    form = forms.SignInForm()
    try:
        attempts_limit(request)
        proven = challenge_answer(
            request.session.get(TOKEN, ""),
            ChallengePurpose.SIGN_IN,
            method=FactorMethod.PASSKEY,
            answer=request.POST.get("answer", ""),
            request=request,
        )
        if not proven.user.is_active or proven.user.deleted_at is not None:
            raise SignInRefused(_("This user is not active."))
        _forget(request)
        request.session.pop(VIA, None)
        return browser_enter(request, proven.user, page, factor=FactorMethod.PASSKEY)
    except BahiError as error:
        context = {"form": form, "next": page, "passkey_problem": error.detail, **sign_in_choices(page)}
        return render(request, "accounts/login.html", context, status=429 if error.status == 429 else 200)


# --- proof before something sensitive --------------------------------------------------------------


def confirmed_required(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Only for people who proved themselves a short while ago; others are asked first and come back."""

    @wraps(view)
    @login_required
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if lately_confirmed(request):
            return view(request, *args, **kwargs)
        if is_stand_in(request.user):
            raise PermissionDenied  # he has nothing here to prove himself with
        page = request.get_full_path() if request.method == "GET" else _came_from(request)
        return redirect(f"{reverse('confirm')}?{urlencode({'next': page})}")

    return guarded


def _came_from(request: HttpRequest) -> str:
    """The page whose button was pressed, to press it again."""
    return urlsplit(request.META.get("HTTP_REFERER", "")).path or reverse("security")


@login_required
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def confirm(request: HttpRequest) -> HttpResponse:
    """The password again, then the second step where the person has one."""
    user: Any = request.user
    page = next_page(request)
    session = current_sign_in(request)
    elsewhere = other_way().confirm_page(session, page) if session else ""
    if elsewhere:
        return redirect(elsewhere)
    if not user.has_usable_password():
        return second_step_begin(request, user, page, ChallengePurpose.CONFIRM)
    form = forms.ConfirmForm(request.POST or None)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            attempts_limit(request)
            password_sign_in(request, email=user.email, password=form.cleaned_data["password"])
            if methods_of(user, request):
                return second_step_begin(request, user, page, ChallengePurpose.CONFIRM)
            session_confirm(request)
            return HttpResponseRedirect(page)
        except BahiError as error:
            form.refuse(error)
            status = 429 if error.status == 429 else 200
    return render(request, "accounts/confirm.html", {"form": form, "next": page}, status=status)
