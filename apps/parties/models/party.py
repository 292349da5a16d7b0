"""One party book for the organisation: a party may be customer, vendor or both."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar

from django.contrib.postgres.indexes import GinIndex
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Left, Substr
from django.utils.translation import gettext_lazy as _

from apps.core.fields import MoneyField
from apps.core.guards import Guard
from apps.core.india.identifiers import GstinKind, GstinResult, gstin_check, tidy
from apps.core.models import MasterModel, grant_table
from apps.core.models.bases import Searchable
from apps.core.scope import Scope, ScopedManager
from apps.core.validators import gstin_validator, pan_validator, state_code_validator
from apps.parties.choices import NOT_REGISTERED, AddressKind, CreditPolicy, TaxTreatment, TdsSection

# The GSTIN of an ordinary taxpayer: two digits of the state, the PAN, three more. Ids of deductors, the
# Government and non-residents hold no PAN (``identifiers.GstinKind``).
_HOLDS_PAN = Q(gstin__regex=r"^\d{2}[A-Z]{5}\d{4}[A-Z][0-9A-Z]Z[0-9A-Z]$")


def _taxpayer(gstin: str) -> GstinResult | None:
    """State and PAN inside the GSTIN of an ordinary taxpayer; None for a wrong one and for other ids."""
    found = gstin_check(gstin)
    return found if found.valid and found.kind == GstinKind.ORDINARY else None


class Party(MasterModel):
    """``legal_name`` prints on documents, ``display_name`` is the short unique name on screens."""

    scope = Scope(owner="salesperson", department="department", grants="user_grants")
    natural_field: ClassVar[str] = "display_name"
    search_fields = ("code", "display_name", "legal_name", "gstin", "phone", "email")
    phone_fields: ClassVar[tuple[str, ...]] = ("phone",)
    search_below: ClassVar[tuple[str, ...]] = ("contacts",)
    guarded_search: ClassVar[tuple[str, ...]] = ("pan",)
    guarded_fields: ClassVar[dict[str, Guard]] = {
        "pan": Guard(see="parties.see_pan", tail=4),
        "credit_limit": Guard(change="parties.set_credit"),
        "credit_days": Guard(change="parties.set_credit"),
        "overdue_days": Guard(change="parties.set_credit"),
        "credit_policy": Guard(change="parties.set_credit"),
        "own_company": Guard(change="parties.set_own_company"),
    }

    code = models.CharField(_("code"), max_length=40, blank=True, default="")
    legal_name = models.CharField(_("legal name"), max_length=200)
    display_name = models.CharField(_("display name"), max_length=120, unique=True)
    is_customer = models.BooleanField(_("customer"), default=True)
    is_vendor = models.BooleanField(_("vendor"), default=False)
    is_person = models.BooleanField(_("person"), default=False)
    gstin = models.CharField("GSTIN", max_length=15, blank=True, default="", validators=[gstin_validator])
    pan = models.CharField("PAN", max_length=10, blank=True, default="", validators=[pan_validator])
    tax_treatment = models.CharField(
        _("tax treatment"), max_length=16, choices=TaxTreatment.choices, default=TaxTreatment.UNREGISTERED
    )
    place_of_supply = models.CharField(
        _("place of supply"), max_length=2, blank=True, default="", validators=[state_code_validator]
    )
    msme_number = models.CharField(_("MSME number"), max_length=20, blank=True, default="")
    tds_section = models.CharField(
        _("TDS section"), max_length=16, choices=TdsSection.choices, blank=True, default=""
    )
    phone = models.CharField(_("phone"), max_length=20, blank=True, default="")
    email = models.EmailField(_("e-mail"), blank=True, default="")
    currency = models.ForeignKey(
        "company.Currency", verbose_name=_("currency"), null=True, blank=True, on_delete=models.PROTECT
    )
    payment_terms = models.ForeignKey(
        "parties.PaymentTerms",
        verbose_name=_("payment terms"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
    )
    credit_limit = MoneyField(
        _("credit limit"), null=True, blank=True, validators=[MinValueValidator(Decimal(0))]
    )
    credit_days = models.PositiveSmallIntegerField(_("credit days"), null=True, blank=True)
    overdue_days = models.PositiveSmallIntegerField(
        _("days overdue that are borne"),
        null=True,
        blank=True,
        help_text=_(
            "Once a due is overdue by more days, new orders, deliveries and invoices are treated as over the "
            "limit. Empty: dues of any age."
        ),
    )
    credit_policy = models.CharField(
        _("over the limit"), max_length=8, choices=CreditPolicy.choices, default=CreditPolicy.HOLD
    )
    salesperson = models.ForeignKey(
        "accounts.User", verbose_name=_("salesperson"), null=True, blank=True, on_delete=models.PROTECT
    )
    department = models.ForeignKey(
        "accounts.Department", verbose_name=_("department"), null=True, blank=True, on_delete=models.PROTECT
    )
    territory = models.CharField(_("territory"), max_length=60, blank=True, default="")
    language = models.CharField(_("language of prints"), max_length=8, blank=True, default="")
    external_id = models.CharField(_("external id"), max_length=80, blank=True, default="", db_index=True)
    billing_company = models.ForeignKey(
        "company.Company",
        verbose_name=_("billed by"),
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
    )

    own_company = models.ForeignKey(
        "company.Company",
        verbose_name=_("stands for our company"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text=_(
            "A company of ours as customer or vendor of another: the group's statements take out what "
            "they owe and sell each other."
        ),
    )

    class Meta(MasterModel.Meta):
        verbose_name = _("party")
        verbose_name_plural = _("parties")
        ordering: ClassVar[list[str]] = ["display_name"]
        indexes: ClassVar[list[models.Index]] = [
            *MasterModel.Meta.indexes,
            models.Index(fields=["pan"], condition=~Q(pan=""), name="parties_party_pan"),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["code"], condition=~Q(code=""), name="parties_party_code_once"),
            models.UniqueConstraint(
                fields=["own_company"],
                name="parties_own_company_once",
                violation_error_message=_("Another party stands for this company."),
            ),
            models.CheckConstraint(
                condition=Q(credit_limit__isnull=True) | Q(credit_limit__gte=0), name="parties_limit_positive"
            ),
            models.CheckConstraint(
                condition=~_HOLDS_PAN | Q(pan=Substr("gstin", 3, 10)),
                name="parties_gstin_pan",
                violation_error_message=_("The PAN is not the one inside the GSTIN."),
            ),
            models.CheckConstraint(
                condition=Q(gstin="") | ~Q(tax_treatment__in=[str(one) for one in NOT_REGISTERED]),
                name="parties_gstin_treatment",
                violation_error_message=_("Who has a GSTIN is registered: choose another tax treatment."),
            ),
        ]

    def __str__(self) -> str:
        return self.display_name

    @classmethod
    def from_db(cls, *args: Any, **kwargs: Any) -> Party:
        """Remembers the stored PAN, to see whether a save changes it."""
        row = super().from_db(*args, **kwargs)
        row._stored_pan = row.__dict__.get("pan")
        return row

    def fill_in(self) -> None:
        self._follow_gstin()
        super().fill_in()

    def _follow_gstin(self) -> None:
        """The PAN inside the GSTIN; and who has one is registered, unless said otherwise."""
        if not self.gstin:
            return
        taxpayer = _taxpayer(self.gstin)
        self.pan = self.pan or (taxpayer.pan if taxpayer else "")
        if self.tax_treatment == TaxTreatment.UNREGISTERED:
            self.tax_treatment = TaxTreatment.REGULAR

    def clean_fields(self, exclude: Any = None) -> None:
        """Tidies the identifiers first: spaces and small letters."""
        self.gstin, self.pan = tidy(self.gstin or ""), tidy(self.pan or "")
        self._follow_gstin()
        super().clean_fields(exclude=exclude)

    def clean(self) -> None:
        """GSTIN, PAN and tax treatment don't contradict each other (a GSTIN holds the PAN: CGST rule 10)."""
        taxpayer = _taxpayer(self.gstin)
        if taxpayer and self.pan != taxpayer.pan:
            text = _("The PAN is not the one inside the GSTIN.")
            raise ValidationError({"gstin": ValidationError(text, code="gstin_pan")})
        if self.gstin and self.tax_treatment in NOT_REGISTERED:
            text = _("Who has a GSTIN is registered: choose another tax treatment.")
            raise ValidationError({"tax_treatment": ValidationError(text, code="gstin_treatment")})
        own = self.own_company
        if own is not None and self.pan and own.pan and self.pan != own.pan:
            text = _("The party's PAN is not that of %(company)s.")
            values = {"company": own.trade_name}
            raise ValidationError(
                {"own_company": ValidationError(text, code="own_company_pan", params=values)}
            )

    def clean_whole(self) -> None:
        """Another PAN leaves no address behind with a GSTIN of the one before."""
        if not self.pan or getattr(self, "_stored_pan", None) in (None, self.pan):
            return
        for gstin in self.addresses.exclude(gstin="").values_list("gstin", flat=True):
            found = _taxpayer(gstin)
            if found and found.pan != self.pan:
                text = _("The GSTIN of an address holds another PAN: %(gstin)s.")
                field = "gstin" if _taxpayer(self.gstin) else "pan"
                raise ValidationError(
                    {field: ValidationError(text, code="gstin_pan", params={"gstin": gstin})}
                )

    @property
    def state_code(self) -> str:
        """GST state of the party: from the GSTIN, else the stated place of supply."""
        return self.gstin[:2] if self.gstin else self.place_of_supply


class PartyAddress(models.Model):
    kind: ClassVar[str] = "line"
    scope: ClassVar[Scope] = Scope(shared=True)

    party = models.ForeignKey(Party, on_delete=models.CASCADE, related_name="addresses")
    address_kind = models.CharField(
        _("kind"), max_length=12, choices=AddressKind.choices, default=AddressKind.BILLING
    )
    line1 = models.CharField(_("address"), max_length=200)
    line2 = models.CharField(_("address, second line"), max_length=200, blank=True, default="")
    city = models.CharField(_("city"), max_length=100, blank=True, default="")
    state_code = models.CharField(
        _("state"), max_length=2, blank=True, default="", validators=[state_code_validator]
    )
    postal_code = models.CharField(_("PIN code"), max_length=12, blank=True, default="")
    country = models.CharField(_("country"), max_length=2, default="IN")
    gstin = models.CharField("GSTIN", max_length=15, blank=True, default="", validators=[gstin_validator])

    objects = ScopedManager()

    class Meta:
        verbose_name = _("address")
        verbose_name_plural = _("addresses")
        ordering: ClassVar[list[str]] = ["id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=~_HOLDS_PAN | Q(state_code=Left("gstin", 2)),
                name="parties_address_gstin_state",
                violation_error_message=_(
                    "The first two digits of the GSTIN are not the state of the address."
                ),
            ),
        ]

    def __str__(self) -> str:
        return ", ".join(part for part in (self.line1, self.city, self.state_code) if part)

    def clean_fields(self, exclude: Any = None) -> None:
        """Tidies the GSTIN first; the state follows from it where none is said."""
        self.gstin = tidy(self.gstin or "")
        taxpayer = _taxpayer(self.gstin)
        self.state_code = self.state_code or (taxpayer.state_code if taxpayer else "")
        super().clean_fields(exclude=exclude)

    def clean(self) -> None:
        """A GSTIN is given for one state and one PAN: those of the address and of its party."""
        found = _taxpayer(self.gstin)
        if found is None:
            return
        if found.state_code != self.state_code:
            text = _("The GSTIN belongs to state %(a)s, the address to state %(b)s.")
            values = {"a": found.state_code, "b": self.state_code}
            raise ValidationError({"gstin": ValidationError(text, code="gstin_state", params=values)})
        if self.party.pan and found.pan != self.party.pan:
            text = _("This GSTIN belongs to another PAN than the party's.")
            raise ValidationError({"gstin": ValidationError(text, code="gstin_pan")})


class PartyContact(Searchable):
    kind: ClassVar[str] = "line"
    scope: ClassVar[Scope] = Scope(shared=True)
    search_fields = ("name", "phone", "email")
    phone_fields: ClassVar[tuple[str, ...]] = ("phone",)

    party = models.ForeignKey(Party, on_delete=models.CASCADE, related_name="contacts")
    name = models.CharField(_("name"), max_length=120)
    role = models.CharField(_("role"), max_length=80, blank=True, default="")
    phone = models.CharField(_("phone"), max_length=20, blank=True, default="")
    email = models.EmailField(_("e-mail"), blank=True, default="")
    is_primary = models.BooleanField(_("main contact"), default=False)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        ordering: ClassVar[list[str]] = ["id"]
        indexes: ClassVar[list[models.Index]] = [
            GinIndex(fields=["search_text"], opclasses=["gin_trgm_ops"], name="parties_contact_search")
        ]

    def __str__(self) -> str:
        return self.name


PartyUserGrant = grant_table(Party)
