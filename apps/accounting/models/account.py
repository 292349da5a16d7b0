"""Chart of accounts of each company, and which account plays which part in automatic postings."""

from __future__ import annotations

from typing import ClassVar

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.accounting.choices import NOT_MONETARY, SUBTYPES_OF, AccountType, Control, Subtype
from apps.core.models import SettingModel, TreeMaster
from apps.core.scope import Scope


class Account(TreeMaster):
    """A group holds accounts below it and is never posted to. ``control`` accounts have a sub-ledger.

    ``BESIDE``: what neither a posting nor a statement asks of an account; many are read without it.
    """

    BESIDE: ClassVar[tuple[str, ...]] = ("created_at", "updated_at", "search_text", "custom", "tags")
    scope = Scope(company="company")

    company = models.ForeignKey(
        "company.Company", verbose_name=_("company"), on_delete=models.PROTECT, related_name="+"
    )
    code = models.CharField(
        _("code"),
        max_length=20,
        validators=[RegexValidator(r"^[A-Za-z0-9][A-Za-z0-9 ./-]*$", _("Letters, digits, . / - only."))],
    )
    name = models.CharField(_("name"), max_length=120)
    account_type = models.CharField(_("type"), max_length=12, choices=AccountType.choices)
    subtype = models.CharField(_("head in statements"), max_length=30, choices=Subtype.choices)
    is_group = models.BooleanField(_("group"), default=False)
    control = models.CharField(_("control"), max_length=12, choices=Control.choices, default=Control.NONE)
    currency = models.ForeignKey(
        "company.Currency",
        verbose_name=_("only in currency"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    locked = models.BooleanField(_("locked for posting"), default=False)

    class Meta(TreeMaster.Meta):
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        ordering: ClassVar[list[str]] = ["company", "code"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TreeMaster.Meta.constraints,
            models.UniqueConstraint(fields=["company", "code"], name="accounting_account_code_once"),
            models.CheckConstraint(
                condition=Q(is_group=False) | Q(control=Control.NONE), name="accounting_group_no_control"
            ),
            models.CheckConstraint(
                condition=Q(
                    *(Q(account_type=kind, subtype__in=names) for kind, names in SUBTYPES_OF.items()),
                    _connector=Q.OR,
                ),
                name="accounting_subtype_of_type",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    def clean(self) -> None:
        """The tree stays a tree of one company and type; what has postings keeps its nature."""
        errors: dict[str, str] = {}
        if self.subtype and self.subtype not in SUBTYPES_OF.get(self.account_type, ()):
            errors["subtype"] = _("This head belongs to another type of account.")
        if self.currency_id and self.company_id and not self._takes_currency():
            errors["currency"] = _(
                "Only money, and what is settled in money without a sub-ledger, is kept in another currency."
            )
        if self.parent_id:
            self._check_parent(errors)
        if self.pk:
            self._check_used(errors)
        if errors:
            raise ValidationError(errors)

    def _takes_currency(self) -> bool:
        """Results are in company currency, and documents of any currency stand on control accounts. What is
        no monetary item keeps the value of its day and takes no closing rate (Ind AS 21)."""
        return self.currency_id == self.company.currency_id or (
            not self.is_group
            and self.account_type in (AccountType.ASSET, AccountType.LIABILITY)
            and self.control in (Control.NONE, Control.BANK, Control.CASH)
            and self.subtype not in NOT_MONETARY
        )

    @property
    def foreign_currency_id(self) -> int | None:
        """The currency of an account that is kept in another one than its company's."""
        return self.currency_id if self.currency_id != self.company.currency_id else None

    def _check_parent(self, errors: dict[str, str]) -> None:
        above = self.ancestors()[0]
        if above.company_id != self.company_id:
            errors["parent"] = _("There is no such account in this company.")
        elif not above.is_group:
            errors["parent"] = _("Only a group holds accounts below it.")
        elif above.account_type != self.account_type:
            errors["parent"] = _("A group holds accounts of its own type only.")

    def _check_used(self, errors: dict[str, str]) -> None:
        before = Account.objects.filter(pk=self.pk).first()
        if before is None:
            return
        changed = [
            name
            for name in ("company_id", "account_type", "is_group", "control", "currency_id")
            if getattr(before, name) != getattr(self, name)
        ]
        if not changed:
            return
        from apps.accounting.models.journal import JournalLine

        if JournalLine.objects.filter(account=self.pk).exists():
            text = _("The account has postings: this can't be changed any more.")
            errors |= {name.removesuffix("_id"): text for name in changed}
        elif before.is_group and not self.is_group and self.children.exists():
            errors["is_group"] = _("There are accounts below this group.")


class AccountRole(SettingModel):
    """The account that a company uses for a part (``sales``, ``cgst_output``, ``round_off`` …)."""

    scope = Scope(company="company")

    company = models.ForeignKey(
        "company.Company", verbose_name=_("company"), on_delete=models.PROTECT, related_name="+"
    )
    role = models.CharField(_("part"), max_length=40)
    account = models.ForeignKey(
        Account, verbose_name=_("account"), on_delete=models.PROTECT, related_name="roles"
    )

    class Meta:
        verbose_name = _("default account")
        verbose_name_plural = _("default accounts")
        ordering: ClassVar[list[str]] = ["company", "role"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["company", "role"], name="accounting_role_once")
        ]

    def __str__(self) -> str:
        return self.role

    def clean(self) -> None:
        if self.account_id and self.account.company_id != self.company_id:
            raise ValidationError({"account": _("There is no such account in this company.")})
        if self.account_id and self.account.is_group:
            raise ValidationError({"account": _("A group can't be posted to.")})


class PartyAccounts(SettingModel):
    """Where a company books what it sells to or buys from a party, when no line says otherwise."""

    scope = Scope(company="company")
    search_fields: ClassVar[tuple[str, ...]] = ("party__display_name",)
    KINDS: ClassVar[dict[str, tuple[str, ...]]] = {
        "income_account": (AccountType.INCOME,),
        "expense_account": (AccountType.EXPENSE, AccountType.ASSET),
    }

    party = models.ForeignKey(
        "parties.Party", verbose_name=_("party"), on_delete=models.CASCADE, related_name="default_accounts"
    )
    company = models.ForeignKey(
        "company.Company", verbose_name=_("company"), on_delete=models.PROTECT, related_name="+"
    )
    income_account = models.ForeignKey(
        Account,
        verbose_name=_("income account"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    expense_account = models.ForeignKey(
        Account,
        verbose_name=_("expense account"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )

    class Meta:
        verbose_name = _("accounts of a party")
        verbose_name_plural = _("accounts of parties")
        ordering: ClassVar[list[str]] = ["party", "company"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["party", "company"], name="accounting_partyaccounts_once"),
            models.CheckConstraint(
                condition=Q(income_account__isnull=False) | Q(expense_account__isnull=False),
                name="accounting_partyaccounts_some",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.party}, {self.company}"

    def clean(self) -> None:
        """Accounts of that company that take income or costs, never one that a sub-ledger must equal."""
        errors: dict[str, str] = {}
        for name, kinds in self.KINDS.items():
            account = getattr(self, name) if getattr(self, f"{name}_id") else None
            if account is None:
                continue
            if account.company_id != self.company_id:
                errors[name] = _("There is no such account in this company.")
            elif account.is_group:
                errors[name] = _("A group can't be posted to.")
            elif (
                account.account_type not in kinds
                or account.control != Control.NONE
                or account.foreign_currency_id
            ):
                errors[name] = _("This account doesn't fit: choose one for income or for costs.")
        if not self.income_account_id and not self.expense_account_id:
            errors["income_account"] = _("Choose an account for income, for costs or both.")
        if errors:
            raise ValidationError(errors)
