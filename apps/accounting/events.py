"""What accounting announces. ``*Posting`` runs before anything is written and may refuse; the rest is after.

Instances are there for subscribers in the same transaction; the outbox gets the plain values only.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

from apps.core.events import Event


@dataclass(frozen=True)
class DocumentEvent(Event):
    """A document of accounting: ``document`` is the instance (its state is set when the runner saves it)."""

    document: Any
    record_id: int
    company_id: int
    party_id: int
    number: str = ""
    day: date | None = None
    total: Decimal = Decimal(0)
    lines: Any = field(default=None, repr=False)
    by: Any = None
    reason: str = ""  # why a softly closed period may be used; goods that move with the document need it too

    def payload(self) -> dict[str, Any]:
        return {
            "record_id": self.record_id,
            "kind": self.document._meta.label_lower,
            "company_id": self.company_id,
            "party_id": self.party_id,
            "number": self.number,
            "day": self.day.isoformat() if self.day else None,
            "total": format(self.total, ".2f"),
        }


def document_event(
    cls: type[DocumentEvent], document: Any, lines: Any = None, by: Any = None, *, reason: str = ""
) -> DocumentEvent:
    """The event of a document, with its values as they are now."""
    return cls(
        document=document,
        record_id=document.pk,
        company_id=document.company_id,
        party_id=document.party_id,
        number=document.number,
        day=document.date,
        total=getattr(document, "grand_total", None) or getattr(document, "amount", Decimal(0)),
        lines=lines,
        by=by,
        reason=reason,
    )


@dataclass(frozen=True)
class InvoicePosting(DocumentEvent):
    """An invoice is about to be posted, its party is locked: refuse, or deliver its goods, here."""

    name: ClassVar[str] = "invoice.posting"


@dataclass(frozen=True)
class InvoicePosted(DocumentEvent):
    name: ClassVar[str] = "invoice.posted"


@dataclass(frozen=True)
class InvoiceCancelled(DocumentEvent):
    name: ClassVar[str] = "invoice.cancelled"


@dataclass(frozen=True)
class CreditNotePosted(DocumentEvent):
    name: ClassVar[str] = "credit_note.posted"


@dataclass(frozen=True)
class CreditNoteCancelled(DocumentEvent):
    name: ClassVar[str] = "credit_note.cancelled"


@dataclass(frozen=True)
class DebitNotePosted(DocumentEvent):
    name: ClassVar[str] = "debit_note.posted"


@dataclass(frozen=True)
class DebitNoteCancelled(DocumentEvent):
    name: ClassVar[str] = "debit_note.cancelled"


@dataclass(frozen=True)
class BillPosting(DocumentEvent):
    """A bill is about to be posted: purchase matches it with receipts here and may refuse."""

    name: ClassVar[str] = "bill.posting"


@dataclass(frozen=True)
class BillPosted(DocumentEvent):
    name: ClassVar[str] = "bill.posted"


@dataclass(frozen=True)
class BillCancelled(DocumentEvent):
    name: ClassVar[str] = "bill.cancelled"


@dataclass(frozen=True)
class ReceiptPosted(DocumentEvent):
    name: ClassVar[str] = "receipt.posted"


@dataclass(frozen=True)
class PaymentPosted(DocumentEvent):
    name: ClassVar[str] = "payment.posted"


@dataclass(frozen=True)
class MoneyReversed(DocumentEvent):
    """A receipt or payment bounced or was cancelled."""

    name: ClassVar[str] = "money.reversed"


@dataclass(frozen=True)
class DocumentSent(DocumentEvent):
    """A document is to go to its party by mail (messaging consumes it after commit)."""

    name: ClassVar[str] = "document.sent"
    to: str = ""
    subject: str = ""
    text: str = ""

    def payload(self) -> dict[str, Any]:
        mail = {"to": self.to, "subject": self.subject, "text": self.text}
        return {**super().payload(), **mail, "by_id": getattr(self.by, "pk", None)}
