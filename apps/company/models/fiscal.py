"""Fiscal years and their periods. A posting holds its period row FOR SHARE, closing takes it FOR UPDATE."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from apps.company.choices import PeriodStatus
from apps.core.models import SettingModel
from apps.core.scope import Scope


def year_token(start: date, end: date) -> str:
    """``26-27``; ``26`` for a calendar year."""
    return f"{start:%y}" if start.year == end.year else f"{start:%y}-{end:%y}"


def _days() -> Func:
    return Func(F("start"), F("end"), models.Value("[]"), function="daterange", output_field=DateRangeField())


class FiscalYear(SettingModel):
    scope = Scope(company="company")
    search_fields: ClassVar[tuple[str, ...]] = ("label",)

    company = models.ForeignKey(
        "company.Company", verbose_name=_("company"), on_delete=models.PROTECT, related_name="fiscal_years"
    )
    label = models.CharField(_("year"), max_length=9, help_text=_("2026-27"))
    start = models.DateField(_("from"))
    end = models.DateField(_("to"))

    class Meta:
        verbose_name = _("fiscal year")
        verbose_name_plural = _("fiscal years")
        ordering: ClassVar[list[str]] = ["-start"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(end__gt=F("start")), name="company_year_order"),
            ExclusionConstraint(
                name="company_years_apart",
                expressions=[(F("company"), RangeOperators.EQUAL), (_days(), RangeOperators.OVERLAPS)],
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def short_label(self) -> str:
        """``26-27`` (a calendar year ``26``), as document numbers carry it."""
        return year_token(self.start, self.end)


class Period(SettingModel):
    scope = Scope(company="company")

    company = models.ForeignKey("company.Company", verbose_name=_("company"), on_delete=models.PROTECT)
    fiscal_year = models.ForeignKey(FiscalYear, on_delete=models.PROTECT, related_name="periods")
    start = models.DateField(_("from"))
    end = models.DateField(_("to"))
    status = models.CharField(
        _("state"), max_length=12, choices=PeriodStatus.choices, default=PeriodStatus.OPEN
    )

    class Meta:
        verbose_name = _("period")
        verbose_name_plural = _("periods")
        ordering: ClassVar[list[str]] = ["start"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(end__gte=F("start")), name="company_period_order"),
            ExclusionConstraint(
                name="company_periods_apart",
                expressions=[(F("company"), RangeOperators.EQUAL), (_days(), RangeOperators.OVERLAPS)],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.start:%b %Y}"
