"""Batches and serial numbers of products."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.core.models import MasterModel


class Batch(MasterModel):
    """A batch of one product; ``blocked`` batches are not issued."""

    search_fields = ("code",)

    product = models.ForeignKey("catalog.Product", verbose_name=_("product"), on_delete=models.PROTECT)
    code = models.CharField(_("batch"), max_length=60)
    made_on = models.DateField(_("made on"), null=True, blank=True)
    expires_on = models.DateField(_("expires on"), null=True, blank=True)
    blocked = models.BooleanField(_("blocked"), default=False)

    class Meta(MasterModel.Meta):
        verbose_name = _("batch")
        verbose_name_plural = _("batches")
        ordering: ClassVar[list[str]] = ["-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["product", "code"],
                name="inventory_batch_once",
                violation_error_message=_("The product has this batch already."),
            ),
            models.CheckConstraint(
                condition=Q(made_on__isnull=True)
                | Q(expires_on__isnull=True)
                | Q(expires_on__gte=F("made_on")),
                name="inventory_batch_dates",
                violation_error_message=_("The batch expires before it was made."),
            ),
        ]

    def __str__(self) -> str:
        return self.code


class Serial(MasterModel):
    """One piece with its number. ``place`` is where it is now (a customer's place when it was sold)."""

    search_fields = ("code",)

    product = models.ForeignKey("catalog.Product", verbose_name=_("product"), on_delete=models.PROTECT)
    code = models.CharField(_("serial number"), max_length=80)
    batch = models.ForeignKey(Batch, verbose_name=_("batch"), null=True, blank=True, on_delete=models.PROTECT)
    place = models.ForeignKey(
        "inventory.Place",
        verbose_name=_("place"),
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
    )

    class Meta(MasterModel.Meta):
        verbose_name = _("serial number")
        verbose_name_plural = _("serial numbers")
        ordering: ClassVar[list[str]] = ["-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["product", "code"],
                name="inventory_serial_once",
                violation_error_message=_("The product has this serial number already."),
            ),
        ]

    def __str__(self) -> str:
        return self.code
