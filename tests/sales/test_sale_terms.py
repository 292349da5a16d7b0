"""Prices and discounts are what a person may give, on the form's preview, in drafts and in amendments."""

from __future__ import annotations

from decimal import Decimal

import pytest

from apps.accounts.models import Role
from apps.accounts.services.roles import role_save
from apps.core.errors import NotAllowed
from tests.factories.accounts import make_user
from tests.kit.clients import ApiClient

pytestmark = pytest.mark.django_db
ORDERS = "sales/orders/"
SELLS = (
    "sales.view_order", "sales.add_order", "sales.change_order", "sales.confirm_order", "sales.amend_order",
    "catalog.view_product", "parties.view_party", "company.view_company",
)  # fmt: skip
PRICE, DISCOUNT = "accounting.change_price", "accounting.exceed_discount_limit"


def seller(*more: str, limit: str | None = None) -> ApiClient:
    user = make_user(*SELLS, *more)
    user.roles.all().untracked_update(discount_limit=limit)
    return ApiClient(user)


def errors(answer) -> dict[str, str]:
    return {item["field"]: item["code"] for item in answer["errors"]}


def chair(shop, **more) -> dict:
    return shop.draft({"product": shop.chair.pk, "quantity": "2", **more})


def test_without_the_permission_lines_cost_what_the_lists_say(shop):
    clerk, free = seller(), seller(PRICE)
    made = clerk.post(ORDERS, chair(shop))["data"]
    listed = made["lines"][0]["unit_price"]
    clerk.post(ORDERS, chair(shop, unit_price=listed))  # said aloud, but the same
    cheaper = chair(shop, unit_price="1.00")
    for path in (ORDERS, f"{ORDERS}preview/"):
        assert errors(clerk.post(path, cheaper, 400)) == {"lines.0.unit_price": "price_fixed"}
    text = shop.draft(
        {
            "description": "Polish",
            "quantity": "1",
            "unit_price": "5",
            "tax_category": shop.chair.tax_category_id,
        }
    )
    assert errors(clerk.post(ORDERS, text, 400)) == {"lines.0.unit_price": "price_fixed"}
    with_tax = {**chair(shop), "prices_include_tax": True}
    assert errors(clerk.post(ORDERS, with_tax, 400)) == {"prices_include_tax": "price_fixed"}
    assert free.post(ORDERS, cheaper)["data"]["lines"][0]["unit_price"] == "1.000000"
    free.post(ORDERS, text)
    free.post(ORDERS, with_tax)


def test_what_another_was_allowed_stays_when_a_clerk_saves(api, shop):
    made = api.post(ORDERS, chair(shop, unit_price="1.00", discount_percent="50"))["data"]
    clerk = seller(limit="5")
    line = {"id": made["lines"][0]["id"], "quantity": "3"}
    body = {"version": made["version"], "lines": [line], "notes": "three are wanted"}
    changed = clerk.patch(f"{ORDERS}{made['id']}/", body)["data"]
    assert (changed["lines"][0]["unit_price"], changed["lines"][0]["quantity"][:1]) == ("1.000000", "3")
    line["discount_percent"] = "60"
    body = {"version": changed["version"], "lines": [line]}
    found = errors(clerk.patch(f"{ORDERS}{made['id']}/", body, 400))
    assert found["lines.0.discount_percent"] == "discount_limit"


def test_discounts_end_at_the_largest_limit_of_the_roles(shop):
    clerk = seller(PRICE, limit="5")
    clerk.post(ORDERS, chair(shop, discount_percent="5"))
    assert errors(clerk.post(ORDERS, chair(shop, discount_percent="5.01"), 400)) == {
        "lines.0.discount_percent": "discount_limit"
    }
    listed = Decimal(clerk.post(ORDERS, chair(shop))["data"]["lines"][0]["unit_price"])
    hidden = chair(shop, unit_price=format(listed * Decimal("0.94"), ".2f"))  # a discount by another name
    assert errors(clerk.post(ORDERS, hidden, 400)) == {"lines.0.discount_percent": "discount_limit"}
    header = {**chair(shop), "discount_amount": str((listed * 2 * Decimal("0.06")).quantize(Decimal("0.01")))}
    assert errors(clerk.post(ORDERS, header, 400)) == {"discount_amount": "discount_limit"}
    user = clerk.user
    user.roles.add(Role.objects.create(code="senior", name="Senior", discount_limit="12"))
    ApiClient(user).post(ORDERS, chair(shop, discount_percent="12"))
    for anybody in (seller(PRICE, DISCOUNT, limit="5"), seller(PRICE)):  # the permission; no limit at all
        anybody.post(ORDERS, chair(shop, discount_percent="40"))
        anybody.post(ORDERS, header)


def test_an_amendment_gives_away_no_more_than_a_draft(api, shop):
    made = api.post(ORDERS, chair(shop))["data"]
    api.post(f"{ORDERS}{made['id']}/confirm/", expect=200)
    line = made["lines"][0]["id"]
    for name, value, code in (
        ("unit_price", "1", "price_fixed"),
        ("discount_percent", "9", "discount_limit"),
    ):
        body = {"lines": [{"line": line, name: value}], "reason": "asked"}
        found = errors(seller(limit="5").post(f"{ORDERS}{made['id']}/amend/", body, 400))
        assert found[f"lines.0.{name}"] == code


@pytest.mark.parametrize("path", ["accounting/invoices/", "accounting/proformas/", "sales/quotations/"])
def test_invoices_proformas_and_quotations_ask_the_same(shop, path):
    kind = path.rstrip("/").split("/")[1][:-1]
    app = path.split("/", 1)[0]
    user = make_user(
        f"{app}.view_{kind}",
        f"{app}.add_{kind}",
        "catalog.view_product",
        "parties.view_party",
        "company.view_company",
    )
    clerk = ApiClient(user)
    clerk.post(path, chair(shop))
    assert errors(clerk.post(path, chair(shop, unit_price="1"), 400)) == {"lines.0.unit_price": "price_fixed"}


def test_nobody_hands_on_a_larger_limit_than_his_own(administrator):
    role = Role.objects.create(code="junior", name="Junior", discount_limit="3")
    limited = make_user("accounts.change_role", "accounts.view_role")
    limited.roles.all().untracked_update(discount_limit="5")
    for asked in ("6", None):
        with pytest.raises(NotAllowed) as refused:
            role_save(role, values={"discount_limit": asked and Decimal(asked)}, version=1, by=limited)
        assert refused.value.field == "discount_limit"
    role_save(role, values={"discount_limit": Decimal(5)}, version=1, by=limited)
    role.refresh_from_db()
    role_save(role, values={"discount_limit": None}, version=role.version, by=administrator)
