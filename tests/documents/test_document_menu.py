"""The menu of a document's page: duplicate, delete a draft, the customer's link, revisions side by side; the
columns of its lines."""

from __future__ import annotations

from decimal import Decimal

import pytest

from apps.core.formats import show_number
from apps.documents.printing.labels import inline
from apps.sales.models import Delivery
from apps.sales.printing import delivery_print, packing_slip
from tests.factories.accounts import make_user
from tests.kit import pdf
from tests.kit.clients import signed_in
from tests.kit.pages import document_page

pytestmark = pytest.mark.django_db


def tools(client, kind, pk):
    return [tool["name"] for tool in document_page(client, kind, pk)["tools"]]


def test_clerk_deletes_a_draft_and_not_what_has_a_number(administrator, api, shop):
    clerk = signed_in(administrator)
    draft = api.post("sales/quotations/", shop.draft())["data"]
    assert tools(clerk, "sales/quotation", draft["id"]) == ["duplicate", "delete"]
    api.post(f"sales/quotations/{draft['id']}/send/", expect=200)
    assert "delete" not in tools(clerk, "sales/quotation", draft["id"])


def test_reader_gets_no_button_that_would_refuse_him(api, shop):
    reader = signed_in(make_user("sales.view_quotation"))
    draft = api.post("sales/quotations/", shop.draft())["data"]
    assert tools(reader, "sales/quotation", draft["id"]) == []


def test_link_of_the_customer_is_there_once_the_offer_was_sent(administrator, api, shop):
    clerk = signed_in(administrator)
    draft = api.post("sales/quotations/", shop.draft())["data"]
    assert "link" not in tools(clerk, "sales/quotation", draft["id"])
    api.post(f"sales/quotations/{draft['id']}/send/", expect=200)
    link = next(
        t for t in document_page(clerk, "sales/quotation", draft["id"])["tools"] if t["name"] == "link"
    )
    assert "/q/" in api.get(link["url"])["data"]["url"]


def test_revisions_stand_side_by_side(administrator, api, shop):
    clerk = signed_in(administrator)
    first = api.post("sales/quotations/", shop.draft())["data"]
    api.post(f"sales/quotations/{first['id']}/send/", expect=200)
    assert "compare" not in tools(clerk, "sales/quotation", first["id"])
    second = api.post(f"sales/quotations/{first['id']}/revise/", expect=201)["data"]
    line = {**second["lines"][0], "quantity": "7"}
    body = {
        "version": second["version"],
        "lines": [{key: line[key] for key in ("id", "product", "quantity", "unit_price")}],
    }
    api.patch(f"sales/quotations/{second['id']}/", body)
    page = clerk.get(f"/admin/sales/quotation/{second['id']}/compare/").content.decode()
    assert "10 × 1,000.00" in page
    assert "<mark>7 × 1,000.00 = 8,260.00</mark>" in page
    assert "<mark>–</mark>" in page, "the second revision has no tables any more"
    assert "compare" in tools(clerk, "sales/quotation", first["id"])


def test_whoever_may_not_see_the_offer_sees_no_comparison(api, shop):
    draft = api.post("sales/quotations/", shop.draft())["data"]
    stranger = signed_in(make_user("sales.view_order"))
    assert stranger.get(f"/admin/sales/quotation/{draft['id']}/compare/").status_code == 403


def test_bill_can_say_account_dimensions_credit_and_the_vendors_rate(administrator):
    columns = document_page(signed_in(administrator), "accounting/bill", "add")["grids"][0]["columns"]
    found = {column["name"]: column for column in columns}
    assert found["account"]["kind"] == "lookup"
    assert not found["account"].get("more")
    for name in ("cost_centre", "project", "itc_eligible", "gst_rate_override", "override_reason"):
        assert found[name].get("more"), name
    assert found["itc_eligible"]["default"] is True


def test_invoice_says_stock_owner_shadow_and_where_it_is_booked(administrator):
    page = document_page(signed_in(administrator), "accounting/invoice", "add")
    assert {"owner", "moves_stock"} <= {field["name"] for field in page["fields"]}
    assert page["record"]["moves_stock"] is True, "as the API takes it when nobody says"
    assert {"shadow", "account", "cost_centre", "project"} <= {c["name"] for c in page["grids"][0]["columns"]}


def test_packing_slip_shows_no_values_and_summary_adds_lines_up(administrator, api, shop):
    def text(path):
        return pdf.text(api.client.get(f"/api/v1/{path}").getvalue())

    shop.stock(shop.chair)
    shop.stock(shop.table)
    body = shop.draft()
    invoice = api.post("accounting/invoices/", body)["data"]
    posted = api.post(f"accounting/invoices/{invoice['id']}/post/", expect=200)["data"]
    delivery = api.get("sales/deliveries/")["data"][0]
    slip = text(f"sales/deliveries/{delivery['id']}/pdf/?variant=packing")
    assert "Chair" in slip
    assert "18,000.00" not in slip
    summary = text(f"accounting/invoices/{invoice['id']}/pdf/?variant=summary")
    assert "2 lines" in summary
    assert show_number(Decimal(posted["grand_total"])) in summary
    answer = api.get(f"accounting/invoices/{invoice['id']}/pdf/?variant=poster", 400)
    assert answer["errors"][0]["field"] == "variant"
    names = tools(signed_in(administrator), "sales/delivery", delivery["id"])
    assert "print_packing" in names


def test_packing_slip_is_in_hindi_too(api, shop):
    shop.stock(shop.chair)
    shop.stock(shop.table)
    invoice = api.post("accounting/invoices/", shop.draft())["data"]
    api.post(f"accounting/invoices/{invoice['id']}/post/", expect=200)
    delivery = Delivery.objects.get()
    slip = packing_slip(delivery, delivery_print(delivery))
    words = [inline(text, "hi") for text in (slip.title, *(sign.caption for sign in slip.signatures))]
    assert words == ["पैकिंग पर्ची", "पैककर्ता", "जाँचकर्ता"]
