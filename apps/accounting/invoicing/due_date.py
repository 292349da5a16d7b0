"""Another due date for a posted document: its open item follows, the trail keeps who, why and what was."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from apps.accounting.models import OpenItem
from apps.core.errors import InvalidInput, Refused
from apps.core.formats import show_date
from apps.core.locks import lock_row
from apps.documents.services.timeline import timeline_add


def due_date_change(document: Any, *, by: Any, due_date: date, reason: str) -> None:
    """Raises InvalidInput naming ``due_date`` or ``reason``, Refused when nothing is open any more."""
    reason = reason.strip()[:200]
    if not reason:
        raise InvalidInput(_("Please give a reason."), field="reason", code="required")
    if due_date < document.date:
        raise InvalidInput(
            _("The due date can't be before the date of the document."), field="due_date", code="min_value"
        )
    if due_date == document.due_date:
        raise InvalidInput(_("Nothing was changed."), field="due_date", code="required")
    item = lock_row(OpenItem, document.open_item_id) if document.open_item_id else None
    if item is None or not item.open_amount:
        raise Refused(_("Nothing is open any more."), code="nothing_open", field="due_date")
    before, document.due_date = document.due_date, due_date
    document._change_reason = reason[:100]
    item.due_date = due_date
    item.save(update_fields=["due_date"])
    days = {"before": show_date(before) if before else "–", "now": show_date(due_date), "reason": reason}
    timeline_add(
        document,
        "due_date",
        text=_("Due on %(now)s instead of %(before)s: %(reason)s") % days,
        data={"before": before.isoformat() if before else None, "now": due_date.isoformat()},
    )
