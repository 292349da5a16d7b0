"""Days on which nobody works: of the whole organisation, of a company, of a state."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.core.formats import show_date
from apps.core.models import MasterModel
from apps.core.validators import state_code_validator


class HolidayKind(models.TextChoices):
    """optional: people may take it, work goes on."""

    NATIONAL = "national", _("National")
    STATE = "state", _("State")
    COMPANY = "company", _("Company")
    OPTIONAL = "optional", _("Optional (a working day)")


class Holiday(MasterModel):
    """One day. Without company and state it holds everywhere; a state means the companies of that state.

    ``same_date``: it comes on the same date each year, so a copied year has it right already.
    """

    search_fields = ("name",)

    date = models.DateField(_("date"))
    name = models.CharField(_("name"), max_length=80)
    holiday_kind = models.CharField(
        _("kind"), max_length=12, choices=HolidayKind.choices, default=HolidayKind.COMPANY
    )
    state_code = models.CharField(
        _("state"),
        max_length=2,
        blank=True,
        default="",
        validators=[state_code_validator],
        help_text=_("GST code of the state; empty for all."),
    )
    company = models.ForeignKey(
        "company.Company",
        verbose_name=_("company"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        help_text=_("Empty for all companies."),
    )
    same_date = models.BooleanField(_("same date each year"), default=False)

    class Meta(MasterModel.Meta):
        verbose_name = _("holiday")
        verbose_name_plural = _("holidays")
        ordering: ClassVar[list[str]] = ["date", "name"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["date", "name", "state_code", "company"],
                condition=Q(deleted_at=None),
                nulls_distinct=False,
                name="company_holiday_once",
                violation_error_message=_("This holiday is in the calendar already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{show_date(self.date)} {self.name}"
