"""A mail that needs consent goes to whoever gave it, and never after it was taken back."""

from __future__ import annotations

import re

import pytest
from django.core import mail
from django.test import Client

from apps.core.errors import InvalidInput, Refused
from apps.messaging.models import MailMessage, MailState
from apps.messaging.services.mail import mail_queue, mail_send
from apps.privacy.models import Consent, Purpose
from apps.privacy.services.consents import consent_give, consent_page, consent_withdraw
from tests.factories.accounts import make_user
from tests.kit.clients import ApiClient

pytestmark = pytest.mark.django_db
MEERA = "meera@iyer.example"


@pytest.fixture
def news():
    return Purpose.objects.create(code="news", name="Newsletter", notice="We write once a month.")


def queue(to=MEERA, **more):
    return mail_queue(to=[to], subject="News", text="Hello", purpose="news", **more)


def test_mail_with_a_purpose_needs_the_readers_consent_and_shows_the_way_out(news, administrator):
    with pytest.raises(Refused, match="not agreed"):
        queue()
    consent_give(purpose=news, email="Meera@Iyer.example", means="form", by=administrator)
    row = queue(html="<html><body>Hello</body></html>")
    assert mail_send(row.pk)
    sent = mail.outbox[-1]
    link = sent.extra_headers["List-Unsubscribe"].strip("<>")
    assert sent.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert link in sent.body
    assert f'href="{link}"' in sent.alternatives[0][0]
    with pytest.raises(Refused):
        queue(to="other@iyer.example")
    with pytest.raises(InvalidInput):
        mail_queue(to=[MEERA, "b@b.example"], subject="x", text="x", purpose="news")


def test_consent_taken_back_while_the_mail_waits_stops_it(news, administrator):
    consent = consent_give(purpose=news, email=MEERA, means="paper")
    row = queue()
    consent_withdraw(consent=consent, means="spoken", by=administrator)
    assert not mail_send(row.pk)
    row.refresh_from_db()
    assert (row.state, mail.outbox) == (MailState.FAILED, [])
    assert "not agreed" in row.error
    with pytest.raises(Refused, match="already"):
        consent_withdraw(consent=consent, means="spoken")


def test_link_takes_it_back_without_signing_in_once_and_only_by_posting(news):
    consent = consent_give(purpose=news, email=MEERA, means="form")
    path = re.sub(r"^https?://[^/]+", "", consent_page("news", MEERA))
    stranger = Client(HTTP_HOST="acme.localhost", enforce_csrf_checks=True)
    assert "We write once a month." in stranger.get(path).content.decode()
    consent.refresh_from_db()
    assert consent.withdrawn_at is None, "a program that follows links takes nothing back"
    for _time in range(2):
        answer = stranger.post(path, {"List-Unsubscribe": "One-Click"})
        assert "Taken back" in answer.content.decode()
    consent.refresh_from_db()
    assert (consent.withdrawn_means, consent.withdrawn_by_id) == ("link", None)
    for wrong in (path.replace(":", ":x"), "/data/consent/1/", "/data/consent/1:abc/"):
        assert stranger.get(wrong).status_code == 404
    zenith = Client(HTTP_HOST="zenith.localhost")
    assert zenith.post(path).status_code == 404


def test_changed_notice_is_a_new_version_and_asked_anew(news):
    first = consent_give(purpose=news, email=MEERA, means="form")
    assert consent_give(purpose=news, email=MEERA, means="form").pk == first.pk
    news.notice = "We write every day."
    news.save()
    assert news.notice_version == 2
    second = consent_give(purpose=news, email=MEERA, means="mail")
    first.refresh_from_db()
    assert (second.notice_version, first.withdrawn_at is None) == (2, False)
    assert Purpose.history.filter(id=news.pk, notice_version=1, notice="We write once a month.").exists()


def test_purpose_that_is_switched_off_lets_nothing_out(news):
    consent_give(purpose=news, email=MEERA, means="form")
    news.active = False
    news.save()
    with pytest.raises(Refused):
        queue()
    with pytest.raises(InvalidInput):
        consent_give(purpose=news, email=MEERA, means="form")


def test_api_notes_and_withdraws_with_the_right_and_names_bad_fields(api, news):
    made = api.post(f"privacy/purposes/{news.pk}/give/", {"email": MEERA, "means": "form"}, 200)["data"]
    row = api.get(f"privacy/consents/{made['id']}/")["data"]
    assert (row["email"], row["notice_version"]) == (MEERA, 1)
    for body, field in (({"email": "x", "means": "form"}, "email"), ({"email": MEERA, "means": "x"}, "means"),
                        ({"email": MEERA, "means": "form", "a": 1}, "a"), ({}, "email")):  # fmt: skip
        assert api.post(f"privacy/purposes/{news.pk}/give/", body, 400)["errors"][0]["field"] == field
    api.post(f"privacy/consents/{made['id']}/withdraw/", {"means": "paper"}, 200)
    api.post(f"privacy/consents/{made['id']}/withdraw/", {"means": "paper"}, 409)
    assert Consent.objects.get().withdrawn_means == "paper"
    reader = ApiClient(make_user("privacy.view_purpose", "privacy.view_consent"))
    reader.post(f"privacy/purposes/{news.pk}/give/", {"email": MEERA, "means": "form"}, 403)
    assert MailMessage.objects.count() == 0
