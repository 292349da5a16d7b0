from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.core.scope import ScopedManager


class SavedView(models.Model):
    """Filters, columns and sorting of a list, private or shared. An empty name is what a user had last."""

    kind: ClassVar[str] = "log"

    list_kind = models.CharField(max_length=80)
    name = models.CharField(_("name"), max_length=80, blank=True, default="")
    owner = models.ForeignKey("accounts.User", on_delete=models.CASCADE, related_name="saved_views")
    is_shared = models.BooleanField(_("shared"), default=False)
    query = models.CharField(max_length=2000, blank=True, default="")
    columns = models.JSONField(default=list, blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = ScopedManager()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["list_kind", "owner", "name"], name="datatools_view_once"),
        ]

    def __str__(self) -> str:
        return self.name or self.list_kind
