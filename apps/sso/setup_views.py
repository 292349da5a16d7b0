"""The administrator's page of single sign-on: providers, the rule, our own certificate; and our metadata."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts.second_step_views import confirmed_required
from apps.core.access import may
from apps.core.errors import BahiError
from apps.core.uow import run_in_unit_of_work
from apps.sso.choices import KeyState, Protocol
from apps.sso.connections import saml_settings
from apps.sso.forms import RuleForm
from apps.sso.models import IdentityProvider, SamlKey
from apps.sso.refusals import SsoRefused
from apps.sso.services import keys
from apps.sso.services.policy import covered, policy_get, policy_save
from apps.sso.services.providers import provider_address_set, provider_refresh
from apps.sso.services.rights import CHANGE
from apps.tenancy.hosts import link_base


def _see(request: HttpRequest) -> None:
    if not may(request.user, "sso.view_identityprovider"):
        raise PermissionDenied


def _change(request: HttpRequest) -> None:
    _see(request)
    if not may(request.user, CHANGE):
        raise PermissionDenied


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def setup(request: HttpRequest) -> HttpResponse:
    """Shows everything; a POST changes the rule."""
    if request.method == "POST":
        _change(request)
        return _rule(request)
    _see(request)
    return _page(request, _rule_form())


@confirmed_required
def _rule(request: HttpRequest) -> HttpResponse:
    form = RuleForm(request.POST)
    if form.is_valid():
        try:
            run_in_unit_of_work(lambda: policy_save(**form.values(), by=request.user, request=request))
            messages.success(request, _("Saved."))
            return redirect("sso_setup")
        except BahiError as error:
            form.refuse(error)
    return _page(request, form)


def _rule_form() -> RuleForm:
    held = policy_get()
    return RuleForm(
        initial={
            "force": held.force,
            "roles": held.roles.all() if held.pk else [],
            "domains": ", ".join(held.domains),
            "password_users": held.password_users.all() if held.pk else [],
        }
    )


def _page(request: HttpRequest, form: RuleForm) -> HttpResponse:
    found = IdentityProvider.objects.filter(deleted_at=None).select_related("state")
    own = {row.state: row for row in SamlKey.objects.all()}
    here = link_base(request)
    context = {
        "form": form,
        "providers": [_shown(one, here) for one in found],
        "key": own.get(KeyState.CURRENT),
        "next_key": own.get(KeyState.NEXT),
        "covered": covered().count(),
        "may_change": may(request.user, CHANGE),
    }
    return render(request, "sso/setup.html", context)


def _shown(provider: IdentityProvider, here: str) -> dict[str, Any]:
    """A provider with what has to be entered there, and whether it was proven as it is now."""
    state = getattr(provider, "state", None)
    return {
        "row": provider,
        "addresses": provider_addresses(provider),
        "elsewhere": here if provider.base_url != here else "",
        "tested_at": state.tested_at if state else None,
        "stale": bool(state and state.tested_at and state.tested_with != provider.connection_digest),
    }


def provider_addresses(provider: IdentityProvider) -> list[tuple[str, str]]:
    """(what it is called there, our address)."""
    if provider.protocol == Protocol.OIDC:
        return [
            (_("Redirect address (sign-in)"), provider.address("sso_return")),
            (_("Back-channel sign-out"), provider.address("sso_back_channel")),
        ]
    return [
        (_("Metadata and entity id"), provider.address("sso_metadata")),
        (_("Assertion consumer service (ACS)"), provider.address("sso_acs")),
        (_("Single logout service (SLO)"), provider.address("sso_slo")),
    ]


@login_required
@require_POST
def check(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask the provider again for its description, keys or metadata."""
    _change(request)
    provider = get_object_or_404(IdentityProvider, pk=pk, deleted_at=None)
    try:
        for finding in provider_refresh(provider, by=request.user):
            (messages.success if finding.good else messages.warning)(
                request, f"{provider.name}: {finding.text}"
            )
    except BahiError as error:
        messages.warning(request, error.detail)
    return redirect("sso_setup")


@confirmed_required
@require_POST
def address(request: HttpRequest, pk: int) -> HttpResponse:
    """The provider is to know us by the address in use."""
    _change(request)
    provider = get_object_or_404(IdentityProvider, pk=pk, deleted_at=None)
    return _done(
        request,
        lambda: provider_address_set(provider, by=request.user, request=request),
        _("Saved. Enter the new addresses at the provider, then test again."),
    )


@confirmed_required
@require_POST
def key(request: HttpRequest, what: str) -> HttpResponse:
    """Rotate our own certificate: make the next one, use it, or drop it."""
    _change(request)
    steps = {
        "next": (
            keys.key_next,
            _("The next certificate is published. Enter it at your providers, then use it."),
        ),
        "use": (keys.key_use, _("The new certificate is in use.")),
        "drop": (keys.key_drop, _("The next certificate is dropped.")),
    }
    if what not in steps:
        raise Http404
    step, text = steps[what]
    return _done(request, lambda: step(by=request.user), text)


def _done(request: HttpRequest, work: Any, text: str) -> HttpResponse:
    try:
        run_in_unit_of_work(work)
        messages.success(request, text)
    except BahiError as error:
        messages.warning(request, error.detail)
    return redirect("sso_setup")


@never_cache
@require_GET
def metadata(request: HttpRequest, code: str) -> HttpResponse:
    """Our metadata for a SAML provider, which needn't be complete yet."""
    provider = IdentityProvider.objects.filter(code=code, deleted_at=None, protocol=Protocol.SAML).first()
    if provider is None:
        raise Http404
    from apps.sso.protocols.saml import metadata_xml

    try:
        xml = metadata_xml(saml_settings(provider))
    except SsoRefused as error:
        raise Http404(error.technical) from error
    response = HttpResponse(xml, content_type="application/samlmetadata+xml")
    response["Content-Disposition"] = f'inline; filename="bahi-{provider.code}.xml"'
    return response
