"""What is open in the menu is one entry; prices are written alike wherever people read them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.test import RequestFactory
from django.urls import reverse

from apps.core.admin.contributed import facts
from apps.core.admin.menu import sidebar
from apps.core.formats import show_price
from apps.core.typed_settings import setting_named
from apps.privacy.notice_pages import KEPT
from tests.kit.clients import signed_in

pytestmark = pytest.mark.django_db


def open_entries(user, path):
    request = RequestFactory().get(path)
    request.user = user
    groups = sidebar(request, reverse("admin:index", "config.urls"))
    return [str(item["title"]) for group in groups for item in group["items"] if item["active"]]


def test_plan_of_the_backups_lights_up_its_own_entry_only(administrator):
    plan, backups = reverse("backup_plan", "config.urls"), reverse("backups", "config.urls")
    assert plan.startswith(backups), "one lies below the other"
    assert open_entries(administrator, plan) == ["Plan of the backups"]
    assert open_entries(administrator, backups) == ["Backups"]
    assert open_entries(administrator, f"{backups}7/") == ["Backups"], "a page below without an entry"


@pytest.mark.parametrize(
    ("price", "text"),
    [("120", "120.00"), ("41.5", "41.50"), ("0.0125", "0.0125"), ("41.150724", "41.150724"), ("-3", "-3.00")],
)
def test_price_has_two_decimals_and_more_where_it_has_them(price, text):
    assert show_price(Decimal(price)) == text


def test_average_cost_of_a_product_reads_as_a_price(administrator, shop, monkeypatch):
    from apps.core.contribute import _contributions

    item = _contributions[type(shop.chair)]["average_cost"]
    for worked_out, text in (("41.150724", "41.1507"), ("40.000000", "40.00"), ("12.5", "12.50")):
        monkeypatch.setitem(
            _contributions[type(shop.chair)],
            "average_cost",
            type(item)(
                **{**item.__dict__, "resolve": lambda ids, v=worked_out: dict.fromkeys(ids, Decimal(v))}
            ),
        )
        shown = {str(label): value for label, value in facts(shop.chair, administrator)}
        assert f">{text}<" in str(shown["Average cost"])


def test_page_about_ones_data_names_what_is_kept_in_words(administrator):
    shown = signed_in(administrator).get(reverse("privacy_notice", "config.urls")).content.decode()
    for key in KEPT:
        assert key not in shown
        assert f"<td>{setting_named(key).title}</td>" in shown
