"""From what a provider said to a user of ours: found, linked, entered, or refused with a reason."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils import timezone
from django.utils.translation import gettext_lazy

from apps.accounts.choices import AccessEvent
from apps.accounts.models import Department, User
from apps.accounts.selectors import OPERATOR_EMAIL
from apps.accounts.services.access_log import access_log_write
from apps.accounts.services.code_messages import notice_mail
from apps.accounts.services.users import user_create
from apps.core.locks import advisory_lock
from apps.core.quota import LimitReached
from apps.core.records import record_save
from apps.sso.choices import Preset
from apps.sso.claims import Claims
from apps.sso.models import ExternalIdentity, GivenRole, IdentityProvider
from apps.sso.refusals import Reason, SsoRefused
from apps.sso.services.roles import roles_apply, roles_wanted

LINKED = gettext_lazy("Your user was linked with %(provider)s: you can sign in that way from now on.")


def person_enter(provider: IdentityProvider, claims: Claims, *, request: Any) -> ExternalIdentity:
    """Whose sign-in this is; profile and roles follow what the provider said.

    Must run in a transaction. Raises SsoRefused.
    """
    advisory_lock(f"sso.subject.{provider.pk}.{claims.subject}")
    domain_check(provider, claims)
    identity = identity_of(provider, claims) or _link_or_make(provider, claims, request)
    user = identity.user
    if not user.is_active or user.deleted_at is not None:
        raise SsoRefused(Reason.SUSPENDED, user.email)
    identity.email, identity.last_seen_at = claims.email, timezone.now()
    identity.employee_code = claims.employee_code
    if claims.groups is not None:
        identity.groups = claims.groups
        roles_apply(identity, claims.groups, request=request)
    identity.save()
    _profile_follow(identity, claims)
    return identity


def identity_of(provider: IdentityProvider, claims: Claims) -> ExternalIdentity | None:
    """The known person with this lasting id."""
    known = ExternalIdentity.objects.select_related("user", "provider")
    return known.filter(provider=provider, subject=claims.subject).first()


def domain_check(provider: IdentityProvider, claims: Claims) -> None:
    """Raises SsoRefused for an address outside the domains that the provider speaks for."""
    if not provider.email_domains:
        return
    if domain_of(claims.email) not in provider.email_domains:
        raise SsoRefused(Reason.DOMAIN, claims.email)
    # A private Google account may carry an address of the domain: only ``hd`` says that the domain rules it.
    if (
        provider.preset == Preset.GOOGLE
        and claims.id_token
        and claims.hosted_domain not in provider.email_domains
    ):
        raise SsoRefused(Reason.DOMAIN, f"hd: {claims.hosted_domain or 'missing'}")


def domain_of(email: str) -> str:
    return email.rpartition("@")[2].lower()


def email_verified(provider: IdentityProvider, claims: Claims) -> bool:
    """By the provider's word, or because the administrator trusts it for this domain."""
    trusted = provider.trust_email and domain_of(claims.email) in provider.email_domains
    return claims.email_verified or trusted


def _link_or_make(provider: IdentityProvider, claims: Claims, request: Any) -> ExternalIdentity:
    try:
        validate_email(claims.email)
    except ValidationError as error:
        raise SsoRefused(Reason.NO_EMAIL, claims.email) from error
    if not email_verified(provider, claims):
        raise SsoRefused(Reason.NOT_VERIFIED, claims.email)
    if claims.email == OPERATOR_EMAIL:  # the platform operator's stand-in is nobody's at a provider
        raise SsoRefused(Reason.NO_ACCOUNT, claims.email)
    user = User.objects.filter(email=claims.email).first()
    if user is None:
        return _made(provider, claims, request)
    if not user.is_active or user.deleted_at is not None:
        raise SsoRefused(Reason.SUSPENDED, user.email)
    if ExternalIdentity.objects.filter(provider=provider, user=user).exists():
        raise SsoRefused(Reason.OTHER_IDENTITY, f"{user.email}: {claims.subject}")
    made = ExternalIdentity.objects.create(provider=provider, subject=claims.subject, user=user)
    detail = {"provider": provider.code, "subject": claims.subject}
    access_log_write(AccessEvent.IDENTITY_LINKED, request=request, user=user, detail=detail)
    notice_mail(user, LINKED, provider=provider.name)
    return made


def _made(provider: IdentityProvider, claims: Claims, request: Any) -> ExternalIdentity:
    """A new user, where the provider may enter some; takes room of the organisation's plan."""
    if not provider.provision:
        raise SsoRefused(Reason.NO_ACCOUNT, claims.email)
    roles = roles_wanted(provider, claims.groups or [], provisioned=True)
    try:
        user = user_create(
            email=claims.email,
            name=claims.name or claims.email.partition("@")[0],
            roles=roles,
            phone=claims.phone,
            department=_department(claims),
        )
    except LimitReached as error:
        raise SsoRefused(Reason.LIMIT, str(error.detail)) from error
    made = ExternalIdentity.objects.create(
        provider=provider, subject=claims.subject, user=user, provisioned=True
    )
    GivenRole.objects.bulk_create([GivenRole(identity=made, role=role) for role in roles])
    detail = {"provider": provider.code, "roles": sorted(role.code for role in roles)}
    access_log_write(AccessEvent.USER_PROVISIONED, request=request, user=user, detail=detail)
    return made


def _department(claims: Claims) -> Department | None:
    if not claims.department:
        return None
    return Department.objects.filter(code=claims.department, active=True, deleted_at=None).first()


def _profile_follow(identity: ExternalIdentity, claims: Claims) -> None:
    """Name, phone and department as the provider has them, where it says so and something differs."""
    if not identity.provider.sync_profile:
        return
    user = User.objects.get(pk=identity.user_id)
    found = {"name": claims.name, "phone": claims.phone, "department": _department(claims)}
    values = {name: value for name, value in found.items() if value and getattr(user, name) != value}
    if values:
        record_save(user, values=values, version=user.version)
