"""Where a party is paid: bank accounts and UPI ids of vendors, of customers for refunds."""

from __future__ import annotations

from typing import ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.core.guards import Guard
from apps.core.india.identifiers import tidy
from apps.core.models import SettingModel
from apps.core.validators import ifsc_validator, payee_account_validator, upi_validator

_SET = "parties.set_bank_account"


class PartyBankAccount(SettingModel):
    """An account or a UPI id. Changed numbers are how payments get stolen: guarded, kept in history."""

    guarded_fields: ClassVar[dict[str, Guard]] = {
        "account_number": Guard(see="parties.see_bank_account", change=_SET, tail=4),
        "account_name": Guard(change=_SET),
        "ifsc": Guard(change=_SET),
        "swift": Guard(change=_SET),
        "upi_id": Guard(change=_SET),
        "is_primary": Guard(change=_SET),
    }

    party = models.ForeignKey("parties.Party", on_delete=models.CASCADE, related_name="bank_accounts")
    account_name = models.CharField(_("account holder"), max_length=120, blank=True, default="")
    bank_name = models.CharField(_("bank"), max_length=120, blank=True, default="")
    account_number = models.CharField(
        _("account number"), max_length=40, blank=True, default="", validators=[payee_account_validator]
    )
    ifsc = models.CharField("IFSC", max_length=11, blank=True, default="", validators=[ifsc_validator])
    swift = models.CharField("SWIFT", max_length=11, blank=True, default="")
    upi_id = models.CharField(_("UPI id"), max_length=100, blank=True, default="", validators=[upi_validator])
    is_primary = models.BooleanField(_("paid to this one"), default=False)

    class Meta:
        verbose_name = _("bank account")
        verbose_name_plural = _("bank accounts")
        ordering: ClassVar[list[str]] = ["id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["party"],
                condition=Q(is_primary=True),
                name="parties_one_primary_account",
                violation_error_message=_("Only one account can be the one that is paid to."),
            ),
            models.UniqueConstraint(
                fields=["party", "ifsc", "account_number", "upi_id"],
                name="parties_account_once",
                violation_error_message=_("This account stands there already."),
            ),
            models.CheckConstraint(
                condition=~Q(account_number="") | ~Q(upi_id=""),
                name="parties_account_or_upi",
                violation_error_message=_("Give an account number or a UPI id."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.bank_name} …{self.account_number[-4:]}" if self.account_number else self.upi_id

    def clean_fields(self, exclude: object = None) -> None:
        """Tidies the identifiers first: spaces and small letters."""
        for name in ("account_number", "ifsc", "swift"):
            setattr(self, name, tidy(getattr(self, name) or ""))
        super().clean_fields(exclude=exclude)

    def clean(self) -> None:
        """An Indian account needs the branch that it lies at, a foreign one its SWIFT code."""
        if not self.account_number and not self.upi_id:
            text = _("Give an account number or a UPI id.")
            raise ValidationError({"account_number": ValidationError(text, code="required")})
        if self.account_number and not self.ifsc and not self.swift:
            text = _("Give the IFSC of the bank, or its SWIFT code.")
            raise ValidationError({"ifsc": ValidationError(text, code="required")})
