"""Beside a record: its timeline by kind of entry, and people to name in a comment."""

from __future__ import annotations

import pytest

from apps.accounts.models import User
from apps.documents.services.comments import mentioned_in
from apps.messaging.services.mail import mail_queue
from tests.factories.accounts import make_user
from tests.factories.portal import portal_person
from tests.kit.clients import ApiClient
from tests.kit.files import png, upload

pytestmark = pytest.mark.django_db


def shown(api, target, show, **params):
    return api.get("documents/timeline/", target=target, show=show, **params)


def verbs(answer):
    return sorted(entry["verb"] for entry in answer["data"])


@pytest.fixture
def lively(api, party, target, administrator):
    """A record with a change, two comments, a file that stays, one that was removed, a mail."""
    party.phone = "9876543210"
    party.save()
    for text in ("First", "Second"):
        api.post("documents/comments/", {"target": target, "text": text})
    for name in ("plan.png", "gone.png"):
        file = api.upload("documents/attachments/", {"target": target, "file": upload(name, png())})["data"]
    api.delete(f"documents/attachments/{file['id']}/")
    mail_queue(to=["b@x.example"], subject="Offer", text="Dear buyer", target=party, by=administrator)
    return target


@pytest.mark.parametrize(
    ("show", "expected"),
    [
        ("comments", ["comment", "comment"]),
        ("files", ["file", "file", "file_removed"]),
        ("mails", ["mail"]),
        ("changes", ["changed", "created"]),
        ("comments,mails", ["comment", "comment", "mail"]),
    ],
)
def test_reader_sees_one_kind_of_entry_alone(api, lively, show, expected):
    assert verbs(shown(api, lively, show)) == expected


def test_all_kinds_together_are_the_whole_stream(api, lively):
    whole = api.get("documents/timeline/", target=lively)["data"]
    parts = [
        entry["id"]
        for show in ("changes", "comments", "files", "mails")
        for entry in shown(api, lively, show)["data"]
    ]
    assert sorted(parts) == sorted(entry["id"] for entry in whole)


def test_older_entries_of_a_kind_follow_page_by_page(api, lively):
    first = shown(api, lively, "comments", per_page=1)
    second = api.get(first["meta"]["pagination"]["next"])
    assert [row["text"] for row in (*first["data"], *second["data"])] == ["Second", "First"]
    assert second["meta"]["pagination"]["next"] is None


def test_unknown_kind_is_named(api, target):
    assert shown_error(api, target, "secrets") == "show"


def shown_error(api, target, show):
    return api.get("documents/timeline/", 400, target=target, show=show)["errors"][0]["field"]


def test_entry_of_a_picture_says_that_it_is_one(api, lively):
    (kept,) = [row for row in shown(api, lively, "files")["data"] if row["data"].get("url")]
    assert (kept["data"]["name"], kept["data"]["content_type"]) == ("plan.png", "image/png")


# --- people to name ----------------------------------------------------------------------------------


def offered(client, target, said):
    return client.get("documents/mentions/", target=target, q=said)["data"]


def named(name, *permissions, **details):
    person = make_user(*permissions, **details)
    User.objects.filter(pk=person.pk).untracked_update(name=name)
    return User.objects.get(pk=person.pk)


def test_colleagues_are_offered_by_the_beginning_of_any_of_their_names(api, target):
    meera = named("Meera Zutshi", "parties.view_party")
    for said in ("mee", "ZUT", "Meera Z", meera.email[:6]):
        assert meera.pk in [row["id"] for row in offered(api, target, said)], said
    assert offered(api, target, "utshi") == []


def test_what_is_offered_names_just_that_person(api, target):
    first, second = (
        named("Ravi Kumarappa", "parties.view_party"),
        named("Ravi Kumarappa", "parties.view_party"),
    )
    named("Ravi Zed", "parties.view_party")
    rows = {row["id"]: row["insert"] for row in offered(api, target, "ravi")}
    assert rows[first.pk] == first.email
    for pk, insert in rows.items():
        assert [user.pk for user in mentioned_in(f"Look, @{insert} please")] == [pk]
    assert rows[second.pk] != rows[first.pk]


def test_who_cannot_see_the_record_is_offered_as_such(api, target):
    blind, sees = named("Xaver A"), named("Xaver B", "parties.view_party")
    assert {row["id"]: row["sees"] for row in offered(api, target, "xaver")} == {
        blind.pk: False,
        sees.pk: True,
    }


def test_nobody_is_offered_who_does_not_work_here_any_more_or_never_did(api, target, party):
    party.is_customer = True
    party.save()
    portal_person(party, name="Quentin Buyer")
    named("Quentin Left", is_active=False)
    assert offered(api, target, "quentin") == []


def test_only_who_sees_the_record_is_offered_people(target, party):
    ApiClient(make_user("catalog.view_product")).get("documents/mentions/", 404, target=target, q="a")
    buyer = portal_person(party)
    ApiClient(buyer).get("documents/mentions/", 403, target=target, q="a")


def test_no_more_than_eight_people_are_offered(api, target):
    for number in range(10):
        named(f"Yolanda {number}", "parties.view_party")
    assert len(offered(api, target, "yol")) == 8
