"""Sending a document to its party: announced in the transaction, mailed with its PDF after the commit
(``apps.messaging``)."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounting.events import DocumentSent
from apps.core.events import emit
from apps.messaging.services.documents import addresses_read


def document_send(document: Any, *, by: Any, to: str = "", subject: str = "", text: str = "") -> None:
    """Send the PDF to ``to`` (several with commas), else to the party's address. Raises InvalidInput."""
    addresses = addresses_read(to, document.party)
    document.sent_at = timezone.now()
    label = document._meta.verbose_name
    emit(
        DocumentSent(
            document=document,
            record_id=document.pk,
            company_id=document.company_id,
            party_id=document.party_id,
            number=document.number,
            day=document.date,
            to=", ".join(addresses),
            subject=subject
            or _("%(what)s %(number)s of %(company)s")
            % {"what": label.capitalize(), "number": document.number, "company": document.company.trade_name},
            text=text,
            by=by,
        )
    )
