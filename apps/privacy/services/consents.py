"""Consent given and taken back, for one purpose and one address."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.core.signing import BadSignature
from django.core.validators import validate_email
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.core.errors import InvalidInput, NotFound, Refused
from apps.core.locks import advisory_lock
from apps.core.scope import kind_of
from apps.core.tenant import signer
from apps.privacy.models import Consent, ConsentMeans, Purpose
from apps.tenancy.hosts import link_base

_LINK = "consent"


def consent_give(
    *, purpose: Purpose, email: str, means: str, by: Any = None, target: models.Model | None = None
) -> Consent:
    """Note that a person agreed to the notice as it stands now; asked twice, it is the same one.

    Raises InvalidInput naming ``email``, ``means`` or ``purpose``. Must run in a transaction.
    """
    email = _address(email)
    _means(means)
    if not purpose.active or purpose.deleted_at is not None:
        raise InvalidInput(_("This purpose is not in use."), field="purpose", code="inactive")
    advisory_lock(f"privacy.consent:{purpose.pk}:{email}")
    found = Consent.objects.filter(purpose=purpose, email=email, withdrawn_at=None).first()
    if found is not None and found.notice_version == purpose.notice_version:
        return found
    if found is not None:  # to an older notice: that one ends, so that what he agreed to stays provable
        _withdrawn(found, means, by)
    return Consent.objects.create(
        purpose=purpose,
        email=email,
        target_kind=kind_of(target) if target is not None else "",
        target_id=target.pk if target is not None else None,
        notice_version=purpose.notice_version,
        given_means=means,
        given_by_id=getattr(by, "pk", None),
    )


def consent_withdraw(*, consent: Consent, means: str, by: Any = None) -> Consent:
    """Note that the person took it back. Raises Refused when he did already. Must run in a transaction."""
    _means(means)
    advisory_lock(f"privacy.consent:{consent.purpose_id}:{consent.email}")
    consent.refresh_from_db()
    if consent.withdrawn_at is not None:
        raise Refused(_("This consent was taken back already."), code="withdrawn")
    return _withdrawn(consent, means, by)


def _withdrawn(consent: Consent, means: str, by: Any) -> Consent:
    consent.withdrawn_at, consent.withdrawn_means = timezone.now(), means
    consent.withdrawn_by_id = getattr(by, "pk", None)
    consent.save(update_fields=["withdrawn_at", "withdrawn_means", "withdrawn_by_id"])
    return consent


def consent_page(purpose: str, email: str) -> str:
    """Where a person takes an open consent back; empty when there is none. For ``core.consent``."""
    found = Consent.objects.filter(
        purpose__code=purpose, purpose__active=True, email=email, withdrawn_at=None
    ).first()
    if found is None:
        return ""
    token = signer(_LINK).sign(str(found.pk))
    return f"{link_base()}{reverse('consent_withdraw', args=[token])}"


def consent_of_token(token: str) -> Consent:
    """Raises NotFound for a token that we didn't sign."""
    try:
        number = int(signer(_LINK).unsign(token))
    except (BadSignature, ValueError) as error:
        raise NotFound(_("Not found.")) from error
    found = Consent.objects.select_related("purpose").filter(pk=number).first()
    if found is None:
        raise NotFound(_("Not found."))
    return found


def _address(email: Any) -> str:
    text = str(email or "").strip().lower()
    try:
        validate_email(text)
    except ValidationError as error:
        raise InvalidInput(_("Please enter a valid e-mail address."), field="email") from error
    return text


def _means(means: Any) -> None:
    if means not in ConsentMeans.values:
        raise InvalidInput(_("This is not one of the choices."), field="means", code="invalid_choice")
