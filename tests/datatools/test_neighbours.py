"""Previous and next record follow the list as the user left it."""

from __future__ import annotations

import pytest

from tests.factories.parties import make_customer
from tests.factories.sales import Shop

pytestmark = pytest.mark.django_db
PARTIES = "/admin/parties/party/"


def beside(browser, page: str, pk: int) -> tuple[str | None, str | None]:
    tools = browser.get(f"{page}{pk}/change/").context["record_tools"]
    return tools.get("prev"), tools.get("next")


def address(party) -> str:
    return f"{PARTIES}{party.pk}/change/"


def test_masters_keep_the_filters_and_the_order_of_their_list(browser):
    names = ("Zeta Mills", "Alpha Mills", "Kappa Traders", "Mu Mills")
    zeta, alpha, kappa, mu = (make_customer(display_name=name) for name in names)
    assert browser.get(PARTIES, {"q": "mills"}).status_code == 200
    column = next(
        index
        for index, name in enumerate(browser.get(PARTIES, {"q": "mills"}).context["cl"].list_display)
        if name == "display_name"
    )
    browser.get(PARTIES, {"q": "mills", "o": f"-{column}"})
    assert beside(browser, PARTIES, mu.pk) == (address(zeta), address(alpha))
    assert beside(browser, PARTIES, zeta.pk)[0] is None
    browser.get(PARTIES, {"_reset": "1"})
    assert beside(browser, PARTIES, kappa.pk) != (None, None)


def test_record_outside_the_filtered_list_has_neighbours_among_all(browser):
    alpha, kappa = make_customer(display_name="Alpha Mills"), make_customer(display_name="Kappa Traders")
    browser.get(PARTIES, {"q": "traders"})
    previous, following = beside(browser, PARTIES, alpha.pk)
    assert address(kappa) in (previous, following)


def test_filter_that_is_no_more_is_passed_over(browser):
    party = make_customer(display_name="Alpha Mills")
    from apps.accounts.models import User
    from apps.core.admin.lists import _store

    _store[0].keep(User.objects.get(email="asha@acme.example"), "parties.party", "no_such__field=1")
    assert browser.get(address(party)).status_code == 200


def test_documents_keep_the_filters_of_their_list(browser, api):
    shop = Shop()
    ids = [api.post("sales/quotations/", shop.draft())["data"]["id"] for _ in range(4)]
    for pk in (ids[0], ids[2]):
        api.post(f"sales/quotations/{pk}/send/", {}, 200)
    quotations = "/admin/sales/quotation/"

    def urls(pk):
        found = browser.get(f"{quotations}{pk}/change/").context["document_config"]["urls"]
        return found.get("prev"), found.get("next")

    assert urls(ids[1]) == (f"{quotations}{ids[2]}/change/", f"{quotations}{ids[0]}/change/")
    browser.get(quotations, {"status__exact": "sent"})
    assert urls(ids[2])[1] == f"{quotations}{ids[0]}/change/"
    assert urls(ids[0])[0] == f"{quotations}{ids[2]}/change/"


def test_star_pins_a_record_by_script(browser):
    party = make_customer(display_name="Alpha Mills")
    ask = {"path": address(party), "title": "Alpha Mills"}
    answer = browser.post("/favourite/", ask, headers={"accept": "application/json"})
    assert answer.json() == {"pinned": True}
    assert browser.get(address(party)).context["record_tools"]["pin"]["pinned"] is True
    answer = browser.post("/favourite/", {**ask, "path": "/nowhere/"}, headers={"accept": "application/json"})
    assert answer.status_code == 422
