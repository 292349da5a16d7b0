"""What postings are analysed by. Only identity lives here: the life of a project is in ``projects``."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.core.models import MasterModel, TreeMaster
from apps.core.scope import Scope
from apps.dimensions.choices import ProjectStatus


class CostCentre(TreeMaster):
    code = models.CharField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=120)

    class Meta(TreeMaster.Meta):
        verbose_name = _("cost centre")
        verbose_name_plural = _("cost centres")
        ordering: ClassVar[list[str]] = ["code"]


class Project(MasterModel):
    """Work of one company, for a customer or for itself."""

    scope = Scope(company="company")
    search_fields = ("code", "name")

    code = models.CharField(_("code"), max_length=30, unique=True)
    name = models.CharField(_("name"), max_length=160)
    company = models.ForeignKey("company.Company", verbose_name=_("company"), on_delete=models.PROTECT)
    party = models.ForeignKey(
        "parties.Party", verbose_name=_("customer"), null=True, blank=True, on_delete=models.PROTECT
    )
    status = models.CharField(
        _("state"), max_length=12, choices=ProjectStatus.choices, default=ProjectStatus.PLANNED
    )
    start = models.DateField(_("from"), null=True, blank=True)
    end = models.DateField(_("to"), null=True, blank=True)

    class Meta(MasterModel.Meta):
        verbose_name = _("project")
        verbose_name_plural = _("projects")
        ordering: ClassVar[list[str]] = ["code"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(start__isnull=True) | Q(end__isnull=True) | Q(end__gte=F("start")),
                name="dimensions_project_dates",
                violation_error_message=_("The end is before the start."),
            ),
        ]
