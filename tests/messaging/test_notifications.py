"""The bell: one's own entries only, each event in the way that its person chose."""

from __future__ import annotations

import pytest
from django.core import mail
from django.test import Client
from django.utils.translation import gettext_lazy

from apps.messaging.models import MailMessage, Notification
from apps.messaging.services.notifications import lazy_text, notify

pytestmark = pytest.mark.django_db


def tell(*users, **details):
    details = {"event": "document.moved", "title": "Invoice 7 was posted", **details}
    return notify(users, **details)


def test_person_sees_and_reads_his_own_notifications_only(api_as, user_with, administrator):
    ravi, meera = user_with(), user_with()
    tell(ravi, meera, text="By Asha", url="/admin/")
    mine = api_as(ravi).get("messaging/notifications/", unread="true")
    assert mine["meta"]["pagination"]["total"] == 1
    row = mine["data"][0]
    assert (row["title"], row["body"], row["url"], row["read_at"]) == (
        "Invoice 7 was posted",
        "By Asha",
        "/admin/",
        None,
    )
    other = Notification.objects.get(user=meera)
    api_as(ravi).get(f"messaging/notifications/{other.pk}/", 404)
    api_as(ravi).post(f"messaging/notifications/{other.pk}/read/", expect=404)
    api_as(administrator).get(f"messaging/notifications/{other.pk}/", 404)
    read = api_as(ravi).post(f"messaging/notifications/{row['id']}/read/", expect=200)
    assert read["data"]["read_at"]
    assert api_as(ravi).get("messaging/notifications/", unread="true")["data"] == []
    assert len(api_as(ravi).get("messaging/notifications/", unread="false")["data"]) == 1


def test_person_marks_all_as_read(api_as, user_with):
    ravi, meera = user_with(), user_with()
    for _ in range(3):
        tell(ravi, meera)
    answer = api_as(ravi).post("messaging/notifications/read-all/", expect=200)
    assert answer["data"] == {"read": 3}
    assert Notification.objects.filter(user=meera, read_at=None).count() == 3


def test_person_without_sign_in_has_no_bell(api_as):
    api_as(None).get("messaging/notifications/", 401)


def test_bad_unread_filter_is_named(api):
    assert api.get("messaging/notifications/", 400, unread="maybe")["errors"][0]["field"] == "unread"


def test_person_chooses_mail_or_mute(api_as, user_with, django_capture_on_commit_callbacks):
    ravi = user_with()
    client = api_as(ravi)
    events = {row["event"]: row for row in client.get("messaging/preferences/")["data"]}
    assert events["document.moved"]["in_app"] is True
    choice = {"document.moved": {"in_app": False, "mail": True}}
    client.put("messaging/preferences/", {"choices": choice})
    tell(ravi)
    assert not Notification.objects.filter(user=ravi).exists()
    queued = MailMessage.objects.get()
    assert queued.to == [ravi.email]
    assert "Invoice 7 was posted" in queued.html
    client.put("messaging/preferences/", {"choices": {"document.moved": {"in_app": False, "mail": False}}})
    tell(ravi)
    assert MailMessage.objects.count() == 1
    assert not mail.outbox


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"choices": {"no.such": {"in_app": True, "mail": True}}}, "choices.no.such"),
        ({"choices": {"document.moved": {"in_app": 1, "mail": True}}}, "choices.document.moved"),
        ({"choices": {"document.moved": {"mail": True}}}, "choices.document.moved"),
        ({"choices": []}, "choices"),
        ({}, "choices"),
    ],
)
def test_bad_choices_are_named(api, body, field):
    assert api.put("messaging/preferences/", body, 400)["errors"][0]["field"] == field


def test_nobody_is_told_of_his_own_doing_nor_when_switched_off(user_with):
    ravi, gone = user_with(), user_with(is_active=False)
    assert tell(ravi, gone, None, by=ravi) == []


def test_each_person_reads_in_his_language(user_with):
    title = lazy_text(gettext_lazy("%(name)s: please read"), name="INV/1")
    ravi, meera = user_with(language="en"), user_with(language="hi")
    rows = tell(ravi, meera, title=title)
    assert rows[0].title == "INV/1: please read"
    assert all(row.title.startswith("INV/1") for row in rows)


def test_title_longer_than_the_column_is_cut(user_with):
    assert len(tell(user_with(), title="x" * 500)[0].title) == 200


def test_person_reads_and_chooses_on_the_page(user_with):
    ravi = user_with()
    (row,) = tell(ravi, url="/admin/")
    (foreign,) = tell(ravi, title="Out", url="https://evil.example/")
    browser = Client(HTTP_HOST="acme.localhost")
    assert browser.get("/notifications/").status_code == 302
    browser.force_login(ravi, backend="apps.accounts.backends.RoleBackend")
    page = browser.get("/notifications/")
    assert "Invoice 7 was posted" in page.text
    assert browser.get(f"/notifications/{row.pk}/")["Location"] == "/admin/"
    row.refresh_from_db()
    assert row.read_at
    assert browser.get(f"/notifications/{foreign.pk}/")["Location"] == "/notifications/"
    (other,) = tell(user_with())
    browser.get(f"/notifications/{other.pk}/")
    other.refresh_from_db()
    assert other.read_at is None
    browser.post("/notifications/choices/", {"mail:document.moved": "on"})
    assert tell(ravi) == []
    assert MailMessage.objects.filter(to=[ravi.email]).count() == 1
    browser.post("/notifications/read-all/")
    assert not Notification.objects.filter(user=ravi, read_at=None).exists()
