"""Quotations. Each revision is a row of its own; all revisions of an offer share a number and a root."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.accounting.models.taxed import DocumentCharge, TaxedDocument, TaxedLine
from apps.core.models import grant_table
from apps.documents.models import party_scope


class Quotation(TaxedDocument):
    """``revision`` counts from 1. ``root`` is the first revision (empty on the first itself).

    ``link_key`` is part of the customer's link: a new key makes older links worthless.
    """

    scope = party_scope(~Q(link_key="") & ~Q(status="draft"))
    untold_fields: ClassVar[tuple[str, ...]] = ("link_key",)
    terms_setting: ClassVar[str] = "sales.quotation_terms"

    root = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="later_revisions",
    )
    revision = models.PositiveSmallIntegerField(_("revision"), default=1, editable=False)
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    link_key = models.CharField(max_length=24, blank=True, default="", editable=False)
    decided_by = models.CharField(_("decided by"), max_length=120, blank=True, default="", editable=False)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True, editable=False)
    reject_reason = models.TextField(_("reason"), blank=True, default="", editable=False)

    class Meta(TaxedDocument.Meta):
        verbose_name = _("quotation")
        verbose_name_plural = _("quotations")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *(c for c in TaxedDocument.Meta.constraints if not c.name.endswith("_number_once")),
            models.UniqueConstraint(
                fields=["company", "number", "date", "revision"],
                condition=~Q(number=""),
                name="sales_quotation_number_once",
            ),
            models.UniqueConstraint(
                fields=["root", "revision"], condition=~Q(root=None), name="sales_quotation_revision_once"
            ),
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_until__gte=F("date")),
                name="sales_quotation_valid_after_date",
                violation_error_message=_("The offer can't end before its date."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} R{self.revision}" if self.number else super().__str__()

    @property
    def root_key(self) -> int:
        """Id of the first revision."""
        return self.root_id or self.pk


class QuotationLine(TaxedLine):
    """An ``optional`` line is offered beside the rest and is in the totals once it is ``chosen``. An
    ``alternative`` stands for the nearest line above it that is none: of such a group the one line that is
    ``chosen`` is in the totals, and ``choice`` is the number of its first line (empty: no group).
    ``origin_id`` is the line of the first revision that it goes back to, so that revisions can be compared
    line by line."""

    quotation = models.ForeignKey(Quotation, on_delete=models.CASCADE, related_name="lines")
    optional = models.BooleanField(_("optional"), default=False)
    alternative = models.BooleanField(_("alternative"), default=False)
    chosen = models.BooleanField(_("chosen"), default=False)
    choice = models.PositiveSmallIntegerField(_("alternatives of line"), null=True, editable=False)
    origin_id = models.BigIntegerField(null=True, blank=True, editable=False)

    class Meta(TaxedLine.Meta):
        verbose_name = _("line of a quotation")
        verbose_name_plural = _("lines of quotations")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TaxedLine.Meta.constraints,
            models.CheckConstraint(
                condition=Q(choice=None, alternative=False, chosen=False)
                | Q(choice=None, alternative=False, chosen=True, optional=True, shadow=False)
                | Q(
                    choice__isnull=False,
                    choice__lt=F("position"),
                    alternative=True,
                    optional=False,
                    shadow=False,
                )
                | Q(
                    choice__isnull=False,
                    choice=F("position"),
                    alternative=False,
                    optional=False,
                    shadow=False,
                ),
                name="sales_quotationline_choice_sound",
            ),
            ExclusionConstraint(
                name="sales_quotationline_one_chosen",
                expressions=[
                    (F("quotation"), RangeOperators.EQUAL),
                    (F("choice"), RangeOperators.EQUAL),
                ],
                condition=Q(chosen=True),
                deferrable=models.Deferrable.DEFERRED,  # one statement may change over from one to the other
            ),
        ]

    @property
    def counted(self) -> bool:
        """Whether the line is in the totals."""
        return self.chosen or (not self.optional and self.choice is None)


class QuotationCharge(DocumentCharge):
    quotation = models.ForeignKey(Quotation, on_delete=models.CASCADE, related_name="charges")

    class Meta(DocumentCharge.Meta):
        verbose_name = _("charge of a quotation")
        verbose_name_plural = _("charges of quotations")


QuotationUserGrant = grant_table(Quotation)
