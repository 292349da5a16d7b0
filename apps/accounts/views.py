"""Pages: sign-in and out, invitation, new password, profile, list of sign-ins."""

from __future__ import annotations

import hashlib
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from apps.accounts import forms
from apps.accounts.devices import device_keep
from apps.accounts.entering import browser_enter, next_page
from apps.accounts.limits import attempts_limit
from apps.accounts.models import LinkPurpose, SignInSession, User
from apps.accounts.preferences import language_keep, preferences_keep
from apps.accounts.second_step_views import confirmed_required, second_step_begin
from apps.accounts.services import passwords
from apps.accounts.services.addresses import email_change_offer
from apps.accounts.services.factors import factors_of
from apps.accounts.services.links import link_find, link_use
from apps.accounts.services.profile import profile_save
from apps.accounts.services.sessions import (
    browser_session_end,
    browser_session_rekey,
    current_sign_in,
    session_end,
    sessions_end_all,
)
from apps.accounts.services.sign_in import password_sign_in
from apps.accounts.ways import VIA, other_way, sign_in_choices
from apps.core.errors import BahiError
from apps.core.tenant import is_public
from apps.core.uow import run_in_unit_of_work
from apps.tenancy.first_run import ENTER_COOKIE


def _form_page(
    request: HttpRequest, template: str, form: Any, status: int = 200, **context: Any
) -> HttpResponse:
    return render(request, template, {"form": form, **context}, status=status)


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    page = next_page(request)
    if request.user.is_authenticated:
        return redirect(page)
    form = forms.SignInForm(request.POST or None)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            attempts_limit(request)
            request.session.pop(VIA, None)  # a half-done sign-in by another way ends here
            user = password_sign_in(request, **form.cleaned_data)
            other_way().local_refuse(user)
            if factors_of(user):
                return second_step_begin(request, user, page)
            return browser_enter(request, user, page)
        except BahiError as error:
            form.refuse(error)
            status = 429 if error.status == 429 else 200
    return _form_page(request, "accounts/login.html", form, status, next=page, **sign_in_choices(page))


@never_cache
@require_http_methods(["GET"])
def enter(request: HttpRequest) -> HttpResponse:
    """Once, for the browser that set the organisation up: it need not sign in again."""
    proof = hashlib.sha256(request.COOKIES.get(ENTER_COOKIE, "").encode()).hexdigest()
    try:
        user = run_in_unit_of_work(lambda: link_use(proof, LinkPurpose.ENTER).user)
        response = browser_enter(request, user, settings.LOGIN_REDIRECT_URL)
    except BahiError:
        response = HttpResponseRedirect(settings.LOGIN_URL)
    response.delete_cookie(ENTER_COOKIE)
    return response


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    session = current_sign_in(request) if request.user.is_authenticated else None
    page = other_way().sign_out_page(session) if session else ""
    browser_session_end(request)
    return redirect(page or settings.LOGOUT_REDIRECT_URL)


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """The invited person chooses name and password and is signed in."""
    link = link_find(token, LinkPurpose.INVITATION)
    if link is None:
        return render(request, "accounts/link_over.html", status=410)
    with override(link.user.language):
        form = forms.InvitationForm(request.POST or None, initial={"name": link.user.name})
        if request.method == "POST" and form.is_valid():
            try:
                attempts_limit(request)
                user = passwords.invitation_accept(
                    token=token,
                    name=form.cleaned_data["name"],
                    password=form.cleaned_data["password"],
                    request=request,
                )
                if factors_of(user):  # somebody who was here before keeps his second step
                    return second_step_begin(request, user, settings.LOGIN_REDIRECT_URL)
                return browser_enter(request, user, settings.LOGIN_REDIRECT_URL)
            except BahiError as error:
                form.refuse(error)
        return _form_page(request, "accounts/invitation.html", form, person=link.user)


@never_cache
@require_http_methods(["GET", "POST"])
def password_forgotten(request: HttpRequest) -> HttpResponse:
    form = forms.EmailForm(request.POST or None)
    sent = False
    if request.method == "POST" and form.is_valid():
        try:
            attempts_limit(request)
            passwords.password_reset_ask(email=form.cleaned_data["email"], request=request)
            sent = True
        except BahiError as error:
            form.refuse(error)
    return _form_page(request, "accounts/password_forgotten.html", form, sent=sent)


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def password_new(request: HttpRequest, token: str) -> HttpResponse:
    """From the link of the mail: a new password, then the sign-in page."""
    if link_find(token, LinkPurpose.PASSWORD) is None:
        return render(request, "accounts/link_over.html", status=410)
    form = forms.NewPasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            attempts_limit(request)
            password = form.cleaned_data["password"]
            user = passwords.password_reset(token=token, password=password, request=request)
            messages.success(request, _("The new password is set. Please sign in."))
            response = redirect("login")
            device_keep(
                request, response, user.email
            )  # he reads the mail: strangers' failures don't lock him
            return response
        except BahiError as error:
            form.refuse(error)
    return _form_page(request, "accounts/password_new.html", form)


@never_cache
@require_http_methods(["GET", "POST"])
def email_new(request: HttpRequest, token: str, purpose: str = LinkPurpose.EMAIL) -> HttpResponse:
    """From the link of the mail: confirm the new address (a click, so that mail scanners don't do it)."""
    link = link_find(token, purpose)
    if link is None:
        return render(request, "accounts/link_over.html", status=410)
    form = forms.RefusalForm(request.POST or None)
    if request.method == "POST":
        try:
            if passwords.email_change(token=token, purpose=purpose, request=request):
                messages.success(request, _("The new e-mail address is confirmed."))
            else:
                text = _("Thank you. Please open the link in the mail to your other address as well.")
                messages.success(request, text)
            return redirect("profile" if request.user.is_authenticated else "login")
        except BahiError as error:
            form.is_valid()
            form.refuse(error)
    return _form_page(request, "accounts/email_new.html", form, email=link.new_email)


@login_required
@require_http_methods(["GET", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    user: Any = request.user
    if user.is_portal:
        return redirect(f"{settings.PORTAL_HOME}profile/")
    form = forms.ProfileForm(request.POST or None, instance=User.objects.get(pk=user.pk))
    if request.method == "POST" and form.is_valid():
        try:
            saved = run_in_unit_of_work(lambda: profile_save(user=user, values=form.cleaned_data))
            response = redirect("profile")
            preferences_keep(response, saved)
            with override(saved.language):
                messages.success(request, _("Saved."))
            return response
        except BahiError as error:
            form.refuse(error)
    return _form_page(request, "accounts/profile.html", form)


@login_required
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def password_change(request: HttpRequest) -> HttpResponse:
    form = forms.PasswordChangeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            attempts_limit(request)
            _change(request, form.cleaned_data)
            messages.success(request, _("The password is changed. Other devices were signed out."))
            return redirect("security" if is_public() else "profile")
        except BahiError as error:
            form.refuse(error)
    return _form_page(request, "accounts/password_change.html", form)


def _change(request: HttpRequest, data: dict[str, Any]) -> None:
    user: Any = request.user
    key = request.session.session_key or ""
    passwords.password_change(
        user=user,
        current=data["current_password"],
        password=data["password"],
        keep_session=key,
        request=request,
    )
    update_session_auth_hash(request, user)
    browser_session_rekey(request, key)


@confirmed_required
@require_http_methods(["GET", "POST"])
def email_change(request: HttpRequest) -> HttpResponse:
    form = forms.EmailForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            attempts_limit(request)
            user: Any = request.user
            email_change_offer(user=user, email=form.cleaned_data["email"], by=user, request=request)
            messages.success(
                request, _("A mail with a link was sent to both addresses. Please open both links.")
            )
            return redirect("profile")
        except BahiError as error:
            form.refuse(error)
    return _form_page(request, "accounts/email_change.html", form)


@confirmed_required
@require_POST
def session_close(request: HttpRequest, pk: int) -> HttpResponse:
    """Sign out one device of one's own."""
    session = get_object_or_404(SignInSession, user=request.user, pk=pk, ended_at=None)
    session_end(session, by=request.user)
    messages.success(request, _("This device was signed out."))
    return redirect("security")


@confirmed_required
@require_POST
def sessions_close(request: HttpRequest) -> HttpResponse:
    """Sign out every other device."""
    sessions_end_all(request.user, keep_key=request.session.session_key or "")  # type: ignore[arg-type]  # only signed-in people come here
    messages.success(request, _("All other devices were signed out."))
    return redirect("security")


@require_POST
def language_choose(request: HttpRequest) -> HttpResponse:
    """Keep the chosen language (for a signed-in person on his record too) and go back."""
    response = HttpResponseRedirect(next_page(request))
    chosen = request.POST.get("language", "")
    if chosen in dict(settings.LANGUAGES):
        language_keep(response, chosen)
        user: Any = request.user
        if user.is_authenticated and user.language != chosen:
            run_in_unit_of_work(lambda: profile_save(user=user, values={"language": chosen}))
    return response


def brand_css(request: HttpRequest) -> HttpResponse:
    """The organisation's accent colour as a style sheet (the content policy allows no inline styles)."""
    from apps.accounts.brand import accent_css

    response = HttpResponse(accent_css(), content_type="text/css")
    response["Cache-Control"] = "private, max-age=300"
    return response
