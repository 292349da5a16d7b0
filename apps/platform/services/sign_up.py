"""From a stranger's wish to an organisation: form, confirmed e-mail, decision, set-up, invitation."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import IntegrityError, transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from apps.core.actor import current_actor
from apps.core.address import client_address
from apps.core.errors import InvalidInput, Refused
from apps.core.locks import lock_row
from apps.core.mailing import mail_send
from apps.core.platform_log import platform_log
from apps.core.validation import clean_instance
from apps.platform.choices import SignUpState
from apps.platform.models import SignUp
from apps.tenancy.choices import OrganisationState
from apps.tenancy.hosts import host_of
from apps.tenancy.lifecycle import organisation_step
from apps.tenancy.models import Organisation, Plan, PlatformState
from apps.tenancy.services.owner_jobs import provisioning_start
from apps.tenancy.services.provisioning import organisation_create, slug_check, slug_was_used

CONFIRM_WITHIN = timedelta(hours=48)
A_DAY_BY_ADDRESS, A_DAY_BY_EMAIL = 10, 3


def sign_up_is_open() -> bool:
    return PlatformState.objects.filter(pk=1, sign_up=True).exists()


def sign_up_ask(*, request: Any, base: str, values: dict[str, Any]) -> SignUp:
    """Keep the wish and mail the link that confirms it. Raises InvalidInput naming the field, Refused."""
    if not sign_up_is_open():
        raise Refused(_("Sign-up is closed just now."))
    values = {**values, "slug": slug_check(values["slug"]), "email": values["email"].strip().lower()}
    slug_free(values["slug"])
    address = client_address(request)
    _not_too_often(address, values["email"])
    token = secrets.token_urlsafe(32)
    sign_up = SignUp(**values, address=address, token_hash=_hash(token))
    clean_instance(sign_up)
    with transaction.atomic():
        sign_up.save()
        link = f"{base}{reverse('sign_up_confirm', args=[token])}"
        _mail(sign_up, "confirm", _("Confirm your e-mail address"), link=link)
    return sign_up


def slug_free(slug: str) -> None:
    """Raises InvalidInput when an organisation has this short name or its schema's, or had it."""
    schema = f"org_{slug.replace('-', '_')}"
    if (
        Organisation.objects.filter(slug=slug).exists()
        or Organisation.objects.filter(schema_name=schema).exists()
        or slug_was_used(slug)
    ):
        raise InvalidInput(_("This short name is taken."), field="slug", code="duplicate")


def _not_too_often(address: str, email: str) -> None:
    since = SignUp.objects.filter(created_at__gt=timezone.now() - timedelta(days=1))
    if (
        since.filter(address=address).count() >= A_DAY_BY_ADDRESS
        or since.filter(email=email).count() >= A_DAY_BY_EMAIL
    ):
        raise Refused(_("Too many sign-ups from here today. Please come back tomorrow."), code="throttled")


def sign_up_find(token: str) -> SignUp | None:
    """The wish that this link belongs to; an unconfirmed one only within two days."""
    found = SignUp.objects.select_related("organisation").filter(token_hash=_hash(token)).first()
    if found is None:
        return None
    late = found.state == SignUpState.UNCONFIRMED and found.created_at < timezone.now() - CONFIRM_WITHIN
    return None if late else found


def sign_up_confirm(sign_up: SignUp, *, slug: str = "", platform: str = "") -> SignUp:
    """The person has clicked: enter the organisation as requested and tell the operators.

    Twice is once. Raises InvalidInput (slug) when the short name was taken meanwhile; another may be given.
    """
    with transaction.atomic():
        row = lock_row(SignUp, sign_up.pk)
        if row.state != SignUpState.UNCONFIRMED:
            return row
        row.slug = slug_check(slug or row.slug)
        slug_free(row.slug)
        row.organisation = _organisation_of(row)
        row.state, row.confirmed_at = SignUpState.WAITING, timezone.now()
        row.save()
        platform_log("requested", organisation=row.organisation, email=row.email, address=row.address)
        _tell_operators(row, platform)
    return row


def _organisation_of(row: SignUp) -> Organisation:
    administrator = {"email": row.email, "name": row.person, "language": row.language}
    try:
        return organisation_create(
            slug=row.slug,
            name=row.name,
            state=OrganisationState.REQUESTED,
            plan=Plan.objects.filter(on_sign_up=True).first(),
            setup={"administrator": administrator},
            language=row.language,
        )
    except IntegrityError as error:
        raise InvalidInput(_("This short name is taken."), field="slug", code="duplicate") from error


def _tell_operators(row: SignUp, platform: str) -> None:
    for user in get_user_model().objects.filter(is_superuser=True, is_active=True):
        with translation.override(user.language):
            subject = _("%(name)s asks for an organisation") % {"name": row.name}
            _mail(
                row,
                "asked",
                subject,
                to=user.email,
                link=f"{platform}/admin/platform/signup/{row.pk}/change/",
            )


def request_approve(organisation: Organisation, *, base: str = "") -> None:
    """Let a requested organisation be set up; the person is told, and invited once it stands."""
    with transaction.atomic():
        organisation_step(organisation, "approve")
        row = SignUp.objects.filter(organisation=organisation).first()
        if row is not None:
            _decide(row, SignUpState.APPROVED, "")
            _mail(row, "approved", _("Your organisation is approved"), link=organisation_link(organisation))
        provisioning_start(organisation)


def request_refuse(organisation: Organisation, *, reason: str) -> None:
    """Say no with a reason; the short name is free again. Raises InvalidInput, Refused."""
    reason = reason.strip()[:300]
    if not reason:
        raise InvalidInput(_("Please give a reason."), field="reason", code="required")
    with transaction.atomic():
        fresh = lock_row(Organisation, organisation.pk)
        if fresh.state != OrganisationState.REQUESTED:
            raise Refused(_("Only a requested organisation can be refused."), code="invalid_transition")
        row = SignUp.objects.filter(organisation=fresh).first()
        if row is not None:
            _decide(row, SignUpState.REFUSED, reason)
            _mail(row, "refused", _("Your request was not approved"))
        platform_log("refused", organisation=fresh, reason=reason)
        fresh.delete(force_drop=False)  # type: ignore[call-arg]  # TenantMixin takes it


def _decide(row: SignUp, state: str, reason: str) -> None:
    row.state, row.reason, row.decided_at = state, reason, timezone.now()
    row.decided_by = current_actor().label[:200]
    row.save()


def sign_up_switch(*, on: bool) -> None:
    """Open or close the public sign-up page."""
    state = PlatformState.current()
    state.sign_up = on
    state.save(update_fields=["sign_up", "updated_at"])
    platform_log("sign_up", on=on)


def sign_ups_clean() -> int:
    """Forget wishes whose e-mail nobody confirmed in time."""
    late = SignUp.objects.filter(
        state=SignUpState.UNCONFIRMED, created_at__lt=timezone.now() - CONFIRM_WITHIN
    )
    return late.delete()[0]


def organisation_link(organisation: Organisation) -> str:
    scheme = "https" if settings.SESSION_COOKIE_SECURE else "http"
    port = f":{settings.PUBLIC_PORT}" if settings.PUBLIC_PORT else ""
    return f"{scheme}://{host_of(organisation)}{port}/"


def _hash(token: str) -> str:
    return hashlib.sha256(f"sign-up:{token}".encode()).hexdigest()


def _mail(row: SignUp, name: str, subject: str, *, to: str = "", link: str = "") -> None:
    context = {"sign_up": row, "link": link, "hours": int(CONFIRM_WITHIN.total_seconds() // 3600)}
    mail_send(
        to=to or row.email, subject=subject, text=render_to_string(f"platform/mail/{name}.txt", context)
    )
