"""Departments and teams: trees; who manages a node sees what the tree below sees."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.core.models import TreeMaster


class ManagedUnit(TreeMaster):
    """``manager``: sees what the tree below sees, of what his roles show, wherever he works himself."""

    code = models.CharField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=120)
    manager = models.ForeignKey(
        "accounts.User",
        verbose_name=_("manager"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="managed_%(class)ss",
        help_text=_("Sees what the people of this unit and of those below it see, as far as his roles go."),
    )

    class Meta(TreeMaster.Meta):
        abstract = True


class Department(ManagedUnit):
    class Meta(ManagedUnit.Meta):
        verbose_name = _("department")
        verbose_name_plural = _("departments")
        ordering: ClassVar[list[str]] = ["name"]


class Team(ManagedUnit):
    department = models.ForeignKey(
        Department, verbose_name=_("department"), null=True, blank=True, on_delete=models.PROTECT
    )

    class Meta(ManagedUnit.Meta):
        verbose_name = _("team")
        verbose_name_plural = _("teams")
        ordering: ClassVar[list[str]] = ["name"]
