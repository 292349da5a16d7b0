"""Where stock is, and where it comes from and goes to."""

from __future__ import annotations

from typing import ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.core.models import TreeMaster
from apps.core.scope import Scope
from apps.inventory.choices import STOCK_KINDS, PlaceKind


class Place(TreeMaster):
    """A place of one company. Kinds outside ``STOCK_KINDS`` stand for the outside world (vendors …)."""

    scope = Scope(company="company")

    code = models.CharField(_("code"), max_length=30)
    name = models.CharField(_("name"), max_length=120)
    place_kind = models.CharField(
        _("kind"), max_length=12, choices=PlaceKind.choices, default=PlaceKind.WAREHOUSE
    )
    company = models.ForeignKey("company.Company", verbose_name=_("company"), on_delete=models.PROTECT)
    address = models.TextField(_("address"), blank=True, default="")
    is_default = models.BooleanField(_("chosen first"), default=False)

    class Meta(TreeMaster.Meta):
        verbose_name = _("place")
        verbose_name_plural = _("places")
        ordering: ClassVar[list[str]] = ["company", "code"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *TreeMaster.Meta.constraints,
            models.UniqueConstraint(
                fields=["company", "code"],
                name="inventory_place_code_once",
                violation_error_message=_("This company has a place with this code already."),
            ),
            models.UniqueConstraint(
                fields=["company"],
                condition=Q(is_default=True),
                name="inventory_place_one_default",
                violation_error_message=_("Another place of the company is chosen first."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def holds_stock(self) -> bool:
        return self.place_kind in STOCK_KINDS

    def clean(self) -> None:
        """The places above belong to the same company."""
        if any(above.company_id != self.company_id for above in self.ancestors()):
            raise ValidationError({"parent": _("The place belongs to another company.")})
        if self.is_default and not self.holds_stock:
            raise ValidationError({"is_default": _("Only a place with own stock is chosen first.")})
        self._check_moved()

    def _check_moved(self) -> None:
        """Company and kind decide how movements were posted: they stay once there are some."""
        if self.pk is None:
            return
        before = Place.objects.filter(pk=self.pk).values("company_id", "place_kind").first()
        if before is None or (before["company_id"], before["place_kind"]) == (
            self.company_id,
            self.place_kind,
        ):
            return
        from apps.inventory.models.ledger import StockMove

        if StockMove.objects.filter(Q(from_place=self.pk) | Q(to_place=self.pk)).exists():
            field = "company" if before["company_id"] != self.company_id else "place_kind"
            raise ValidationError({field: _("This stays as it is: goods have moved here.")})
