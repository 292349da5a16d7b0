"""Kept sums of accounts without hot rows: insert-only deltas, folded by a job. Derived from the lines."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.accounting.choices import Grain
from apps.core.fields import MoneyField


class BalanceDelta(models.Model):
    """What a posting added to an account on a day; waits here until it is folded."""

    kind: ClassVar[str] = "log"

    company_id = models.BigIntegerField()
    account_id = models.BigIntegerField()
    date = models.DateField()
    debit = MoneyField()
    credit = MoneyField()

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["company_id", "account_id"], name="accounting_delta_account"),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.date}: {self.debit} / {self.credit}"


class AccountBalance(models.Model):
    """Debits and credits of an account on a day and in a month (company currency)."""

    kind: ClassVar[str] = "log"

    company_id = models.BigIntegerField()
    account_id = models.BigIntegerField()
    grain = models.CharField(_("grain"), max_length=5, choices=Grain.choices)
    start = models.DateField(_("from"))
    debit = MoneyField(_("debit"))
    credit = MoneyField(_("credit"))

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["company_id", "grain", "start", "account_id"], name="accounting_balance_once"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["account_id", "grain", "start"], name="accounting_balance_account"),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.grain} {self.start}"
