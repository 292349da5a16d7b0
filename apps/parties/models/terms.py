from __future__ import annotations

from datetime import date, timedelta
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.core.models import MasterModel


class PaymentTerms(MasterModel):
    """Due so many days after the document, or after the end of its month."""

    code = models.CharField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=120)
    days = models.PositiveSmallIntegerField(_("days"), default=0)
    from_month_end = models.BooleanField(_("counted from the end of the month"), default=False)

    class Meta(MasterModel.Meta):
        verbose_name = _("payment terms")
        verbose_name_plural = _("payment terms")
        ordering: ClassVar[list[str]] = ["days", "code"]

    def due_date(self, day: date) -> date:
        """The day on which a document of ``day`` is due."""
        if self.from_month_end:
            next_month = (day.replace(day=1) + timedelta(days=32)).replace(day=1)
            day = next_month - timedelta(days=1)
        return day + timedelta(days=self.days)
