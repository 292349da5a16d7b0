"""Legal companies of the organisation: each has its own books, GSTIN, series and fiscal years."""

from __future__ import annotations

from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Left, Substr
from django.utils.translation import gettext_lazy as _

from apps.company.choices import AddressKind, TaxRounding
from apps.core.guards import Guard
from apps.core.india.identifiers import tidy
from apps.core.models import MasterModel, SettingModel
from apps.core.scope import Scope, ScopedManager
from apps.core.validators import (
    bank_account_validator,
    cin_validator,
    gstin_validator,
    ifsc_validator,
    pan_validator,
    state_code_validator,
    tan_validator,
)


class Company(MasterModel):
    """``state_code`` is the GST state of the supplier; ``turnover_band`` decides HSN digits."""

    search_fields = ("code", "trade_name", "legal_name", "gstin")
    scope = Scope(company="id")
    guarded_fields: ClassVar[dict[str, Guard]] = {"upi_id": Guard(change="company.set_bank_account")}
    chosen_with = ("currency",)  # read with it when it is chosen on a document

    code = models.CharField(
        _("code"),
        max_length=8,
        unique=True,
        validators=[RegexValidator(r"^[A-Z0-9]{1,8}$", _("A-Z and 0-9 only."))],
    )
    trade_name = models.CharField(_("trade name"), max_length=200)
    legal_name = models.CharField(_("legal name"), max_length=200)
    gstin = models.CharField("GSTIN", max_length=15, blank=True, default="", validators=[gstin_validator])
    pan = models.CharField("PAN", max_length=10, blank=True, default="", validators=[pan_validator])
    tan = models.CharField("TAN", max_length=10, blank=True, default="", validators=[tan_validator])
    cin = models.CharField("CIN", max_length=21, blank=True, default="", validators=[cin_validator])
    state_code = models.CharField(_("state"), max_length=2, validators=[state_code_validator])
    currency = models.ForeignKey("company.Currency", verbose_name=_("currency"), on_delete=models.PROTECT)
    fiscal_year_start = models.PositiveSmallIntegerField(
        _("fiscal year starts in month"), default=4, validators=[MinValueValidator(1), MaxValueValidator(12)]
    )
    phone = models.CharField(_("phone"), max_length=20, blank=True, default="")
    email = models.EmailField(_("e-mail"), blank=True, default="")
    website = models.CharField(_("website"), max_length=200, blank=True, default="")
    is_composition = models.BooleanField(_("composition scheme"), default=False)
    lut_number = models.CharField(
        _("LUT number for exports without tax"), max_length=40, blank=True, default=""
    )
    tax_rounding = models.CharField(
        _("tax is rounded by"), max_length=12, choices=TaxRounding.choices, default=TaxRounding.PER_LINE
    )
    round_to_rupee = models.BooleanField(_("round invoices to the rupee"), default=True)
    turnover_above_5_crore = models.BooleanField(_("turnover of last year above 5 crore"), default=False)
    upi_id = models.CharField(_("UPI id"), max_length=100, blank=True, default="")
    logo_file_id = models.BigIntegerField(_("logo"), null=True, blank=True)
    signature_file_id = models.BigIntegerField(_("signature"), null=True, blank=True)
    seal_file_id = models.BigIntegerField(_("seal"), null=True, blank=True)

    class Meta(MasterModel.Meta):
        verbose_name = _("company")
        verbose_name_plural = _("companies")
        ordering: ClassVar[list[str]] = ["code"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(gstin="") | Q(state_code=Left("gstin", 2)),
                name="company_gstin_state",
                violation_error_message=_("The first two digits of the GSTIN are not the company's state."),
            ),
            models.CheckConstraint(
                condition=Q(gstin="") | Q(pan=Substr("gstin", 3, 10)),
                name="company_gstin_pan",
                violation_error_message=_("The PAN is not the one inside the GSTIN."),
            ),
        ]

    def __str__(self) -> str:
        return self.trade_name

    def clean_fields(self, exclude: Any = None) -> None:
        """Tidies the identifiers first (spaces, small letters); PAN and state follow from the GSTIN."""
        for name in ("code", "gstin", "pan", "tan", "cin"):
            setattr(self, name, tidy(getattr(self, name) or ""))
        if self.gstin:
            self.pan = self.pan or self.gstin[2:12]
            self.state_code = self.state_code or self.gstin[:2]
        super().clean_fields(exclude=exclude)

    def clean(self) -> None:
        if self.gstin and self.state_code != self.gstin[:2]:
            text = _("The GSTIN belongs to state %(a)s, the company to state %(b)s.")
            values = {"a": self.gstin[:2], "b": self.state_code}
            raise ValidationError({"gstin": ValidationError(text, code="gstin_state", params=values)})
        if self.gstin and self.pan != self.gstin[2:12]:
            text = _("The PAN is not the one inside the GSTIN (%(pan)s).")
            raise ValidationError(
                {"pan": ValidationError(text, code="gstin_pan", params={"pan": self.gstin[2:12]})}
            )


class CompanyAddress(models.Model):
    kind: ClassVar[str] = "line"
    scope: ClassVar[Scope] = Scope(shared=True)

    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="addresses")
    address_kind = models.CharField(
        _("kind"), max_length=12, choices=AddressKind.choices, default=AddressKind.REGISTERED
    )
    line1 = models.CharField(_("address"), max_length=200)
    line2 = models.CharField(_("address, second line"), max_length=200, blank=True, default="")
    city = models.CharField(_("city"), max_length=100, blank=True, default="")
    state_code = models.CharField(
        _("state"), max_length=2, blank=True, default="", validators=[state_code_validator]
    )
    postal_code = models.CharField(_("PIN code"), max_length=12, blank=True, default="")
    country = models.CharField(_("country"), max_length=2, default="IN")

    objects = ScopedManager()

    class Meta:
        verbose_name = _("address")
        verbose_name_plural = _("addresses")

    def __str__(self) -> str:
        return ", ".join(part for part in (self.line1, self.city) if part)


class BankAccount(SettingModel):
    """A bank account of the company, printed on its invoices."""

    guarded_fields: ClassVar[dict[str, Guard]] = {
        "account_number": Guard(see="company.see_bank_account", change="company.set_bank_account", tail=4),
        "ifsc": Guard(change="company.set_bank_account"),
        "swift": Guard(change="company.set_bank_account"),
        "is_primary": Guard(change="company.set_bank_account"),
    }

    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="bank_accounts")
    bank_name = models.CharField(_("bank"), max_length=120)
    branch = models.CharField(_("branch"), max_length=120, blank=True, default="")
    account_number = models.CharField(_("account number"), max_length=40, validators=[bank_account_validator])
    ifsc = models.CharField("IFSC", max_length=11, blank=True, default="", validators=[ifsc_validator])
    swift = models.CharField("SWIFT", max_length=11, blank=True, default="")
    is_primary = models.BooleanField(_("printed on invoices"), default=False)

    class Meta:
        verbose_name = _("bank account")
        verbose_name_plural = _("bank accounts")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["company"], condition=Q(is_primary=True), name="company_one_primary_account"
            ),
            models.UniqueConstraint(
                fields=["company", "ifsc", "account_number"], name="company_account_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.bank_name} …{self.account_number[-4:]}"


class CompanyAccess(models.Model):
    """Limits a user to some companies. A user without rows here sees them all."""

    kind: ClassVar[str] = "link"

    user = models.ForeignKey("accounts.User", on_delete=models.CASCADE, related_name="company_access")
    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="user_access")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["user", "company"], name="company_access_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} → {self.company_id}"


class WorkingCompany(models.Model):
    """The company that a user chose in the header. Without a row he works in all that he may see."""

    kind: ClassVar[str] = "link"

    user = models.OneToOneField("accounts.User", on_delete=models.CASCADE, related_name="working_company")
    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="worked_in")

    def __str__(self) -> str:
        return f"{self.user_id} → {self.company_id}"
