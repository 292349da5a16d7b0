"""After commit: the customer gets the offer by mail, the salesperson hears of the answer."""

from __future__ import annotations

import pytest

from apps.core.events import consumers_of
from apps.messaging.models import MailMessage, Notification
from apps.runtime.models import OutboxEvent
from apps.sales.models import Quotation
from apps.sales.services.public_links import quotation_link

pytestmark = pytest.mark.django_db


def deliver(name):
    """Run the consumers of the events of this name as the dispatcher does."""
    for row in OutboxEvent.objects.filter(name=name):
        for consumer in consumers_of(name):
            if consumer.module == "sales":
                consumer.run(row.payload)


def test_customer_gets_the_offer_with_link_and_pdf(api, shop):
    draft = api.post("sales/quotations/", shop.draft())["data"]
    body = {"email": "ravi@customer.example", "message": "As spoken on the phone"}
    sent = api.post(f"sales/quotations/{draft['id']}/send/", body, 200)["data"]
    deliver("quotation.sent")
    mail = MailMessage.objects.get()
    assert mail.to == ["ravi@customer.example"]
    assert sent["number"] in mail.subject
    assert quotation_link(Quotation.objects.get(pk=sent["id"])) in mail.text
    assert "As spoken on the phone" in mail.text
    assert mail.attachments.get().name.endswith(".pdf")


def test_wrong_address_is_refused_before_anything_is_sent(api, shop):
    draft = api.post("sales/quotations/", shop.draft())["data"]
    answer = api.post(f"sales/quotations/{draft['id']}/send/", {"email": "ravi@"}, 400)
    assert answer["errors"][0]["field"] == "email"
    assert Quotation.objects.get(pk=draft["id"]).status == "draft"


def test_offer_that_is_handed_over_is_not_mailed(api, sent):
    deliver("quotation.sent")
    assert not MailMessage.objects.exists()


@pytest.mark.parametrize(
    ("action", "event", "words"),
    [
        ("accept", "quotation.accepted", "accepted"),
        ("reject", "quotation.rejected", "rejected"),
        ("comment", "quotation.commented", "commented"),
    ],
)
def test_salesperson_hears_of_the_answer(client, administrator, sent, action, event, words):  # noqa: PLR0917 - reads as a sentence in the tests
    link = quotation_link(Quotation.objects.get(pk=sent["id"]))
    form = {"name": "Ravi", "action": action, "text": "Fine with us"}
    assert client.post(link, form, headers={"host": "acme.localhost"}).status_code == 302
    deliver(event)
    told = Notification.objects.get(user=administrator, event=event)
    assert words in told.title
    assert "Ravi" in told.title


def test_own_entries_are_not_told_to_oneself(api, administrator, sent):
    api.post(f"sales/quotations/{sent['id']}/accept/", {"name": "Ravi"}, 200)
    deliver("quotation.accepted")
    assert not Notification.objects.filter(event="quotation.accepted").exists()
