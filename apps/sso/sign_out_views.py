"""Signing out at the provider too, and being told by the provider that somebody signed out there."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.core.signing import BadSignature
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from apps.accounts.limits import attempts_limit
from apps.core.errors import BahiError
from apps.core.tenant import signer
from apps.core.uow import run_in_unit_of_work
from apps.sso.choices import Protocol
from apps.sso.connections import addresses_of, saml_settings
from apps.sso.models import IdentityProvider, SsoSession
from apps.sso.protocols import oidc
from apps.sso.refusals import Reason, SsoRefused
from apps.sso.services.attempts import proof_use
from apps.sso.services.keys import own_keys
from apps.sso.services.signing import id_token_of, provider_sessions_end
from apps.sso.views import provider_find, refused

WHY = "provider"
PROOF_LIVES = timedelta(minutes=10)


@never_cache
@require_GET
def signed_out(request: HttpRequest) -> HttpResponse:
    """After signing out here: a link to sign out at the provider, which only the person decides."""
    try:
        pk = int(signer("sso-out").unsign(request.GET.get("of", "")))
    except (BadSignature, ValueError):
        return redirect("login")
    row = SsoSession.objects.select_related("identity__provider").filter(pk=pk).first()
    if row is None or row.sign_in is None or row.sign_in.ended_at is None:
        return redirect("login")
    provider = row.identity.provider
    try:
        address = _provider_sign_out(provider, row)
    except SsoRefused:
        address = ""
    return render(request, "sso/signed_out.html", {"provider": provider, "address": address})


def _provider_sign_out(provider: IdentityProvider, row: SsoSession) -> str:
    if provider.protocol == Protocol.OIDC:
        back = f"{provider.base_url}{reverse('login')}"
        return oidc.sign_out_url(provider, id_token=id_token_of(row), return_url=back)
    from apps.sso.protocols import saml

    return saml.sign_out_url(
        saml_settings(provider),
        addresses_of(provider),
        name_id=row.name_id,
        name_id_format=row.name_id_format,
        session=row.idp_session,
    )


@never_cache
@require_GET
def saml_slo(request: HttpRequest, code: str) -> HttpResponse:
    """A signed message about signing out: the provider's request, or its answer to ours."""
    from apps.sso.protocols import saml

    given: dict[str, Any] = request.GET.dict()
    query = request.META.get("QUERY_STRING", "")
    try:
        attempts_limit(request)
        provider = provider_find(code)
        if provider.protocol != Protocol.SAML:
            raise SsoRefused(Reason.OFF, code)
        settings = saml_settings(provider, messages_signed=True)
        if "SAMLResponse" in given:
            saml.sign_out_answer_verify(settings, addresses_of(provider), given, query)
            messages.success(request, _("You are signed out at %(name)s too.") % {"name": provider.name})
            return redirect("login")
        asked = saml.sign_out_verify(settings, addresses_of(provider), given, query, own_keys().private)
        run_in_unit_of_work(
            lambda: _end(provider, asked.message_id, subject=asked.name_id, sessions=asked.sessions)
        )
    except BahiError as error:
        return refused(request, error, code)
    return HttpResponseRedirect(asked.answer_url) if asked.answer_url else redirect("login")


def _end(provider: IdentityProvider, proof_id: str, *, subject: str, sessions: list[str]) -> None:
    proof_use(provider, proof_id, until=timezone.now() + PROOF_LIVES)
    provider_sessions_end(provider, subject=subject, sessions=sessions, why=WHY)


@csrf_exempt
@never_cache
@require_POST
def back_channel(request: HttpRequest, code: str) -> HttpResponse:
    """OpenID Connect: the provider itself says, by a logout token, whose sign-ins are over."""
    try:
        attempts_limit(request)
        provider = provider_find(code)
        if provider.protocol != Protocol.OIDC:
            raise SsoRefused(Reason.OFF, code)
        said = oidc.logout_token_verify(provider, request.POST.get("logout_token", ""))
        names = [str(said["sid"])] if said.get("sid") else []
        run_in_unit_of_work(
            lambda: _end(provider, str(said["jti"]), subject=str(said.get("sub", "")), sessions=names)
        )
    except BahiError as error:
        refused(request, error, code)  # for its entry in the log
        return JsonResponse({"error": "invalid_request"}, status=429 if error.status == 429 else 400)
    return HttpResponse(status=200)
