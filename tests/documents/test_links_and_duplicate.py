"""Related documents in both directions; duplicates; owners told of moves."""

from __future__ import annotations

import pytest
from django.utils import timezone

from apps.catalog.models import Product
from apps.company.selectors import company_today
from apps.documents.models import TimelineEntry
from apps.messaging.models import Notification
from apps.runtime.models import OutboxEvent
from apps.sales.models import Quotation

pytestmark = pytest.mark.django_db
SALES = ("sales.view_quotation", "sales.add_quotation", "sales.change_quotation", "sales.send_quotation")


def converted(api, shop):
    draft = api.post("sales/quotations/", shop.draft())["data"]
    path = f"sales/quotations/{draft['id']}/"
    for verb in ("send", "accept"):
        api.post(f"{path}{verb}/", expect=200)
    order = api.post(f"{path}convert/", expect=201)["data"]
    return f"sales.quotation:{draft['id']}", f"sales.order:{order['id']}"


def test_documents_find_each_other_in_both_directions(api, api_as, user_with, shop):
    quotation, order = converted(api, shop)
    (forward,) = api.get("documents/links/", target=quotation)["data"]
    (back,) = api.get("documents/links/", target=order)["data"]
    assert (forward["target"], forward["direction"]) == (order, "made")
    assert (back["target"], back["direction"]) == (quotation, "source")
    assert back["status"]
    assert back["status_label"]
    assert back["label"].startswith("Q")
    blind = api_as(user_with("sales.view_quotation"))
    assert blind.get("documents/links/", target=quotation)["data"] == []


def test_clerk_duplicates_a_sent_quotation(api, shop):
    draft = api.post("sales/quotations/", shop.draft(po_reference="PO 7", discount_amount="100.00"))["data"]
    path = f"sales/quotations/{draft['id']}/"
    sent = api.post(f"{path}send/", expect=200)["data"]
    copy = api.post(f"{path}duplicate/")["data"]
    assert copy["id"] != sent["id"]
    assert (copy["status"], copy["number"], copy["revision"]) == ("draft", "", 1)
    assert copy["date"] == company_today().isoformat()
    assert copy["po_reference"] == ""
    assert copy["grand_total"] == sent["grand_total"]
    assert {line["id"] for line in copy["lines"]}.isdisjoint(line["id"] for line in sent["lines"])
    assert [line["quantity"] for line in copy["lines"]] == [line["quantity"] for line in sent["lines"]]
    assert TimelineEntry.objects.filter(target_id=copy["id"], verb="duplicated").exists()


def test_duplicate_of_a_vanished_product_names_the_line(api, shop):
    draft = api.post("sales/quotations/", shop.draft())["data"]
    Product.objects.filter(pk=shop.chair.pk).untracked_update(deleted_at=timezone.now())
    answer = api.post(f"sales/quotations/{draft['id']}/duplicate/", expect=400)
    assert answer["errors"][0]["field"] == "lines.0.product"


def test_owner_is_told_when_somebody_else_moves_his_document(api, user_with, shop, deliver):
    ravi = user_with(*SALES)
    draft = api.post("sales/quotations/", shop.draft(owner=ravi.pk))["data"]
    deliver()
    assigned = Notification.objects.get(user=ravi)
    assert assigned.event == "document.assigned"
    sent = api.post(f"sales/quotations/{draft['id']}/send/", expect=200)["data"]
    deliver()
    moved = Notification.objects.get(user=ravi, event="document.moved")
    assert sent["number"] in moved.title
    assert moved.target == f"sales.quotation:{draft['id']}"


def test_own_moves_cost_no_event(api_as, user_with, shop):
    ravi = user_with(*SALES, "parties.view_party", "catalog.view_product")
    client = api_as(ravi)
    draft = client.post("sales/quotations/", shop.draft())["data"]
    before = OutboxEvent.objects.filter(name="owner.to_be_told").count()
    client.post(f"sales/quotations/{draft['id']}/send/", expect=200)
    assert OutboxEvent.objects.filter(name="owner.to_be_told").count() == before
    assert Quotation.objects.get(pk=draft["id"]).owner == ravi


def test_owner_who_may_no_longer_see_it_is_not_told(api, user_with, shop, deliver):
    blind = user_with("parties.view_party")
    draft = api.post("sales/quotations/", shop.draft(owner=blind.pk))["data"]
    api.post(f"sales/quotations/{draft['id']}/send/", expect=200)
    deliver()
    assert not Notification.objects.filter(user=blind).exists()
