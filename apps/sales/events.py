"""What sales announces."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from apps.core.events import Event


@dataclass(frozen=True)
class QuotationSent(Event):
    """``email`` is where the link goes; empty when it is handed over another way."""

    name: ClassVar[str] = "quotation.sent"
    quotation_id: int
    number: str
    email: str
    message: str = ""
    by_id: int | None = None


@dataclass(frozen=True)
class QuotationAccepted(Event):
    name: ClassVar[str] = "quotation.accepted"
    quotation_id: int
    number: str
    owner_id: int | None
    decided_by: str
    by_customer: bool


@dataclass(frozen=True)
class QuotationRejected(Event):
    name: ClassVar[str] = "quotation.rejected"
    quotation_id: int
    number: str
    owner_id: int | None
    decided_by: str
    reason: str
    by_customer: bool


@dataclass(frozen=True)
class QuotationCommented(Event):
    """The customer wrote something on the page of the offer."""

    name: ClassVar[str] = "quotation.commented"
    quotation_id: int
    number: str
    owner_id: int | None
    author: str
    text: str


@dataclass(frozen=True)
class OrderConfirmed(Event):
    name: ClassVar[str] = "order.confirmed"
    order_id: int
    number: str
    owner_id: int | None


@dataclass(frozen=True)
class DeliveryPosted(Event):
    name: ClassVar[str] = "delivery.posted"
    delivery_id: int
    number: str
    order_id: int | None


@dataclass(frozen=True)
class GoodsReturned(Event):
    name: ClassVar[str] = "delivery.returned"
    return_id: int
    delivery_id: int
    number: str
