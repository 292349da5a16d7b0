"""Sending a document to its party: announced in the transaction, mailed with its PDF after the commit
(``apps.messaging``)."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounting.events import DocumentSent
from apps.core.errors import InvalidInput
from apps.core.events import emit


def document_send(document: Any, *, by: Any, to: str = "", subject: str = "", text: str = "") -> None:
    """Send the PDF to ``to`` (several with commas), else to the party's address. Raises InvalidInput."""
    addresses = [part.strip() for part in (to or document.party.email).split(",") if part.strip()]
    if not addresses:
        raise InvalidInput(
            _("The party has no e-mail address. Please name one."), field="to", code="required"
        )
    for address in addresses[:20]:
        try:
            validate_email(address)
        except ValidationError as error:
            raise InvalidInput(_("“%(a)s” is not an e-mail address.") % {"a": address}, field="to") from error
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
            to=", ".join(addresses[:20]),
            subject=subject
            or _("%(what)s %(number)s of %(company)s")
            % {"what": label.capitalize(), "number": document.number, "company": document.company.trade_name},
            text=text,
            by=by,
        )
    )
