"""The quick-create strip that people of a role find while they have chosen none themselves."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.core.models import SettingModel

PLACES = 4


class RoleStrip(SettingModel):
    """A row only for roles that were given one. ``places`` are kinds of record such as ``sales.order``.

    It grants nothing: everybody sees of it what he may create.
    """

    role = models.OneToOneField(
        "accounts.Role", verbose_name=_("role"), on_delete=models.CASCADE, related_name="+"
    )
    places = ArrayField(models.CharField(max_length=60), verbose_name=_("places"))

    class Meta:
        verbose_name = _("quick-create strip")
        verbose_name_plural = _("quick-create strips")
        ordering: ClassVar[list[str]] = ["role"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(places__len__gte=1) & Q(places__len__lte=PLACES), name="portal_strip_places"
            ),
        ]

    def __str__(self) -> str:
        return str(self.role)
