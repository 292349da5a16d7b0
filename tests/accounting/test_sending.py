"""Sending a document by mail: who gets it, with what, and what is refused."""

from __future__ import annotations

import pytest

from apps.messaging.models import MailMessage
from apps.runtime.services.outbox import outbox_deliver
from tests.factories import invoicing as make

pytestmark = pytest.mark.django_db


def test_customer_gets_the_invoice_by_mail_with_its_pdf(api):
    books, party = make.company(), make.customer(email="accounts@sharma.example")
    invoice = make.invoice(company=books, party=party, post=True)
    answer = api.post(f"accounting/invoices/{invoice.pk}/send/", {"text": "As agreed <b>today</b>"}, 200)
    assert answer["data"]["sent_at"]
    assert answer["data"]["status"] == "posted"
    outbox_deliver()
    mail = MailMessage.objects.get()
    assert mail.to == ["accounts@sharma.example"]
    assert invoice.number in mail.subject
    assert "<b>today</b>" not in mail.html
    assert mail.attachments.get().file.name == f"{invoice.number.replace('/', '-')}.pdf"


def test_without_an_address_or_with_a_wrong_one_it_is_refused(api):
    books, party = make.company(), make.customer()
    invoice = make.invoice(company=books, party=party, post=True)
    path = f"accounting/invoices/{invoice.pk}/send/"
    assert api.post(path, {}, 400)["errors"][0]["field"] == "to"
    assert api.post(path, {"to": "not an address"}, 400)["errors"][0]["field"] == "to"
    draft = make.invoice(company=books, party=party)
    answer = api.post(f"accounting/invoices/{draft.pk}/send/", {"to": "a@b.example"}, 409)
    assert answer["errors"][0]["code"] == "invalid_transition"
