"""Field validators: Indian identifiers (the rules are in ``apps.core.india``), time zones, languages."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from apps.core.formats import zone_names
from apps.core.india import identifiers, states


def _by(check: Callable[[str], object], value: str, code: str) -> None:
    try:
        check(value)
    except ValueError as error:
        raise ValidationError(str(error), code=code) from error


def gstin_validator(value: str) -> None:
    _by(identifiers.validate_gstin, value, "gstin")


def pan_validator(value: str) -> None:
    _by(identifiers.validate_pan, value, "pan")


def tan_validator(value: str) -> None:
    _by(identifiers.validate_tan, value, "tan")


def ifsc_validator(value: str) -> None:
    _by(identifiers.validate_ifsc, value, "ifsc")


def cin_validator(value: str) -> None:
    _by(identifiers.validate_cin, value, "cin")


def bank_account_validator(value: str) -> None:
    _by(identifiers.validate_bank_account, value, "account_number")


def payee_account_validator(value: str) -> None:
    _by(identifiers.validate_payee_account, value, "account_number")


def upi_validator(value: str) -> None:
    _by(identifiers.validate_upi, value, "upi_id")


def state_code_validator(value: str) -> None:
    if value not in states.STATES:
        raise ValidationError(
            _("%(value)s is not a GST state code."), code="state_code", params={"value": value}
        )


def zone_validator(value: str) -> None:
    if value not in zone_names():
        raise ValidationError(_("There is no such time zone."), code="not_found")


def language_validator(value: str) -> None:
    if value not in dict(settings.LANGUAGES):
        raise ValidationError(_("Please choose one."), code="not_found")
