"""Mail: queued with its cause, sent after it, repeated when the server is away, told when given up."""

from __future__ import annotations

from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from apps.core.errors import InvalidInput
from apps.core.formats import show_date
from apps.messaging.models import MailMessage, MailState, Notification
from apps.messaging.services import mail as service
from apps.messaging.services.documents import document_facts
from apps.messaging.services.mail import mail_bounced, mail_queue, mail_send, mails_due_enqueue
from apps.parties.models import Party
from apps.runtime.services.outbox import outbox_deliver
from tests.factories.sales import Shop
from tests.kit.files import pdf

pytestmark = pytest.mark.django_db


def queue(**details):
    return mail_queue(
        **{"to": ["a@x.example"], "subject": "Hello\r\nBcc: x@evil.example", "text": "Hi", **details}
    )


@pytest.fixture
def broken(monkeypatch):
    """A mail server that is away."""

    def refuse(self, messages):
        raise ConnectionRefusedError("no server")

    monkeypatch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", refuse)


def test_mail_goes_out_after_commit_with_its_files(administrator, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        queued = queue(
            cc=["b@x.example", "A@x.example"],
            attachments=[("bill.pdf", pdf(), "application/pdf")],
            by=administrator,
            reply_to="asha@acme.example",
        )
        assert not mail.outbox
    (sent,) = mail.outbox
    assert (sent.to, sent.cc, sent.reply_to) == (["a@x.example"], ["b@x.example"], ["asha@acme.example"])
    assert sent.subject == "Hello Bcc: x@evil.example"
    assert sent.attachments[0][0] == "bill.pdf"
    assert sent.extra_headers["Message-ID"] == queued.message_id
    queued.refresh_from_db()
    assert (queued.state, queued.attempts) == (MailState.SENT, 1)
    assert not mail_send(queued.pk)
    assert len(mail.outbox) == 1


@pytest.mark.parametrize(
    ("details", "field"),
    [
        ({"to": ["nonsense"]}, "to.0"),
        ({"to": ["a@x.example", "b@x.example\nBcc: c@x.example"]}, "to.1"),
        ({"to": []}, "to"),
        ({"cc": ["nonsense"]}, "cc.0"),
        ({"subject": " "}, "subject"),
        ({"to": [f"a{n}@x.example" for n in range(51)]}, "to"),
    ],
)
def test_bad_mail_is_refused_by_its_field(details, field):
    with pytest.raises(InvalidInput) as refused:
        queue(**details)
    assert refused.value.errors[0].field == field


def test_mail_is_repeated_while_the_server_is_away_and_then_given_up(administrator, broken):
    queued = queue(by=administrator)
    waits = []
    for _ in range(service.MAX_ATTEMPTS):
        MailMessage.objects.filter(pk=queued.pk).update(not_before=timezone.now())
        assert not mail_send(queued.pk)
        queued.refresh_from_db()
        waits.append(queued.not_before - timezone.now())
    assert waits[1] > waits[0]
    assert queued.state == MailState.FAILED
    assert "no server" in queued.error
    told = Notification.objects.get(user=administrator)
    assert told.event == "mail.failed"
    assert "a@x.example" in told.title


def test_mail_that_somebody_sends_just_now_is_not_sent_twice():
    queued = queue()
    assert service._lease(queued.pk)
    assert not mail_send(queued.pk)
    assert not mail.outbox
    MailMessage.objects.filter(pk=queued.pk).update(not_before=timezone.now())  # its worker died: lease over
    assert mail_send(queued.pk)


def test_sweep_finds_mails_that_the_queue_lost(django_capture_on_commit_callbacks):
    queued = queue()
    assert mails_due_enqueue() == 0
    MailMessage.objects.filter(pk=queued.pk).update(created_at=timezone.now() - timedelta(minutes=1))
    with django_capture_on_commit_callbacks(execute=True):
        assert mails_due_enqueue() == 1
    assert len(mail.outbox) == 1


def test_bounce_is_kept_and_shown(api, administrator):
    party = Party.objects.create(legal_name="A", display_name="A")
    queued = queue(target=party, by=administrator)
    assert mail_bounced(queued.message_id, "No such mailbox")
    assert not mail_bounced("<unknown@x>", "x")
    row = api.get(f"messaging/mails/{queued.pk}/")["data"]
    assert row["bounce_reason"] == "No such mailbox"
    assert row["target"] == f"parties.party:{party.pk}"
    (entry,) = [
        e for e in api.get("documents/timeline/", target=row["target"])["data"] if e["verb"] == "mail"
    ]
    assert entry["text"].startswith("Mail came back")


def test_only_sender_or_manager_sends_a_failed_mail_again(api, api_as, user_with, administrator):
    queued = queue(by=administrator)
    answer = api.post(f"messaging/mails/{queued.pk}/retry/", expect=409)
    assert answer["errors"][0]["code"] == "invalid_transition"
    MailMessage.objects.filter(pk=queued.pk).update(state=MailState.FAILED, attempts=8)
    viewer = api_as(user_with("messaging.view_mailmessage"))
    viewer.post(f"messaging/mails/{queued.pk}/retry/", expect=403)
    own = api_as(user_with("messaging.view_mailmessage", level="own"))
    own.get(f"messaging/mails/{queued.pk}/", 404)
    assert api.post(f"messaging/mails/{queued.pk}/retry/", expect=200)["data"]["status"] == "queued"


def test_administrator_sees_the_queue_and_sends_again(administrator):
    queued = queue(by=administrator)
    MailMessage.objects.filter(pk=queued.pk).update(state=MailState.FAILED)
    browser = Client(HTTP_HOST="acme.localhost")
    browser.force_login(administrator, backend="apps.accounts.backends.RoleBackend")
    assert "a@x.example" in browser.get("/admin/messaging/mailmessage/").text
    assert browser.get(f"/admin/messaging/mailmessage/{queued.pk}/change/").status_code == 200
    browser.post("/admin/messaging/mailmessage/", {"action": "retry_mails", "_selected_action": [queued.pk]})
    queued.refresh_from_db()
    assert queued.state == MailState.QUEUED


def test_clerk_mails_an_invoice_from_its_page(api, administrator, django_capture_on_commit_callbacks):
    shop = Shop(email="buyer@x.example")
    draft = api.post("accounting/invoices/", shop.draft(moves_stock=False))["data"]
    path = f"accounting/invoices/{draft['id']}/"
    posted = api.post(f"{path}post/", expect=200)["data"]
    with django_capture_on_commit_callbacks(execute=True):
        api.post(f"{path}send/", {"text": "Dear buyer,\n\n<b>thank you</b>"}, expect=200)
        outbox_deliver()
    (sent,) = mail.outbox
    assert sent.to == ["buyer@x.example"]
    assert posted["number"] in sent.subject
    name, content, kind = sent.attachments[0]
    assert (content[:5], kind) == (b"%PDF-", "application/pdf")
    assert name.endswith(".pdf")
    html = sent.alternatives[0][0]
    assert "&lt;b&gt;thank you" in html
    assert posted["number"] in html
    entries = api.get("documents/timeline/", target=f"accounting.invoice:{draft['id']}")["data"]
    assert [e["verb"] for e in entries][:3] == ["mail", "printed", "send"]
    assert api.post(f"{path}send/", {"to": "nonsense"}, expect=400)["errors"][0]["field"] == "to"


def test_reader_gets_his_mail_in_his_language(user_with):
    hindi = queue(
        text="",
        template="mail/notification",
        context={"title": "T", "text": "x", "path": "/a/"},
        language="hi",
    )
    assert 'lang="hi"' in hindi.html
    assert "http" in hindi.text
    assert "acme" in hindi.html


def test_mailed_file_is_read_by_who_may_see_its_record_or_the_mail(user_with, administrator):
    party = Party.objects.create(legal_name="A", display_name="A")
    queued = queue(target=party, by=administrator, attachments=[("bill.pdf", pdf(), "application/pdf")])
    file = queued.attachments.get().file

    def status(user):
        browser = Client(HTTP_HOST="acme.localhost")
        browser.force_login(user, backend="apps.accounts.backends.RoleBackend")
        return browser.get(f"/media/{file.pk}/bill.pdf").status_code

    assert status(user_with("parties.view_party")) == 200
    assert status(user_with("messaging.view_mailmessage")) == 200
    assert status(user_with("sales.view_order")) == 404


def test_secret_links_are_shown_to_nobody_and_forgotten_once_sent(api):
    made = api.post("accounts/users/", {"email": "ravi@acme.example", "name": "Ravi", "roles": []})["data"]
    api.post(f"accounts/users/{made['id']}/invite/", {}, 200)
    queued = MailMessage.objects.get()
    assert "/accounts/" in queued.text
    assert "/accounts/" in queued.html
    seen = api.get(f"messaging/mails/{queued.pk}/")["data"]
    assert "not shown" in seen["text"]
    assert "/accounts/" not in str(seen)
    browser = Client(HTTP_HOST="acme.localhost")
    browser.force_login(api.user, backend="apps.accounts.backends.RoleBackend")
    link = queued.text[queued.text.index("http") :].split()[0]
    assert link not in browser.get(f"/admin/messaging/mailmessage/{queued.pk}/change/").text
    assert mail_send(queued.pk)
    assert link in mail.outbox[0].body
    queued.refresh_from_db()
    assert (queued.text, queued.html) == ("", "")


def test_dates_of_a_mailed_document_are_written_as_the_organisation_writes_them():
    day = date(2026, 5, 2)
    document = SimpleNamespace(number="INV/1", date=day, due_date=day)
    assert [value for _label, value in document_facts(document)] == ["INV/1", show_date(day), show_date(day)]
    assert show_date(day) == "02-05-2026"
