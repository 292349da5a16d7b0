"""Departments and teams: trees; who manages a node sees what the tree below sees."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.core.models import TreeMaster


class Department(TreeMaster):
    code = models.CharField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=120)

    class Meta(TreeMaster.Meta):
        verbose_name = _("department")
        verbose_name_plural = _("departments")
        ordering: ClassVar[list[str]] = ["name"]


class Team(TreeMaster):
    code = models.CharField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=120)
    department = models.ForeignKey(
        Department, verbose_name=_("department"), null=True, blank=True, on_delete=models.PROTECT
    )

    class Meta(TreeMaster.Meta):
        verbose_name = _("team")
        verbose_name_plural = _("teams")
        ordering: ClassVar[list[str]] = ["name"]
