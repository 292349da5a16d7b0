"""Going to an identity provider and coming back."""

from __future__ import annotations

import logging
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from apps.accounts.choices import AccessEvent
from apps.accounts.entering import browser_enter, next_page
from apps.accounts.limits import attempts_limit
from apps.accounts.second_step_views import second_step_begin
from apps.accounts.services.access_log import access_log_write
from apps.accounts.services.factors import factors_of
from apps.accounts.services.sessions import SSO, session_confirm
from apps.core.access import may
from apps.core.errors import BahiError
from apps.core.uow import run_in_unit_of_work
from apps.sso.choices import Protocol, Purpose
from apps.sso.claims import Claims
from apps.sso.connections import addresses_of, saml_settings
from apps.sso.models import IdentityProvider, SsoAttempt
from apps.sso.protocols import oidc
from apps.sso.refusals import Reason, SsoRefused
from apps.sso.services import attempts
from apps.sso.services.entry import identity_of, person_enter
from apps.sso.services.rights import CHANGE
from apps.sso.services.signing import second_factor_counts, vouch
from apps.sso.services.trying import sign_in_tried

logger = logging.getLogger(__name__)
CLOCKS_DIFFER = 60


def provider_find(code: str, *, purpose: str = Purpose.SIGN_IN) -> IdentityProvider:
    """A provider that is switched on; for a test one that is complete. Raises SsoRefused."""
    found = IdentityProvider.objects.filter(code=code, deleted_at=None).first()
    ready = found is not None and (found.active or (purpose == Purpose.TEST and found.complete))
    if found is None or not ready:
        raise SsoRefused(Reason.OFF, code)
    return found


def refused(request: HttpRequest, error: BahiError, code: str) -> HttpResponse:
    """The page that says why, and the entry of the access log with the details."""
    if error.status == 429:  # not one more entry for each try of somebody who tries too often
        return render(request, "sso/refused.html", {"text": error.detail}, status=429)
    reason = error.reason.value if isinstance(error, SsoRefused) else error.code
    technical = error.technical if isinstance(error, SsoRefused) else ""
    known: Any = request.user if request.user.is_authenticated else None
    row = access_log_write(
        AccessEvent.SIGN_IN_FAILED,
        request=request,
        user=known,
        detail={"by": SSO, "provider": code, "reason": reason, "detail": technical},
    )
    provider = IdentityProvider.objects.filter(code=code, active=True, deleted_at=None).first()
    again = reverse("sso_start", kwargs={"code": code}) if provider and known is None else ""
    context = {
        "text": error.detail,
        "reason": reason,
        "again": again,
        "provider": provider,
        "reference": row.pk,
    }
    return render(request, "sso/refused.html", context, status=error.status)


# --- going ----------------------------------------------------------------------------------------


@never_cache
@require_GET
def start(request: HttpRequest, code: str) -> HttpResponse:
    page = next_page(request)
    if request.user.is_authenticated:
        return redirect(page)
    return _go(request, code, Purpose.SIGN_IN, page)


@never_cache
@login_required
@require_GET
def confirm(request: HttpRequest, code: str) -> HttpResponse:
    """The person proves himself anew at the provider before something sensitive is changed."""
    return _go(request, code, Purpose.CONFIRM, next_page(request))


@never_cache
@login_required
@require_GET
def test(request: HttpRequest, code: str) -> HttpResponse:
    """An administrator looks what the provider says; nobody is signed in by it."""
    if not may(request.user, CHANGE):
        raise PermissionDenied
    return _go(request, code, Purpose.TEST, reverse("sso_setup"))


def _go(request: HttpRequest, code: str, purpose: Purpose, page: str) -> HttpResponse:
    try:
        attempts_limit(request)
        provider = provider_find(code, purpose=purpose)
        if provider.base_url.rpartition("/")[2] != request.get_host():
            return HttpResponseRedirect(f"{provider.base_url}{request.get_full_path()}")
        user: Any = request.user if request.user.is_authenticated else None
        attempt, token = attempts.attempt_start(request, provider, purpose, page=page, user=user)
        return HttpResponseRedirect(_provider_page(provider, attempt, token))
    except BahiError as error:
        return refused(request, error, code)


def _provider_page(provider: IdentityProvider, attempt: SsoAttempt, token: str) -> str:
    again = attempt.purpose == Purpose.CONFIRM
    if provider.protocol == Protocol.OIDC:
        return oidc.authorization_url(
            provider,
            return_url=provider.address("sso_return"),
            state=token,
            nonce=attempts.derived(token, "nonce"),
            verifier=attempts.derived(token, "verifier"),
            again_as=attempt.user.email if again and attempt.user else "",
        )
    from apps.sso.protocols import saml

    address, attempt.request_id = saml.request_url(
        saml_settings(provider), addresses_of(provider), relay_state=token, again=again
    )
    attempt.save(update_fields=["request_id"])
    return address


# --- coming back ----------------------------------------------------------------------------------


@never_cache
@require_GET
def oidc_return(request: HttpRequest, code: str) -> HttpResponse:
    """OpenID Connect: the provider sent the browser back with a code."""
    given = request.GET.dict()
    token = given.get("state", "")
    try:
        provider = _of_protocol(code, Protocol.OIDC)
        _known(request, token, provider)
        attempt = attempts.attempt_use(request, token, provider, answered=False)
        _still_on(provider, attempt)
        answer = oidc.answer_check(provider, given)
        claims = oidc.claims_fetch(
            provider,
            code=answer,
            return_url=provider.address("sso_return"),
            nonce=attempts.derived(token, "nonce"),
            verifier=attempts.derived(token, "verifier"),
        )
        return _finish(request, attempt, claims)
    except BahiError as error:
        return refused(request, error, code)


@csrf_exempt
@never_cache
@require_POST
def saml_acs(request: HttpRequest, code: str) -> HttpResponse:
    """SAML: the provider's page posts a response. It comes from elsewhere, without our cookies: what it says
    waits, sealed, for the browser's next request."""
    from apps.sso.protocols import saml

    relay_state = request.POST.get("RelayState", "")
    try:
        provider = _of_protocol(code, Protocol.SAML)
        attempt, token = _asked(request, provider, relay_state)
        proof = saml.response_verify(
            provider,
            saml_settings(provider),
            addresses_of(provider),
            request.POST.get("SAMLResponse", ""),
            request_id=attempt.request_id if attempt else "",
        )
        if attempt is None:
            _start_there_allowed(provider)
            attempt, token = attempts.attempt_unasked(provider, page=_own_page(request, relay_state))
        attempts.attempt_answer(attempt, proof.claims, proof_id=proof.assertion_id, until=proof.expires_at)
    except BahiError as error:
        return refused(request, error, code)
    finish = reverse("sso_finish", kwargs={"code": code})
    response = HttpResponseRedirect(f"{finish}?{urlencode({'state': token})}")
    response.status_code = 303
    return response


def _asked(
    request: HttpRequest, provider: IdentityProvider, relay_state: str
) -> tuple[SsoAttempt | None, str]:
    """The attempt that a response answers; none where the provider began and may."""
    try:
        return _known(request, relay_state, provider), relay_state
    except SsoRefused:
        _start_there_allowed(provider)
        return None, ""


def _known(request: HttpRequest, token: str, provider: IdentityProvider) -> SsoAttempt:
    """An attempt that waits. Those were limited when they began (a whole office may share one address);
    others are limited here. Raises SsoRefused, TooManyAttempts.
    """
    try:
        return attempts.attempt_find(token, provider)
    except SsoRefused:
        attempts_limit(request)
        raise


def _start_there_allowed(provider: IdentityProvider) -> None:
    if not provider.idp_initiated:
        raise SsoRefused(Reason.STATE, "nothing was asked for, and the provider may not begin")


def _own_page(request: HttpRequest, wanted: str) -> str:
    """RelayState of a sign-in that began at the provider: only a path of this host."""
    path = wanted.startswith("/")
    safe = path and url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()})
    return wanted if safe else "/"


@never_cache
@require_GET
def finish(request: HttpRequest, code: str) -> HttpResponse:
    """SAML: the browser comes for what the response said."""
    token = request.GET.get("state", "")
    try:
        provider = _of_protocol(code, Protocol.SAML)
        _known(request, token, provider)
        attempt = attempts.attempt_use(request, token, provider, answered=True)
        _still_on(provider, attempt)
        return _finish(request, attempt, attempts.attempt_claims(attempt))
    except BahiError as error:
        return refused(request, error, code)


def _of_protocol(code: str, protocol: Protocol) -> IdentityProvider:
    """Tests come back to a provider that isn't switched on yet; ``_still_on`` refuses everything else."""
    provider = provider_find(code, purpose=Purpose.TEST)
    if provider.protocol != protocol:
        raise SsoRefused(Reason.OFF, f"{code} speaks {provider.protocol}")
    return provider


def _still_on(provider: IdentityProvider, attempt: SsoAttempt) -> None:
    if not provider.active and attempt.purpose != Purpose.TEST:
        raise SsoRefused(Reason.OFF, provider.code)


def _finish(request: HttpRequest, attempt: SsoAttempt, claims: Claims) -> HttpResponse:
    if attempt.purpose != Purpose.SIGN_IN and attempt.user != request.user:
        raise SsoRefused(Reason.OTHER_PERSON, "somebody else is signed in in this browser")
    if attempt.purpose == Purpose.TEST:
        report = sign_in_tried(attempt.provider, claims, request=request)
        return render(request, "sso/tried.html", {"report": report, "provider": attempt.provider})
    if attempt.purpose == Purpose.CONFIRM:
        return _confirmed(request, attempt, claims)
    return _signed_in(request, attempt, claims)


def _confirmed(request: HttpRequest, attempt: SsoAttempt, claims: Claims) -> HttpResponse:
    identity = identity_of(attempt.provider, claims)
    if identity is None or identity.user != request.user:
        raise SsoRefused(Reason.OTHER_PERSON, claims.email)
    if claims.authenticated_at < attempt.created_at.timestamp() - CLOCKS_DIFFER:
        raise SsoRefused(Reason.STALE, f"authenticated at {claims.authenticated_at}")
    session_confirm(request, factor=SSO if second_factor_counts(attempt.provider, claims) else "")
    return HttpResponseRedirect(attempt.page)


def _signed_in(request: HttpRequest, attempt: SsoAttempt, claims: Claims) -> HttpResponse:
    provider = attempt.provider
    identity = run_in_unit_of_work(lambda: person_enter(provider, claims, request=request))
    user = identity.user
    vouch(request, identity, claims)
    if second_factor_counts(provider, claims):
        return browser_enter(request, user, attempt.page, factor=SSO)
    if factors_of(user):
        return second_step_begin(request, user, attempt.page)
    return browser_enter(request, user, attempt.page)
