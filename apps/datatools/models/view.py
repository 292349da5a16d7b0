"""What people keep of lists: saved views, which view a list opens with."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.core.scope import ScopedManager

MOST_QUERY = 6000  # letters of a list's address that are kept


class SavedView(models.Model):
    """Filters, sorting, columns and their widths of a list: private, shared with everybody or with the people
    of some roles. An empty name is what a user had last."""

    kind: ClassVar[str] = "log"

    list_kind = models.CharField(max_length=80)
    name = models.CharField(_("name"), max_length=80, blank=True, default="")
    owner = models.ForeignKey("accounts.User", on_delete=models.CASCADE, related_name="saved_views")
    is_shared = models.BooleanField(_("shared"), default=False)
    roles = models.ManyToManyField("accounts.Role", verbose_name=_("roles"), blank=True, related_name="+")
    query = models.CharField(max_length=MOST_QUERY, blank=True, default="")
    columns = models.JSONField(default=list, blank=True)
    widths = models.JSONField(default=dict, blank=True)  # pixels by column
    updated_at = models.DateTimeField(auto_now=True)

    objects = ScopedManager()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["list_kind", "owner", "name"], name="datatools_view_once"),
        ]

    def __str__(self) -> str:
        return self.name or self.list_kind

    @property
    def address(self) -> str:
        """What stands behind ``?`` when the list is looked at through this view: one with columns of its own
        is named, so that they are shown."""
        if not (self.columns or self.widths):
            return self.query
        return "&".join(part for part in (self.query, f"view={self.pk}") if part)


class DefaultView(models.Model):
    """The view with which a list opens: for one person, or for the people of a role. A person's own choice
    wins; his without a view means: as he left the list."""

    kind: ClassVar[str] = "log"

    list_kind = models.CharField(max_length=80)
    owner = models.ForeignKey("accounts.User", null=True, on_delete=models.CASCADE, related_name="+")
    role = models.ForeignKey("accounts.Role", null=True, on_delete=models.CASCADE, related_name="+")
    view = models.ForeignKey(SavedView, null=True, on_delete=models.CASCADE, related_name="defaults")

    objects = ScopedManager()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(owner__isnull=False, role=None)
                | Q(owner=None, role__isnull=False, view__isnull=False),
                name="datatools_default_of_one",
            ),
            models.UniqueConstraint(fields=["list_kind", "owner"], name="datatools_default_owner_once"),
            models.UniqueConstraint(fields=["list_kind", "role"], name="datatools_default_role_once"),
        ]

    def __str__(self) -> str:
        return f"{self.list_kind}: {self.view or '–'}"
