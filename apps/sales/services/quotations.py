"""Quotations: drafts, sending, revisions, the customer's answer, conversion into orders."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounting.invoicing.hold import company_check
from apps.accounting.tax.documents import taxed_compute
from apps.company.selectors import company_today
from apps.core.actor import current_actor
from apps.core.errors import InvalidInput, Refused
from apps.core.events import emit
from apps.core.formats import show_date
from apps.core.keys import key_sent
from apps.core.money import ZERO
from apps.core.records import rows_keep, rows_update
from apps.core.typed_settings import setting
from apps.documents.lifecycle import number_assign, transition_run
from apps.documents.services.attachments import attachment_keep
from apps.documents.services.links import link_add
from apps.documents.services.timeline import timeline_add
from apps.sales.events import QuotationAccepted, QuotationRejected, QuotationSent
from apps.sales.models import (
    Order,
    OrderCharge,
    OrderLine,
    Quotation,
    QuotationCharge,
    QuotationLine,
)
from apps.sales.services.alternatives import (
    chosen_apply,
    chosen_read,
    groups_fill,
    options_apply,
    options_read,
)
from apps.sales.services.copying import charge_copy, header_copy, line_copy, parts_read

_AMOUNTS = (
    "gross_value", "discount_value", "taxable_value", "cgst", "sgst", "igst", "cess", "line_total",
    "tax_class", "gst_rate", "cess_rate",
)  # fmt: skip


def quotation_compute(
    quotation: Quotation, lines: Sequence[QuotationLine], charges: Sequence[QuotationCharge]
) -> None:
    """Defaults, taxes and totals of a draft. Optional lines and alternatives that aren't chosen get their
    own amounts but are in no total.

    Raises InvalidInput with paths such as ``lines.0.quantity``.
    """
    groups_fill(lines)
    if quotation.company_id and quotation.party_id:
        company_check(quotation.party, quotation)
    _work_out(quotation, lines, charges)
    if quotation.valid_until is None:
        quotation.valid_until = quotation.date + timedelta(
            days=setting("sales.quotation_days", quotation.company_id)
        )
    elif quotation.valid_until < quotation.date:
        raise InvalidInput(_("The offer can't end before its date."), field="valid_until", code="min_value")


def _work_out(
    quotation: Quotation, lines: Sequence[QuotationLine], charges: Sequence[QuotationCharge]
) -> None:
    """Where lines don't count: once for their amounts (no share of the document's discount), once without."""
    optional = [line for line in lines if not line.counted and not line.shadow]
    if not optional:
        taxed_compute(quotation, lines, charges)
        return
    discount, quotation.discount_amount = quotation.discount_amount, Decimal("0.00")
    try:
        taxed_compute(quotation, lines, charges)
    finally:
        quotation.discount_amount = discount
    kept = [{name: getattr(line, name) for name in _AMOUNTS} for line in optional]
    for line in optional:
        line.shadow = True
    try:
        taxed_compute(quotation, lines, charges)
    finally:
        for line, amounts in zip(optional, kept, strict=True):
            line.shadow = False
            for name, value in amounts.items():
                setattr(line, name, value)


# --- transitions ----------------------------------------------------------------------------------


def quotation_send(quotation: Quotation, *, by: Any, email: str = "", message: str = "") -> None:
    """Offer it: number, link for the customer, mail when an address is given. Raises InvalidInput."""
    _check_complete(quotation)
    company_check(quotation.party, quotation)
    if quotation.valid_until and quotation.valid_until < company_today():
        raise InvalidInput(_("The offer ends before today."), field="valid_until", code="min_value")
    if email:
        try:
            validate_email(email)
        except ValidationError as error:
            raise InvalidInput(_("This is not an e-mail address."), field="email") from error
    quotation.link_key = quotation.link_key or secrets.token_urlsafe(12)
    number_assign(quotation)
    emit(
        QuotationSent(
            quotation_id=quotation.pk,
            number=quotation.number,
            email=email,
            message=message,
            by_id=getattr(by, "pk", None),
        )
    )
    if email:
        timeline_add(quotation, "mailed", text=_("Sent to %(email)s") % {"email": email}, data={"to": email})


def _check_complete(quotation: Quotation) -> None:
    if not QuotationLine.objects.filter(quotation=quotation, shadow=False).exists():
        raise InvalidInput(_("An offer needs at least one line."), field="lines", code="required")


def quotation_choose(
    quotation: Quotation, ids: Sequence[int], *, options: Sequence[int] | None = None, save: bool = True
) -> list[QuotationLine]:
    """Of each group of alternatives the line named counts from now on, of the optional lines exactly
    ``options`` (None: those that do already); the totals are worked out anew. The caller stores the quotation
    itself. Returns its lines.

    Raises InvalidInput (``chosen``, ``options``), Refused when something of a group, or an optional line that
    is left out, is ordered already.
    """
    lines = list(quotation.lines.select_related("product", "unit", "tax_category"))
    changed = chosen_apply(lines, ids)
    turned = options_apply(lines, options) if options is not None else []
    if not changed and not turned:
        return lines
    _unordered_or_refuse(quotation, lines, changed, turned)
    charges = list(quotation.charges.all())
    _work_out(quotation, lines, charges)
    if save:
        for rows in (lines, charges):
            rows_update(rows)
        _tell_choice(quotation, changed + turned)
    return lines


def _unordered_or_refuse(
    quotation: Quotation,
    lines: list[QuotationLine],
    changed: list[QuotationLine],
    turned: list[QuotationLine],
) -> None:
    groups, ordered = {line.choice for line in changed}, ordered_quantities(quotation)
    if any(line.choice in groups and line.choice is not None and ordered.get(line.pk) for line in lines):
        raise Refused(_("One of the alternatives is ordered already."), code="in_use", field="chosen")
    if any(not line.chosen and ordered.get(line.pk) for line in turned):
        raise Refused(_("This optional line is ordered already."), code="in_use", field="options")


def _tell_choice(quotation: Quotation, changed: list[QuotationLine]) -> None:
    """What was chosen, and which optional lines were left out again, on the timeline."""
    taken = ", ".join(line.description for line in changed if line.chosen)
    left = ", ".join(line.description for line in changed if line.optional and not line.chosen)
    texts = [_("Chosen: %(lines)s") % {"lines": taken}] if taken else []
    texts += [_("Left out: %(lines)s") % {"lines": left}] if left else []
    timeline_add(quotation, "chosen", text=" · ".join(texts))


def quotation_accept(
    quotation: Quotation,
    *,
    by: Any,
    name: str = "",
    comment: str = "",
    chosen: Any = None,
    options: Any = None,
) -> None:
    """The customer said yes. ``name``: who of his people said it (empty: nobody knows; never one of ours);
    ``by`` is None when the customer did it through the link;
    ``chosen``: the lines that he takes where there are alternatives; ``options``: the optional lines that he
    takes (None: as they stand).

    Raises Refused when the offer has ended, InvalidInput (``chosen``, ``options``).
    """
    _check_valid(quotation)
    quotation_choose(quotation, chosen_read(chosen), options=options_read(options))
    quotation.decided_by = name.strip()[:120]
    quotation.decided_at = timezone.now()
    emit(
        QuotationAccepted(
            quotation_id=quotation.pk,
            number=quotation.number,
            owner_id=quotation.owner_id,
            decided_by=quotation.decided_by,
            by_customer=by is None,
        )
    )
    if comment:
        timeline_add(quotation, "customer_comment", text=comment, data={"name": quotation.decided_by})


def quotation_reject(quotation: Quotation, *, by: Any, reason: str, name: str = "") -> None:
    """The customer said no; the reason is kept for the analysis of lost offers."""
    quotation.decided_by = name.strip()[:120]
    quotation.decided_at = timezone.now()
    quotation.reject_reason = reason
    timeline_add(quotation, "customer_comment", text=reason, data={"name": quotation.decided_by})
    emit(
        QuotationRejected(
            quotation_id=quotation.pk,
            number=quotation.number,
            owner_id=quotation.owner_id,
            decided_by=quotation.decided_by,
            reason=reason,
            by_customer=by is None,
        )
    )


def quotation_answer(
    quotation: Quotation,
    *,
    accept: bool,
    name: str,
    text: str,
    chosen: Sequence[int] = (),
    options: Sequence[int] | None = None,
) -> None:
    """The customer's own answer through the link: the same transitions, by nobody of ours."""
    data: dict[str, Any] = {"name": name, "comment": text} if accept else {"name": name, "reason": text}
    if accept and chosen:
        data["chosen"] = list(chosen)
    if accept and options is not None:
        data["options"] = list(options)
    transition_run(quotation, "accept" if accept else "reject", by=None, data=data)


def quotation_sign(quotation: Quotation, *, name: str, picture: bytes | None) -> None:
    """Keep how an accepted offer was signed: by name, and with the drawn signature (PNG) as a file of it."""
    data: dict[str, Any] = {"name": name, "drawn": picture is not None, "address": current_actor().address}
    if picture is not None:
        file_name = f"{_('signature')}-{quotation.pk}.png"
        data["attachment"] = attachment_keep(quotation, content=picture, name=file_name).pk
    how = _("Signed by %(name)s, drawn") if picture is not None else _("Signed by %(name)s, typed")
    timeline_add(quotation, "signed", text=how % {"name": name}, data=data)


def _check_valid(quotation: Quotation) -> None:
    if quotation.valid_until and quotation.valid_until < company_today():
        raise Refused(
            _("The offer ended on %(day)s. Revise it to offer it again.")
            % {"day": show_date(quotation.valid_until)},
            code="invalid_transition",
            field="valid_until",
        )


def quotation_revise(quotation: Quotation, *, by: Any) -> Quotation:
    """A new draft under the same number, one revision up; this one stays as it was, superseded."""
    if Order.objects.filter(quotation=quotation).exclude(status="cancelled").exists():
        raise Refused(_("There is an order of this offer already."), code="in_use")
    today = company_today()
    new = header_copy(quotation, Quotation())
    new.date, new.number, new.discount_amount = today, quotation.number, quotation.discount_amount
    new.root_id, new.revision = quotation.root_key, _next_revision(quotation)
    if quotation.valid_until:
        new.valid_until = today + (quotation.valid_until - quotation.date)
    lines = []
    for line in quotation.lines.select_related("product", "unit"):
        kept = {name: getattr(line, name) for name in ("optional", "alternative", "chosen")}
        lines.append(line_copy(line, QuotationLine(**kept, origin_id=line.origin_id or line.pk)))
    charges = [charge_copy(charge, QuotationCharge()) for charge in quotation.charges.all()]
    quotation_compute(new, lines, charges)
    document_store(new, lines=lines, charges=charges, parent="quotation")
    link_add(quotation, new, "revised")
    timeline_add(new, "created", text=_("Revision %(r)s") % {"r": new.revision}, data={"of": quotation.pk})
    return new


def _next_revision(quotation: Quotation) -> int:
    last = (
        Quotation.objects.filter(root_id=quotation.root_key)
        .order_by("-revision")
        .values_list("revision", flat=True)
        .first()
    )
    return (last or 1) + 1


def quotation_expire(quotation: Quotation, *, by: Any) -> None:
    """End the offer. Only offers that stand are ended; nothing else hangs on it."""


# --- conversion -----------------------------------------------------------------------------------


def quotation_convert(
    quotation: Quotation,
    *,
    by: Any,
    lines: Any = None,
    chosen: Any = None,
    options: Any = None,
    date: Any = None,
    promised_date: Any = None,
) -> Order:
    """A draft order of the whole offer or of the lines named (``[{line, quantity}]``).

    Without ``lines``: everything that is not ordered yet, optional lines and alternatives that aren't chosen
    left out. ``chosen``: the lines to take where there are alternatives, naming one in ``lines`` chooses it;
    ``options``: the optional lines to take.
    Raises InvalidInput when more is wanted than was offered, Refused when nothing is left.
    """
    named = chosen_read(chosen) + _choices_named(quotation, lines)
    offered = quotation_choose(quotation, named, options=options_read(options))
    wanted = _wanted(quotation, offered, lines)
    order = header_copy(quotation, Order(quotation=quotation))
    order.date = date or company_today()
    order.promised_date = promised_date
    whole = _is_whole(offered, wanted)
    order.discount_amount = quotation.discount_amount if whole else _discount_share(quotation, wanted)
    order_lines = [line_copy(line, OrderLine(quotation_line=line), quantity) for line, quantity in wanted]
    first = not Order.objects.filter(quotation=quotation).exclude(status="cancelled").exists()
    charges = [charge_copy(charge, OrderCharge()) for charge in quotation.charges.all()] if first else []
    for number, line in enumerate(order_lines, 1):
        line.position = number
    taxed_compute(order, order_lines, charges)
    document_store(order, lines=order_lines, charges=charges, parent="order")
    link_add(quotation, order)
    timeline_add(
        order, "created", text=_("From quotation %(n)s") % {"n": quotation}, data={"quotation": quotation.pk}
    )
    if not quotation.decided_at:
        quotation.decided_at = timezone.now()  # ordered by us: the timeline says by whom
    return order


def _choices_named(quotation: Quotation, rows: Any) -> list[int]:
    """Of the lines named for an order, those among which one chooses; what else is wrong is told later."""
    if not isinstance(rows, list):
        return []
    groups = set(quotation.lines.exclude(choice=None).values_list("pk", flat=True))
    named = [key_sent(row.get("line")) for row in rows if isinstance(row, dict)]
    return [pk for pk in named if pk in groups]


def _wanted(
    quotation: Quotation, offered: list[QuotationLine], rows: Any
) -> list[tuple[QuotationLine, Decimal]]:
    ordered = ordered_quantities(quotation)
    left = {line.pk: line.quantity - ordered.get(line.pk, ZERO) for line in offered}
    if rows is None:
        wanted = [(line, left[line.pk]) for line in offered if line.counted and left[line.pk] > 0]
    else:
        wanted = []
        for part in parts_read(rows, {line.pk: line for line in offered}):
            quantity = part.quantity or left[part.line.pk]
            if quantity > left[part.line.pk] or quantity <= 0:
                raise InvalidInput(
                    _("Only %(left)s of this line are not ordered yet.")
                    % {"left": f"{max(left[part.line.pk], ZERO).normalize():f}"},
                    field=f"lines.{part.index}.quantity",
                    code="max_value",
                )
            wanted.append((part.line, quantity))
    if not any(not line.shadow for line, _quantity in wanted):
        raise Refused(_("Everything on this offer is ordered already."), code="invalid_transition")
    return wanted


def ordered_quantities(quotation: Quotation) -> dict[int, Decimal]:
    """{line id: quantity on orders that are not cancelled}."""
    result: dict[int, Decimal] = {}
    rows = OrderLine.objects.filter(quotation_line__quotation=quotation).exclude(order__status="cancelled")
    for line_id, quantity in rows.values_list("quotation_line_id", "quantity"):
        result[line_id] = result.get(line_id, ZERO) + quantity
    return result


def _is_whole(offered: list[QuotationLine], wanted: list[tuple[QuotationLine, Decimal]]) -> bool:
    plain = {line.pk: line.quantity for line in offered if line.counted}
    return plain == {line.pk: quantity for line, quantity in wanted}


def _discount_share(quotation: Quotation, wanted: list[tuple[QuotationLine, Decimal]]) -> Decimal:
    """The part of the offer's own discount that goes with what is ordered, by gross value."""
    from apps.core.money import round_money

    taken = sum(
        (line.gross_value * quantity / line.quantity for line, quantity in wanted if line.counted), ZERO
    )
    base = quotation.gross_total - quotation.charges_total
    if base <= 0 or quotation.discount_amount <= 0:
        return Decimal("0.00")
    return round_money(quotation.discount_amount * min(taken / base, Decimal(1)))


def document_store(document: Any, *, lines: list[Any], charges: Sequence[Any] = (), parent: str) -> Any:
    """Insert a computed document with its lines and charges: three statements besides its history."""
    document.save(force_insert=True)
    for row in (*lines, *charges):
        setattr(row, parent, document)
    if lines:
        type(lines[0])._default_manager.bulk_create(lines)
    if charges:
        type(charges[0])._default_manager.bulk_create(charges)
    rows_keep(document, {"lines": lines, "charges": list(charges)})
    return document
