"""Comments: on what a person may see, changed by their author, telling whom they mention."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.documents.models import Comment
from apps.documents.services.comments import mentionable, mentioned_in
from apps.messaging.models import Notification
from apps.parties.models import Party

pytestmark = pytest.mark.django_db
SEE = "parties.view_party"


def test_colleague_comments_and_reads(api, api_as, user_with, target):
    clerk = api_as(user_with(SEE))
    made = clerk.post("documents/comments/", {"target": target, "text": " Pays late <b> "})["data"]
    assert made["text"] == "Pays late <b>"
    assert made["author_label"] == clerk.user.name
    assert made["mine"] is True
    seen = api.get("documents/comments/", target=target)
    assert [(row["text"], row["mine"]) for row in seen["data"]] == [("Pays late <b>", False)]
    assert seen["meta"]["pagination"]["total"] == 1


def test_stranger_to_the_record_gets_404(api, api_as, user_with, target):
    made = api.post("documents/comments/", {"target": target, "text": "x"})["data"]
    for user in (user_with("sales.view_order"), user_with(SEE, level="own")):
        client = api_as(user)
        client.get("documents/comments/", 404, target=target)
        client.post("documents/comments/", {"target": target, "text": "x"}, 404)
        client.patch(f"documents/comments/{made['id']}/", {"text": "y"}, 404)
        client.delete(f"documents/comments/{made['id']}/", 404)
    api_as(None).get("documents/comments/", 401, target=target)


def test_only_the_author_changes_and_removes(api, api_as, user_with, target):
    made = api.post("documents/comments/", {"target": target, "text": "x"})["data"]
    path = f"documents/comments/{made['id']}/"
    other = api_as(user_with(SEE))
    other.patch(path, {"text": "y"}, 403)
    other.delete(path, 403)
    assert api.patch(path, {"text": "y"})["data"]["edited_at"]
    api.delete(path)
    assert api.get("documents/comments/", target=target)["data"] == []
    api.patch(path, {"text": "z"}, 404)
    assert Comment.objects.get().text == "y"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"text": "x"}, "target"),
        ({"target": "nonsense", "text": "x"}, "target"),
        ({"target": "parties.party:x", "text": "x"}, "target"),
        ({"target": "parties.party:-1", "text": "x"}, "target"),
        ({"target": "sessions.session:1", "text": "x"}, "target"),
        ({"target": ["parties.party:1"], "text": "x"}, "target"),
        ({"target": "GOOD", "text": "  "}, "text"),
        ({"target": "GOOD", "text": 5}, "text"),
        ({"target": "GOOD", "text": "x" * 10_001}, "text"),
        ({"target": "GOOD", "text": "x", "colour": 1}, "colour"),
    ],
)
def test_bad_input_names_the_field(api, target, body, field):
    if body.get("target") == "GOOD":
        body = {**body, "target": target}
    assert api.post("documents/comments/", body, 400)["errors"][0]["field"] == field


def test_missing_record_is_404(api):
    api.get("documents/comments/", 404, target="parties.party:99999999")
    assert api.get("documents/comments/", 400)["errors"][0]["field"] == "target"


def test_mentioned_colleague_is_told_after_commit(api, user_with, target, deliver):
    ravi = user_with(SEE)
    blind = user_with("sales.view_order")
    ravi.name, blind.name = "Ravi Kumar", "Ravindra"
    ravi.save()
    blind.save()
    text = "@Ravi Kumar please call; @Ravindra too; @asha@acme.example me; mail x@acme.example"
    made = api.post("documents/comments/", {"target": target, "text": text})["data"]
    assert not Notification.objects.exists()
    deliver()
    told = Notification.objects.get()
    assert (told.user, told.event, told.target) == (ravi, "comment.mention", target)
    assert "Sharma" in told.title
    assert told.body == text
    assert told.url.startswith("/admin/parties/party/")
    api.patch(f"documents/comments/{made['id']}/", {"text": text + " soon"})
    deliver()
    assert Notification.objects.count() == 1


def test_who_sees_every_party_costs_no_question_for_this_one(user_with, target):
    party = Party.objects.get(pk=int(target.partition(":")[2]))
    for name, more in (("Zubin A", {}), ("Zubin B", {}), ("Zubin C", {"level": "own"})):
        person = user_with(SEE, **more)
        person.name = name
        person.save()
    with CaptureQueriesContext(connection) as queries:
        offered = mentionable(party, "zubin")
    assert [row["sees"] for row in offered] == [True, True, False]
    assert sum('FROM "parties_party"' in query["sql"] for query in queries) == 1


def test_mentions_need_the_whole_name_or_an_only_first_name(user_with):
    asha, ashok = user_with(), user_with()
    asha.name, ashok.name = "Meera Nair", "Meera Nair Pillai"
    asha.save()
    ashok.save()
    assert mentioned_in("@Meera Nair Pillai, look") == [ashok]
    assert mentioned_in("@meera nair, look") == [asha]
    assert mentioned_in("@Meera look") == []
    assert mentioned_in("@Meera Naira") == []
    assert mentioned_in(f"({asha.email}) and @{asha.email}") == [asha]
    assert mentioned_in("@" * 500 + "a@b") == []
