"""How inwards print."""

from __future__ import annotations

from django.utils.translation import gettext as _

from apps.core.formats import show_date
from apps.documents.printing import PrintDocument, PrintLine, PrintParty, PrintSignature, PrintTotal
from apps.documents.services.printing import print_company, print_party, register_print
from apps.inventory.choices import InwardKind
from apps.inventory.models import Inward, InwardLine


def inward_print(document: Inward) -> PrintDocument:
    """Goods received note, or the list of the opening stock."""
    opening = document.inward_kind == InwardKind.OPENING
    fields = (
        (_("Place"), str(document.place)),
        (_("Vendor's challan"), document.reference),
        (_("Entered by"), str(document.owner or "")),
    )
    lines = document.lines.select_related("product", "unit").order_by("position")
    return PrintDocument(
        title=_("Opening stock") if opening else _("Goods received note"),
        number=document.number or _("Draft"),
        date=show_date(document.date),
        company=print_company(document.company),
        bill_to=_vendor(document),
        bill_to_label=_("Received from"),
        fields=tuple((label, value) for label, value in fields if value),
        lines=tuple(_line(line) for line in lines),
        totals=(PrintTotal(_("Value"), document.total_value, "grand"),),
        signatures=(
            PrintSignature(_("Received by"), ours=False),
            PrintSignature(_("Checked by"), ours=False),
        ),
        show_bank=False,
        watermark=_("Cancelled") if document.status == "cancelled" else "" if document.number else _("Draft"),
    )


def _vendor(document: Inward) -> PrintParty | None:
    party = document.party
    if party is None:
        return None
    return print_party(party.legal_name, party.addresses.first(), gstin=party.gstin)


def _line(line: InwardLine) -> PrintLine:
    details = [_("Batch %(b)s") % {"b": line.batch}] if line.batch else []
    if line.expires_on:
        details.append(_("expires %(d)s") % {"d": show_date(line.expires_on)})
    if line.serials:
        details.append(_("Serial numbers: %(s)s") % {"s": ", ".join(line.serials)})
    return PrintLine(
        description=line.description or line.product.name,
        position=str(line.position),
        detail=" · ".join(details),
        hsn=line.product.hsn,
        quantity=line.quantity,
        unit=line.unit.code if line.unit else "",
        price=line.unit_cost,
        total=line.value,
    )


register_print(Inward, inward_print, prices="catalog.see_cost")
