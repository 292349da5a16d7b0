"""Batches and serial numbers between invoices and deliveries: what an invoice names is what leaves, and what
left is what the invoice and the challan name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from apps.accounting.models import InvoiceLine
from apps.catalog.choices import Tracking
from apps.core.errors import ErrorList
from apps.inventory.models import Batch, StockMove

BATCH_LENGTH = InvoiceLine._meta.get_field("batch_code").max_length or 0


@dataclass
class Pieces:
    """Codes of what left on one line of a delivery and didn't come back."""

    batches: list[str] = field(default_factory=list)
    serials: list[str] = field(default_factory=list)

    @property
    def batch_text(self) -> str:
        """The batches in one cell; as many as it holds."""
        text = ""
        for code in self.batches:
            longer = f"{text}, {code}" if text else code
            if len(longer) > BATCH_LENGTH:
                break
            text = longer
        return text


def batches_named(goods: Sequence[tuple[int, Any]]) -> dict[tuple[int, str], Batch]:
    """{(product, code): batch} of ``(index, invoice line)``s that name one; one query, none without.

    Raises InvalidInput ``not_found`` at ``lines.N.batch_code``.
    """
    named = [(index, line) for index, line in goods if line.batch_code.strip()]
    if not named:
        return {}
    condition = Q()
    for _index, line in named:
        condition |= Q(product=line.product_id, code=line.batch_code.strip())
    found = {(row.product_id, row.code): row for row in Batch.objects.filter(condition)}
    errors = ErrorList()
    for index, line in named:
        if (line.product_id, line.batch_code.strip()) not in found:
            errors.add(
                f"lines.{index}.batch_code",
                _("%(code)s has no batch %(batch)s.")
                % {"code": line.product.code, "batch": line.batch_code.strip()},
                "not_found",
            )
    errors.raise_if_any()
    return found


def pieces_of(delivery_ids: Sequence[int]) -> dict[int, Pieces]:
    """{delivery line id: what left on it (of a kit, its parts) and is still out}; one query."""
    came_back = StockMove.objects.filter(returned_move=OuterRef("pk"), reversed_by=None)
    rows = StockMove.objects.filter(
        Q(batch__isnull=False) | Q(serial__isnull=False),
        Q(serial=None) | ~Exists(came_back),
        source_kind="sales.delivery",
        source_id__in=delivery_ids,
        purpose="delivery",
        reversed_by=None,
    )
    columns = ("source_line_id", "batch__code", "serial__code")
    found: dict[int, Pieces] = {}
    for line_id, batch, serial in rows.order_by("id").values_list(*columns):
        own = found.setdefault(line_id, Pieces())
        if batch and batch not in own.batches:
            own.batches.append(batch)
        if serial:
            own.serials.append(serial)
    return found


def batches_tell(delivery: Any, lines: Sequence[InvoiceLine]) -> None:
    """Batches that the stock picked by itself are named on the lines of the invoice that delivered them."""
    silent = [line for line in lines if line.product.tracking == Tracking.BATCH and not line.batch_code]
    if not silent:
        return
    of_line = dict(delivery.lines.values_list("invoice_line_id", "pk"))
    pieces = pieces_of([delivery.pk])
    told = []
    for line in silent:
        if (own := pieces.get(of_line.get(line.pk, 0))) is not None:
            line.batch_code = own.batch_text
            told.append(line)
    InvoiceLine.objects.bulk_update(told, ["batch_code"])
