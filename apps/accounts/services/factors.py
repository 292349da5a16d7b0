"""Second factors of a person: set up, used, removed, reset by an administrator."""

from __future__ import annotations

import time
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts import totp
from apps.accounts.choices import AccessEvent
from apps.accounts.models import BackupCode, FactorMethod, SecondFactor, User
from apps.accounts.services.access_log import access_log_write
from apps.accounts.services.code_messages import notice_mail
from apps.accounts.services.passkeys import passkey_from
from apps.accounts.services.policy import allowed_methods, factor_required
from apps.accounts.services.sessions import sessions_end_all
from apps.accounts.services.users import user_rights_covered
from apps.core.errors import InvalidInput, Refused
from apps.core.india.identifiers import validate_mobile
from apps.core.locks import lock_row
from apps.core.secrets import secret_read, secret_write
from apps.core.tenant import current_organisation, is_public

MAX_PASSKEYS = 10
ADDED = gettext_lazy("A second factor was set up: %(label)s.")
REMOVED = gettext_lazy("A second factor was removed: %(label)s.")
RESET = gettext_lazy("An administrator removed your second factors. Please set one up again.")


def factors_of(user: User) -> list[SecondFactor]:
    """The person's confirmed factors."""
    return list(SecondFactor.objects.filter(user=user, confirmed_at__isnull=False))


def method_allowed(method: str) -> None:
    """Raises Refused when the organisation's rules leave this way out."""
    if method not in allowed_methods():
        raise Refused(_("Your organisation doesn't allow this way."), code="method_not_allowed")


# --- authenticator app ----------------------------------------------------------------------------


def totp_begin(user: User) -> SecondFactor:
    """The unconfirmed app of the person, new or begun before. Raises Refused when he has one already."""
    method_allowed(FactorMethod.TOTP)
    with transaction.atomic():
        factor = SecondFactor.objects.filter(user=user, method=FactorMethod.TOTP).first()
        if factor is None:
            factor = SecondFactor(user=user, method=FactorMethod.TOTP)
            secret_write(factor, "secret", totp.seed_make())
            factor.save()
    if factor.confirmed_at:
        raise Refused(_("You have an authenticator app already. Remove it first."), code="duplicate")
    return factor


def totp_details(factor: SecondFactor) -> dict[str, str]:
    """What the app needs: {seed, uri}."""
    seed = secret_read(factor, "secret")
    issuer = "Bahi" if is_public() else current_organisation().name
    return {"seed": seed, "uri": totp.uri_of(seed, account=factor.user.email, issuer=issuer)}


def totp_confirm(user: User, code: str, *, request: Any = None) -> SecondFactor:
    """The first code of the app proves that it works. Raises InvalidInput naming ``code``."""
    with transaction.atomic():
        found = SecondFactor.objects.filter(user=user, method=FactorMethod.TOTP, confirmed_at=None).first()
        factor = lock_row(SecondFactor, found.pk) if found else None
        if factor is None or not _totp_step(factor, code):
            raise InvalidInput(
                _("This code is wrong. Check the clock of your phone, then type the newest code."),
                field="code",
                code="wrong_code",
            )
        factor.label = str(FactorMethod.TOTP.label)
        _confirmed(factor, request)
    return factor


def totp_use(user: User, code: str) -> bool:
    """Whether the code of the person's app is right and wasn't used before. Must run in a transaction."""
    found = SecondFactor.objects.filter(
        user=user, method=FactorMethod.TOTP, confirmed_at__isnull=False
    ).first()
    factor = lock_row(SecondFactor, found.pk) if found else None
    if factor is None or not _totp_step(factor, code):
        return False
    factor.last_used_at = timezone.now()
    factor.save(update_fields=["last_step", "last_used_at"])
    return True


def _totp_step(factor: SecondFactor, code: str) -> bool:
    plain = "".join(code.split())
    step = totp.step_of(secret_read(factor, "secret"), plain, now=time.time(), last_step=factor.last_step)
    if step is not None:
        factor.last_step = step
    return step is not None


# --- codes by mail and text, passkeys ------------------------------------------------------------


def phone_clean(phone: str) -> str:
    """The number as +919876543210. Raises InvalidInput naming ``phone``."""
    try:
        return f"+91{validate_mobile(phone)}"
    except ValueError as error:
        raise InvalidInput(_("Please enter a mobile number, such as 98765 43210."), field="phone") from error


def sent_factor_add(user: User, method: str, *, phone: str = "", request: Any = None) -> SecondFactor:
    """Codes by mail or text: the person has just typed the code that was sent there."""
    method_allowed(method)
    with transaction.atomic():
        factor = SecondFactor.objects.filter(user=user, method=method).first() or SecondFactor(
            user=user, method=method
        )
        factor.phone = phone
        factor.label = (
            f"{FactorMethod(method).label} ({phone[-4:]})" if phone else str(FactorMethod(method).label)
        )
        _confirmed(factor, request)
    return factor


def passkey_add(user: User, answer: str, state: dict[str, Any], *, label: str, request: Any) -> SecondFactor:
    """A new passkey from the browser's answer. Raises InvalidInput, Refused."""
    method_allowed(FactorMethod.PASSKEY)
    if SecondFactor.objects.filter(user=user, method=FactorMethod.PASSKEY).count() >= MAX_PASSKEYS:
        raise Refused(_("At most %(n)d passkeys.") % {"n": MAX_PASSKEYS}, code="too_many")
    factor = passkey_from(answer, state, user, request)
    if factor is None:
        raise InvalidInput(_("The browser's answer doesn't hold. Please try again."), field="answer")
    factor.label = label.strip()[:60] or str(FactorMethod.PASSKEY.label)
    try:
        with transaction.atomic():
            _confirmed(factor, request)
    except IntegrityError as error:
        raise InvalidInput(_("This passkey is known already."), field="answer", code="duplicate") from error
    return factor


def _confirmed(factor: SecondFactor, request: Any) -> None:
    factor.confirmed_at = timezone.now()
    factor.save()
    detail = {"way": factor.method}
    access_log_write(AccessEvent.SECOND_FACTOR_ADDED, request=request, user=factor.user, detail=detail)
    notice_mail(factor.user, ADDED, label=factor.label)


# --- removal --------------------------------------------------------------------------------------


def factor_remove(user: User, pk: int, *, request: Any = None) -> None:
    """Remove one of one's own. Raises InvalidInput (unknown), Refused (the last one where one is
    required).
    """
    with transaction.atomic():
        rows = [row for row in SecondFactor.objects.filter(user=user) if row.pk == pk or row.confirmed_at]
        factor = next((row for row in rows if row.pk == pk), None)
        if factor is None:
            raise InvalidInput(_("Not found."), field="id", code="not_found")
        allowed = allowed_methods()
        others = [row for row in rows if row.pk != pk and row.method in allowed]
        if factor.confirmed_at and not others and factor_required(user):
            raise Refused(
                _("Your organisation requires a second factor: set up another one first."), code="required"
            )
        factor.delete()
        if len(rows) == 1:
            BackupCode.objects.filter(user=user).delete()
        if factor.confirmed_at:
            detail = {"way": factor.method}
            access_log_write(AccessEvent.SECOND_FACTOR_REMOVED, request=request, user=user, detail=detail)
            notice_mail(user, REMOVED, label=factor.label)


def factors_reset(*, user: User, by: Any, request: Any = None) -> None:
    """An administrator helps a person who lost everything: factors and codes go, every sign-in ends.

    Raises NotAllowed (rights that ``by`` lacks), Refused (oneself).
    """
    if by is not None and user.pk == by.pk:
        raise Refused(_("Ask another administrator: nobody resets himself."), code="own_rights")
    user_rights_covered(user, by=by)
    with transaction.atomic():
        SecondFactor.objects.filter(user=user).delete()
        BackupCode.objects.filter(user=user).delete()
        sessions_end_all(user, why="factor_reset")
        access_log_write(AccessEvent.SECOND_FACTOR_RESET, request=request, detail={"user": user.email})
        notice_mail(user, RESET)
