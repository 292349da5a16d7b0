"""What is new this morning: colleagues ask each other about what is open, so that no bell is empty."""

from __future__ import annotations

from typing import Any

from apps.accounting.models import Invoice
from apps.accounts.models import User
from apps.core.actor import acting_as
from apps.core.uow import run_in_unit_of_work
from apps.documents.services.comments import comment_add
from apps.sales.models import Order, Quotation

NEWS: tuple[tuple[str, str, Any, str, str], ...] = (
    ("neha", "imran", Quotation, "sent", "they called: can we deliver within the week?"),
    ("imran", "neha", Quotation, "accepted", "please look at the prices, then I order the goods."),
    ("imran", "sunita", Order, "confirmed", "the customer sends his own van on Friday."),
    ("vikram", "lakshmi", Invoice, "posted", "the bank asks for the shipping bill of this one."),
    ("neha", "vikram", Invoice, "posted", "two boxes came damaged: a credit note, please."),
    ("vikram", "asha", Invoice, "draft", "shall we charge the site visit here?"),
    ("vikram", "thomas", Invoice, "posted", "the papers that you asked for are attached at the office."),
)


def news_make() -> None:
    """Comments that mention somebody, each on the newest document that both see. The worker tells them."""
    people = {user.email.split("@")[0]: user for user in User.objects.filter(is_portal=False)}
    for writer, reader, model, status, text in NEWS:
        run_in_unit_of_work(
            lambda a=people[writer], b=people[reader], row=(model, status, text): _say(a, b, *row)  # type: ignore[misc]  # defaults bind them
        )


def _say(writer: User, reader: User, model: Any, status: str, text: str) -> None:
    seen = model.objects.for_user(writer).filter(status=status).order_by("-date", "-pk")
    shared = seen.filter(pk__in=model.objects.for_user(reader).values("pk")).first()
    if shared is not None:
        with acting_as(writer):
            comment_add(shared, text=f"@{reader.name} {text}", by=writer)
