"""The stream of a record: changes old to new, transitions, comments, files, mails, in one order."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.catalog.models import Product
from apps.messaging.services.mail import mail_queue
from tests.factories.catalog import make_product
from tests.kit.files import png, upload

pytestmark = pytest.mark.django_db


def stream(client, target, **params):
    return client.get("documents/timeline/", target=target, **params)


def verbs(answer):
    return [entry["verb"] for entry in answer["data"]]


def changed(answer):
    return {
        change["field"]: (change["old"], change["new"])
        for entry in answer["data"]
        for change in entry["changes"]
    }


def test_master_shows_who_changed_what(api, administrator):
    made = api.post("parties/parties/", {"legal_name": "A", "display_name": "A", "is_customer": True})["data"]
    api.patch(
        f"parties/parties/{made['id']}/",
        {"phone": "99", "is_vendor": True, "salesperson": administrator.pk, "version": made["version"]},
    )
    answer = stream(api, f"parties.party:{made['id']}")
    assert verbs(answer) == ["changed", "created"]
    assert changed(answer) == {
        "phone": (None, "99"),
        "is_vendor": ("No", "Yes"),
        "salesperson": (None, str(administrator)),
    }
    first = answer["data"][0]
    assert (first["actor"], first["actor_label"]) == (administrator.pk, str(administrator))
    assert first["changes"][0]["label"]


def test_document_shows_transitions_comments_files_and_mails_in_order(api, administrator, shop):
    draft = api.post("sales/quotations/", shop.draft())["data"]
    path, target = f"sales/quotations/{draft['id']}/", f"sales.quotation:{draft['id']}"
    api.patch(path, {"notes": "Call first", "version": draft["version"]})
    api.post("documents/comments/", {"target": target, "text": "Please check"})
    api.upload("documents/attachments/", {"target": target, "file": upload("plan.png", png())})
    api.post(f"{path}send/", expect=200)
    from apps.sales.models import Quotation

    quotation = Quotation.objects.get(pk=draft["id"])
    mail_queue(
        to=["buyer@x.example"], subject="Your offer", text="Dear buyer", target=quotation, by=administrator
    )
    answer = stream(api, target)
    assert verbs(answer) == ["mail", "send", "file", "comment", "changed", "created"]
    assert changed(answer)["notes"] == (None, "Call first")
    by_verb = {entry["verb"]: entry for entry in answer["data"]}
    assert by_verb["comment"]["text"] == "Please check"
    assert by_verb["file"]["data"]["url"].endswith("plan.png")
    assert by_verb["mail"]["data"]["state"] == "queued"
    assert "buyer@x.example" in by_verb["mail"]["text"]


def test_long_stream_is_paged_without_loss(api, target, party):
    for number in range(12):
        api.post("documents/comments/", {"target": target, "text": str(number)})
    seen, answer = [], stream(api, target, per_page=5)
    while True:
        seen += [entry["text"] for entry in answer["data"] if entry["verb"] == "comment"]
        following = answer["meta"]["pagination"]["next"]
        if not following:
            break
        answer = api.get(following)
    assert seen == [str(number) for number in range(11, -1, -1)]


def test_stream_costs_a_bounded_number_of_queries(api, target, party, administrator):
    for number in range(30):
        party.phone, party.salesperson = str(number), administrator if number % 2 else None
        party.save()
        api.post("documents/comments/", {"target": target, "text": str(number)})
    with CaptureQueriesContext(connection) as queries:
        stream(api, target)
    assert len(queries) <= 15


def test_guarded_cost_is_in_no_timeline_without_its_permission(api, api_as, user_with):
    product = make_product(name="Lamp")
    product.standard_cost, product.name = 77, "Lamp 2"
    product.save()
    target = f"catalog.product:{product.pk}"
    assert "standard_cost" in changed(stream(api, target))
    seen = changed(stream(api_as(user_with("catalog.view_product")), target))
    assert "standard_cost" not in seen
    assert seen["name"] == ("Lamp", "Lamp 2")
    assert Product.guarded_fields


def test_hidden_record_and_bad_cursor(api, api_as, user_with, target):
    stream_of = api_as(user_with("sales.view_order"))
    stream_of.get("documents/timeline/", 404, target=target)
    assert api.get("documents/timeline/", 400, target=target, before="soon")["errors"][0]["field"] == "before"
    assert (
        api.get("documents/timeline/", 400, target=target, per_page=500)["errors"][0]["field"] == "per_page"
    )
    assert api.get("documents/timeline/", 400, target=target, x=1)["errors"][0]["field"] == "x"
