"""The page before any organisation exists: asks what the first one needs, shows it being built."""

from __future__ import annotations

import hashlib
import re
import secrets
import unicodedata
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.utils.dates import MONTHS
from django.utils.http import escape_leading_slashes
from django.utils.translation import get_language, gettext_noop
from django.utils.translation import gettext as gettext_now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.core.errors import BahiError
from apps.core.india import identifiers
from apps.core.india.states import state_choices
from apps.core.setup_steps import setup_steps
from apps.core.validators import gstin_validator
from apps.tenancy.choices import OrganisationState
from apps.tenancy.hosts import forget_hosts
from apps.tenancy.lifecycle import organisation_step
from apps.tenancy.models import Organisation
from apps.tenancy.services.owner_jobs import provisioning_start
from apps.tenancy.services.provisioning import (
    STEP_MASTERS,
    STEP_TABLES,
    organisation_create,
)

ENTER_COOKIE = "bahi_enter"
ENTER_PAGE = "/accounts/enter/"


def proof_of(token: str) -> str:
    """What the organisation keeps of the browser's token."""
    return hashlib.sha256(token.encode()).hexdigest()


def slug_of(name: str) -> str:
    """``Sharma Traders`` → ``sharma-traders``; at least three letters."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:40].strip("-")
    return slug if re.fullmatch(r"[a-z][a-z0-9-]*[a-z0-9]", slug) and len(slug) >= 3 else "main"


class FirstRunForm(forms.Form):
    name = forms.CharField(label=_("Organisation"), max_length=200)
    legal_name = forms.CharField(label=_("Company, legal name"), max_length=200)
    gstin = forms.CharField(
        label="GSTIN", max_length=15, required=False, help_text=_("May be left empty and entered later.")
    )
    state_code = forms.ChoiceField(
        label=_("State"), required=False, help_text=_("Taken from the GSTIN when there is one.")
    )
    fiscal_year_start = forms.TypedChoiceField(
        label=_("Fiscal year starts in"), coerce=int, choices=list(MONTHS.items()), initial=4
    )
    administrator = forms.CharField(label=_("Your name"), max_length=120)
    email = forms.EmailField(label=_("Your e-mail"), max_length=254)
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        max_length=4096,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}, render_value=False),
        help_text=_("At least 10 characters."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        states = state_choices(language=(get_language() or "en")[:2])
        self.fields["state_code"].choices = [("", "–"), *states]  # type: ignore[attr-defined]  # a choice field

    def clean_gstin(self) -> str:
        gstin = identifiers.tidy(self.cleaned_data["gstin"])
        if gstin:
            gstin_validator(gstin)
        return gstin

    def clean_password(self) -> str:
        validate_password(self.cleaned_data["password"])
        return self.cleaned_data["password"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        gstin, state = data.get("gstin", ""), data.get("state_code", "")
        if gstin and state and gstin[:2] != state:
            self.add_error("state_code", _("The GSTIN belongs to another state."))
        if not gstin and not state and "gstin" not in self.errors:
            self.add_error("state_code", _("Choose the state, or enter the GSTIN."))
        data["state_code"] = state or gstin[:2]
        return data


def setup_answers(data: dict[str, Any], proof: str) -> dict[str, Any]:
    """What the set-up steps get. The password is kept as its hash only."""
    return {
        "administrator": {
            "name": data["administrator"],
            "email": data["email"].lower(),
            "password_hash": make_password(data["password"]),
            "language": (get_language() or "en")[:2],
            "proof": proof,
        },
        "company": {
            "code": "MAIN",
            "trade_name": data["name"],
            "legal_name": data["legal_name"],
            "gstin": data["gstin"],
            "state_code": data["state_code"],
            "fiscal_year_start": data["fiscal_year_start"],
        },
    }


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def first_run(request: HttpRequest) -> HttpResponse:
    """The form, or the progress of what was asked for."""
    if request.setting_up is not None:  # type: ignore[attr-defined]  # our middleware and views put it on the request
        return progress_page(request)
    form = FirstRunForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            return _start(form.cleaned_data)
        except BahiError as error:
            for item in error.errors:
                form.add_error(item.field if item.field in form.fields else None, item.detail)
    context = {"form": form, "title": gettext_now("Set up Bahi")}
    return render(request, "tenancy/first_run.html", context)


def _start(data: dict[str, Any]) -> HttpResponse:
    token = secrets.token_urlsafe(32)
    organisation = organisation_create(
        slug=slug_of(data["name"]),
        name=data["name"],
        fiscal_year_start=data["fiscal_year_start"],
        language=(get_language() or "en")[:2],
        setup=setup_answers(data, proof_of(token)),
    )
    provisioning_start(organisation)
    response = HttpResponseRedirect("/")
    response.set_cookie(
        ENTER_COOKIE,
        token,
        max_age=3600,
        httponly=True,
        samesite="Lax",
        secure=bool(settings.SESSION_COOKIE_SECURE),
    )
    return response


def progress_of(organisation: Organisation) -> dict[str, Any]:
    """Which step is on, of how many; of a removal: whether it has begun."""
    if organisation.state == OrganisationState.REMOVING:
        return _removal_progress(organisation)
    titles = [STEP_TABLES, STEP_MASTERS, *(str(step.title) for step in setup_steps(organisation.setup))]
    at = titles.index(organisation.progress) if organisation.progress in titles else 0
    text = (
        gettext_now(organisation.progress) if organisation.progress else gettext_now("Waiting for the worker")
    )
    return {
        "state": organisation.state,
        "text": text,
        "percent": 100 if organisation.state == OrganisationState.ACTIVE else (at * 100) // len(titles) + 4,
        "reason": organisation.state_reason,
    }


def _removal_progress(organisation: Organisation) -> dict[str, Any]:
    text = organisation.progress or gettext_noop("Waiting for the worker")
    percent = 60 if organisation.progress else 10
    return {"state": organisation.state, "text": gettext_now(text), "percent": percent, "reason": ""}


def progress_page(request: HttpRequest) -> HttpResponse:
    organisation: Any = request.setting_up  # type: ignore[attr-defined]  # our middleware and views put it on the request
    try:
        organisation.refresh_from_db()
    except Organisation.DoesNotExist:  # removed while this process remembered its host
        return enter_wait(request)
    after = _page_after(request)
    if organisation.state == OrganisationState.ACTIVE:
        return enter_wait(request) if after == ENTER_PAGE else _look_again(after)
    context = {
        "organisation_name": organisation.name,
        "progress": progress_of(organisation),
        "after": after,
        "may_retry": _is_founder(request, organisation),
        "title": organisation.name,
    }
    return render(request, "tenancy/progress.html", context)


def _page_after(request: HttpRequest) -> str:
    """Where the progress goes on to: the founder into the organisation, everybody else to what he asked for.
    The first mails leave before the last step is done, so a link of theirs may come while it is on."""
    if request.path == "/" or ENTER_COOKIE in request.COOKIES:
        return ENTER_PAGE
    return escape_leading_slashes(request.get_full_path())


def _is_founder(request: HttpRequest, organisation: Organisation) -> bool:
    proof = organisation.setup.get("administrator", {}).get("proof", "")
    token = request.COOKIES.get(ENTER_COOKIE, "")
    return bool(proof) and secrets.compare_digest(proof, proof_of(token))


@never_cache
@require_GET
def status(request: HttpRequest) -> HttpResponse:
    """What the progress page asks for every second."""
    organisation = request.setting_up  # type: ignore[attr-defined]  # our middleware and views put it on the request
    if organisation is None:  # asked in the organisation itself: it is there
        return JsonResponse({"state": OrganisationState.ACTIVE})
    try:
        organisation.refresh_from_db()
    except Organisation.DoesNotExist:
        forget_hosts()
        return JsonResponse({"state": OrganisationState.DELETED})
    if organisation.state == OrganisationState.ACTIVE:
        forget_hosts()
    return JsonResponse(progress_of(organisation))


@require_POST
def retry(request: HttpRequest) -> HttpResponse:
    """Begin a failed set-up anew; only for the browser that asked for it."""
    organisation = request.setting_up  # type: ignore[attr-defined]  # our middleware and views put it on the request
    if organisation is not None and _is_founder(request, organisation):
        organisation_step(organisation, "retry")
        provisioning_start(organisation)
    return redirect("/")


@never_cache
def enter_wait(request: HttpRequest) -> HttpResponse:
    """The organisation is ready but this process doesn't know yet: look again."""
    return _look_again(ENTER_PAGE if ENTER_COOKIE in request.COOKIES else "/")


def _look_again(address: str) -> HttpResponse:
    forget_hosts()
    return redirect(address)


@never_cache
def elsewhere(request: HttpRequest, path: str = "") -> HttpResponse:
    """Every other address: the progress in its place, or the form while there is no organisation."""
    if request.setting_up is not None and request.method == "GET":  # type: ignore[attr-defined]  # our middleware and views put it on the request
        return progress_page(request)
    return redirect("/")
