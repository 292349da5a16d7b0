"""What customers do: answer with a signature, comment, print; and what the house then knows of it."""

from __future__ import annotations

import base64
import io
from functools import partial

import pytest
from PIL import Image

from apps.accounts.models import AccessLog, User
from apps.customer_portal.models import PortalFirm
from apps.customer_portal.services import acting, notices
from apps.documents.models import Attachment, Comment, TimelineEntry
from apps.documents.services.comments import comment_add
from apps.files.services.storage import file_read
from apps.messaging.models import MailMessage, Notification
from apps.messaging.services.notifications import Ways, choices_set
from apps.sales.models import Quotation
from apps.sales.printing import quotation_print
from tests.customer_portal.conftest import Firm
from tests.factories.parties import make_customer
from tests.factories.portal import portal_person
from tests.kit.clients import ApiClient
from tests.kit.queries import cheapest

pytestmark = pytest.mark.django_db


def drawn(width: int = 300, height: int = 100) -> str:
    picture = Image.new("RGBA", (width, height), (0, 0, 0, 0))
    picture.putpixel((5, 5), (10, 20, 90, 255))
    out = io.BytesIO()
    picture.save(out, "PNG")
    return "data:image/png;base64," + base64.b64encode(out.getvalue()).decode()


def entries(kind: str, pk: int) -> list[str]:
    return list(
        TimelineEntry.objects.filter(target_kind=kind, target_id=pk)
        .order_by("pk")
        .values_list("verb", flat=True)
    )


def test_offer_is_accepted_on_the_page_with_a_drawn_signature(browser, firm, buyer):
    pk = firm.quotation["id"]
    answer = browser.post(
        f"/portal/quotations/{pk}/act/",
        {"action": "accept", "name": "Bina Buyer", "text": "Please hurry", "signature": drawn()},
    )
    assert (answer.status_code, answer["Location"]) == (302, f"/portal/quotations/{pk}/")
    row = Quotation.objects.get(pk=pk)
    assert (row.status, row.decided_by) == ("accepted", "Bina Buyer")
    assert {"accept", "signed", "customer_comment", "file_added"} <= set(entries("sales.quotation", pk))
    kept = Attachment.objects.get(target_kind="sales.quotation", target_id=pk)
    assert kept.file.content_type == "image/png"
    signed = TimelineEntry.objects.get(target_kind="sales.quotation", target_id=pk, verb="signed")
    assert signed.actor_id == buyer.pk
    assert "customer portal" in signed.actor_label
    place = quotation_print(row).signatures[-1]
    assert (place.name, place.image) == ("Bina Buyer", file_read(kept.file))
    page = browser.get(f"/portal/quotations/{pk}/").content.decode()
    assert "Please hurry" in page
    assert 'id="answer"' not in page


def test_a_typed_name_signs_too_and_none_does_not(browser, firm):
    address = f"/portal/quotations/{firm.quotation['id']}/act/"
    refused = browser.post(address, {"action": "accept", "name": " ", "text": "kept text"})
    assert refused.status_code == 400
    assert "kept text" in refused.content.decode()
    assert Quotation.objects.get(pk=firm.quotation["id"]).status == "sent"
    assert browser.post(address, {"action": "accept", "name": "Bina"}).status_code == 302
    again = browser.post(address, {"action": "reject", "name": "Bina", "text": "no"})
    assert again.status_code == 409


def test_rejecting_wants_a_reason_and_keeps_it(buyer, firm):
    api, path = ApiClient(buyer), f"portal/quotations/{firm.quotation['id']}/reject/"
    assert api.post(path, {}, 400)["errors"][0]["field"] == "text"
    data = api.post(path, {"text": "Too dear"}, 200)["data"]
    assert data["status"] == "rejected"
    assert data["acts"] == []
    assert Quotation.objects.get(pk=firm.quotation["id"]).reject_reason == "Too dear"
    api.post(path, {"text": "Again"}, 409)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": "B", "signature": "data:image/svg+xml;base64,AAAA"}, "signature"),
        ({"name": "B", "signature": "data:image/png;base64,%%%%"}, "signature"),
        ({"name": "B", "signature": "data:image/png;base64,AAAA"}, "signature"),
        ({"name": "B", "signature": "x" * 400_000}, "signature"),
        ({"name": "B", "signature": 7}, "signature"),
        ({"name": ["B"]}, "name"),
        ({"name": "B" * 121}, "name"),
        ({"name": "B", "text": "x" * 2001}, "text"),
        ({"name": "B", "what": 1}, "what"),
    ],
)
def test_bad_answers_are_refused_by_name(buyer, firm, body, field):
    answer = ApiClient(buyer).post(f"portal/quotations/{firm.quotation['id']}/accept/", body, 400)
    assert answer["errors"][0]["field"] == field
    assert Quotation.objects.get(pk=firm.quotation["id"]).status == "sent"


def test_a_huge_picture_is_no_signature():
    with pytest.raises(Exception, match="large"):
        acting.signature_read(drawn(1700, 10))


def test_comment_of_the_customer_reaches_whoever_looks_after_the_document(buyer, firm, administrator):
    row = Quotation.objects.get(pk=firm.quotation["id"])
    assert row.owner_id == administrator.pk
    api = ApiClient(buyer)
    story = api.post(f"portal/quotations/{row.pk}/comments/", {"text": "When do you deliver?"})["data"]
    assert story[-1]["text"] == "When do you deliver?"
    comment = Comment.objects.get(target_kind="sales.quotation", target_id=row.pk)
    assert comment.public
    notices.announce_comment(
        {"kind": "sales.quotation", "record_id": row.pk, "comment_id": comment.pk, "public": True}
    )
    told = Notification.objects.get(event="portal.comment_of_customer")
    assert told.user_id == administrator.pk


def test_people_of_the_firm_are_told_by_mail_as_they_chose(buyer, firm, other, administrator):
    portal_person(other.party, email="other@other.example")
    row = Quotation.objects.get(pk=firm.quotation["id"])
    comment = comment_add(row, text="On Monday", by=administrator, public=True)
    payload = {"kind": "sales.quotation", "record_id": row.pk, "comment_id": comment.pk, "public": True}
    moved = {"kind": "sales.quotation", "record_id": row.pk, "verb": "send"}
    notices.announce_comment(payload)
    notices.announce_document(moved)
    to = [m.to for m in MailMessage.objects.filter(subject__contains=row.number)]
    assert to == [["bina@firm.example"], ["bina@firm.example"]]
    choices_set(
        by=buyer, choices={"portal.comment": Ways(False, False), "portal.document": Ways(False, False)}
    )
    notices.announce_comment(payload)
    notices.announce_document(moved)
    assert MailMessage.objects.filter(subject__contains=row.number).count() == 2
    notices.announce_comment({**payload, "public": False})
    assert MailMessage.objects.filter(subject__contains=row.number).count() == 2


def test_seeing_and_printing_stand_on_the_timeline_once_and_in_the_access_log(browser, firm):
    pk = firm.invoice.pk
    before = AccessLog.objects.filter(event="printed").count()
    browser.get(f"/portal/invoices/{pk}/")
    browser.get(f"/portal/invoices/{pk}/")
    browser.get(f"/portal/invoices/{pk}/pdf/")
    found = entries("accounting.invoice", pk)
    assert found.count("portal_viewed") == 1
    assert found.count("printed") == 1
    assert AccessLog.objects.filter(event="printed").count() == before + 1


def test_home_counts_what_waits_and_what_is_owed(buyer, browser, firm):
    home = ApiClient(buyer).get("portal/")["data"]
    waits = {(row["section"], row["show"]): row["count"] for row in home["attention"]}
    assert waits == {
        ("quotations", "to_answer"): 1,
        ("orders", "under_way"): 1,
        ("invoices", "open"): 1,
        ("invoices", "overdue"): 0,
    }
    due = firm.invoice.grand_total - 10
    assert home["balances"] == [{"currency": "INR", "amount": format(due, "f")}]
    page = browser.get("/portal/").content.decode()
    assert "Bina Buyer" in page
    assert "data-bahi-bell" not in page


def test_statement_says_the_same_on_page_api_and_paper(buyer, browser, firm):
    api = ApiClient(buyer)
    part = api.get("portal/statement/")["data"]["parts"][0]
    assert part["closing"] == format(firm.invoice.grand_total - 10, "f")
    assert [row["what"] for row in part["rows"]] == ["Invoice", "Receipt"]
    assert firm.invoice.number in browser.get("/portal/statement/").content.decode()
    assert browser.get("/portal/statement/pdf/")["Content-Type"] == "application/pdf"
    assert api.get("portal/statement/pdf/").startswith(b"%PDF")
    assert "portal_statement" in entries("parties.party", firm.party.pk)
    assert api.get("portal/statement/", 400, **{"from": "yesterday"})["errors"][0]["field"] == "from"
    assert (
        api.get("portal/statement/", 400, **{"from": "2026-05-01", "to": "2026-04-01"})["errors"][0]["field"]
        == "to"
    )
    assert api.get("portal/statement/", 400, company="99999")["errors"][0]["field"] == "company"
    assert browser.get("/portal/statement/?from=nonsense").status_code == 400


def test_switches_close_a_section_for_all_or_for_one_party(buyer, firm, api):
    mine = ApiClient(buyer)
    api.patch("company/settings/customer_portal.features/", {"value": ["invoices", "statement"]})
    assert [s["key"] for s in mine.get("portal/")["data"]["sections"]] == ["invoices", "credit-notes"]
    mine.get(f"portal/quotations/{firm.quotation['id']}/", expect=404)
    mine.get(f"portal/quotations/{firm.quotation['id']}/pdf/", expect=404)
    mine.post(f"portal/quotations/{firm.quotation['id']}/accept/", {"name": "x"}, expect=404)
    body = {"party": firm.party.pk, "own_features": True, "features": ["quotations"]}
    made = api.post("customer-portal/firms/", body)["data"]
    assert [s["key"] for s in mine.get("portal/")["data"]["sections"]] == ["quotations"]
    mine.get("portal/statement/", expect=404)
    bad = api.patch(f"customer-portal/firms/{made['id']}/", {"features": ["payroll"]}, 400)
    assert bad["errors"][0]["field"] == "features"
    api.patch(f"customer-portal/firms/{made['id']}/", {"closed": True})
    assert PortalFirm.objects.get().closed
    mine.get("portal/", expect=404)


def test_module_that_is_off_is_not_there(buyer, firm, monkeypatch):
    from apps.core import access, middleware, tenant

    off = {"sales"}
    for place in (access, middleware):
        monkeypatch.setattr(place, "switch_on", lambda key: key not in off and tenant.switch_on(key))
    mine = ApiClient(buyer)
    assert "orders" not in [s["key"] for s in mine.get("portal/")["data"]["sections"]]
    mine.get("portal/orders/", expect=404)
    off.add("customer_portal")
    mine.get("portal/", expect=404)


def test_right_taken_off_the_role_takes_the_section_away(buyer, firm):
    from apps.accounts.models import RolePermission

    RolePermission.objects.filter(role__code="customer_portal", permission="sales.view_order").delete()
    ApiClient(User.objects.get(pk=buyer.pk)).get("portal/orders/", expect=404)
    RolePermission.objects.filter(role__code="customer_portal", permission="sales.decide_quotation").delete()
    mine = ApiClient(User.objects.get(pk=buyer.pk))
    assert mine.get(f"portal/quotations/{firm.quotation['id']}/")["data"]["acts"] == []
    mine.post(f"portal/quotations/{firm.quotation['id']}/accept/", {"name": "x"}, expect=403)


def test_empty_portal_says_so(db):
    person = portal_person(make_customer())
    from django.test import Client

    client = Client(HTTP_HOST="acme.localhost")
    client.force_login(person)
    assert "Nothing here yet" in client.get("/portal/orders/").content.decode()
    assert "Nothing open" in client.get("/portal/").content.decode()
    assert client.get("/portal/statement/").status_code == 200
    assert client.get("/portal/statement/pdf/").status_code == 404
    assert client.get("/portal/nonsense/").status_code == 404
    assert client.get("/portal/orders/?show=nonsense").status_code == 404
    assert client.get("/portal/orders/99999999999999999999999/").status_code == 404


def test_many_comments_are_slowed_down(buyer, firm):
    api, path = ApiClient(buyer), f"portal/quotations/{firm.quotation['id']}/comments/"
    for _number in range(20):
        api.post(path, {"text": "x"})
    api.post(path, {"text": "x"}, 429)


PAGES = {"/portal/": 22, "/portal/quotations/": 16, "/portal/orders/": 16, "/portal/invoices/": 16}
"""Sessions and person 4, the visit 3, a list: count, rows, and what its currency and company need."""


def test_pages_cost_the_same_queries_whatever_their_length(browser, firm, api, shop):
    def costs():
        return {address: cheapest(partial(browser.get, address)) for address in PAGES}

    short = costs()
    Firm(api, shop, firm.party)
    Firm(api, shop, firm.party)
    assert costs() == short
    assert {address: n for address, n in short.items() if n > PAGES[address]} == {}


def test_preferences_are_kept_and_checked(buyer, browser):
    api = ApiClient(buyer)
    saved = api.patch(
        "portal/preferences/",
        {"language": "hi", "time_zone": "Asia/Dubai", "mail": {"portal.comment": False}},
    )["data"]
    assert (saved["language"], saved["time_zone"]) == ("hi", "Asia/Dubai")
    assert {row["event"]: row["mail"] for row in saved["mail"]} == {
        "portal.comment": False,
        "portal.document": True,
    }
    for body, field in (
        ({"time_zone": "Mars/Base"}, "time_zone"),
        ({"language": 7}, "language"),
        ({"mail": {"job.failed": True}}, "mail.job.failed"),
        ({"mail": []}, "mail"),
        ({"email": "x"}, "email"),
    ):
        assert api.patch("portal/preferences/", body, 400)["errors"][0]["field"] == field
    form = {
        "name": "Bina B",
        "phone": "",
        "language": "en",
        "time_zone": "",
        "theme": "dark",
        "mail:portal.comment": "on",
    }
    assert browser.post("/portal/profile/", form).status_code == 302
    read = api.get("portal/preferences/")["data"]
    assert (read["name"], read["theme"], read["time_zone"]) == ("Bina B", "dark", "")
    assert [row["mail"] for row in read["mail"]] == [True, False]
