"""Sign-ins that came by a provider: begun, and ended from here or from there."""

from __future__ import annotations

from typing import Any

from apps.accounts.models import SignInSession
from apps.accounts.services.sessions import sessions_end_these
from apps.accounts.ways import VIA
from apps.core.secrets import secret_read, secret_write
from apps.sso.choices import Protocol
from apps.sso.claims import Claims
from apps.sso.models import ExternalIdentity, IdentityProvider, SsoSession


def vouch(request: Any, identity: ExternalIdentity, claims: Claims) -> None:
    """Remember in this browser that the provider vouched for the person, until the sign-in is done."""
    row = SsoSession(
        identity=identity,
        idp_session=claims.idp_session,
        name_id=claims.subject if identity.provider.protocol == Protocol.SAML else "",
        name_id_format=claims.name_id_format,
    )
    if claims.id_token and identity.provider.sign_out_there:
        secret_write(row, "id_token", claims.id_token)
    row.save(force_insert=True)
    request.session[VIA] = {"user": identity.user_id, "ref": row.pk}


def second_factor_counts(provider: IdentityProvider, claims: Claims) -> bool:
    """Whether the provider's second factor stands for ours."""
    return provider.trust_second_factor and claims.second_factor


def sign_in_begun(session: SignInSession, ref: int) -> None:
    """A browser has come in: tie it to what the provider calls this sign-in."""
    waiting = SsoSession.objects.select_related("identity__provider")
    row = waiting.filter(pk=ref, sign_in=None, identity__user_id=session.user_id).first()
    if row is None:
        return
    row.sign_in = session
    row.save(update_fields=["sign_in"])
    session.provider = row.identity.provider.name
    session.save(update_fields=["provider"])


def of_sign_in(session: SignInSession) -> SsoSession | None:
    return SsoSession.objects.select_related("identity__provider").filter(sign_in=session).first()


def identity_sessions_end(identity: ExternalIdentity, *, sessions: list[str] | None = None, why: str) -> int:
    """End a person's sign-ins by this provider; ``sessions``: only those that it calls so."""
    rows = SsoSession.objects.filter(identity=identity)
    if sessions:
        rows = rows.filter(idp_session__in=sessions)
    return sessions_end_these(SignInSession.objects.filter(pk__in=rows.values("sign_in_id")), why=why)


def provider_sessions_end(provider: IdentityProvider, *, subject: str, sessions: list[str], why: str) -> int:
    """End what the provider says is over: a person's sign-ins, or those with these names of its own."""
    if subject:
        identity = ExternalIdentity.objects.filter(provider=provider, subject=subject).first()
        return identity_sessions_end(identity, sessions=sessions, why=why) if identity else 0
    rows = SsoSession.objects.filter(identity__provider=provider, idp_session__in=sessions)
    return sessions_end_these(SignInSession.objects.filter(pk__in=rows.values("sign_in_id")), why=why)


def id_token_of(row: SsoSession) -> str:
    return secret_read(row, "id_token")
