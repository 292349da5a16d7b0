"""Closing of a fiscal year: the entry that moves its result to retained earnings."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.accounting.models.settled import NIL, Booked
from apps.core.fields import MoneyField
from apps.core.models import grant_table
from apps.documents.models import Document


class YearClosing(Booked, Document):
    """``date`` is the year's last day. ``profit`` in company currency, a loss is negative."""

    keeps_its_day: ClassVar[bool] = True

    fiscal_year = models.ForeignKey(
        "company.FiscalYear", verbose_name=_("fiscal year"), on_delete=models.PROTECT, related_name="+"
    )
    income_total = MoneyField(_("income"), default=NIL, editable=False)
    expense_total = MoneyField(_("expenses"), default=NIL, editable=False)
    profit = MoneyField(_("profit"), default=NIL, editable=False)
    reopen_reason = models.CharField(
        _("why it was opened again"), max_length=200, blank=True, default="", editable=False
    )

    class Meta(Document.Meta):
        verbose_name = _("year closing")
        verbose_name_plural = _("year closings")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *Document.Meta.constraints,
            models.UniqueConstraint(
                fields=["fiscal_year"],
                condition=Q(status="closed"),
                name="accounting_year_closed_once",
                violation_error_message=_("This year is closed already."),
            ),
            models.CheckConstraint(
                condition=Q(status__in=("draft", "closed", "reopened"))
                & Q(profit=models.F("income_total") - models.F("expense_total"))
                & (Q(status="draft") | ~Q(number="")),
                name="accounting_yearclosing_sound",
            ),
        ]


YearClosingUserGrant = grant_table(YearClosing)
