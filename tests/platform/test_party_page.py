"""The page of a party: dues, credit, open documents, the company that bills it; each by its permission."""

from __future__ import annotations

import pytest
from django.urls import reverse

from tests.factories import invoicing
from tests.factories.accounts import make_user
from tests.kit.clients import signed_in
from tests.kit.queries import cheapest

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("steady_caches")]
BUDGET = 75


def address(party, what: str = "change") -> str:
    return reverse(f"admin:parties_party_{what}", args=[party.pk])


def text(answer) -> str:
    return answer.content.decode()


def panel(shown: str, key: str) -> str:
    """The HTML of one panel; empty when the page has none."""
    _before, found, rest = shown.partition(f'data-bahi-panel="{key}"')
    return rest.partition("</section>")[0] if found else ""


@pytest.fixture
def billed():
    """A customer with a limit of 5,000 who was billed 118 twice; a draft lies besides."""
    company, party = invoicing.company(), invoicing.customer(credit_limit=5000)
    invoicing.invoice(company=company, party=party, post=True)
    invoicing.invoice(company=company, party=party, post=True)
    invoicing.invoice(company=company, party=party)
    party.refresh_from_db()
    return party


def test_dues_credit_and_open_documents_lead_on(billed, administrator):
    shown = text(signed_in(administrator).get(address(billed)))
    assert "236.00" in panel(shown, "dues")
    assert f"party={billed.pk}" in panel(shown, "dues")  # the statement of account
    assert "4,764.00" in panel(shown, "credit")  # what is left of 5,000
    lines = panel(shown, "open")
    assert f"party__id__exact={billed.pk}&amp;due=open" in lines
    assert f"party__id__exact={billed.pk}&amp;status__exact=draft" in lines
    drafts = signed_in(administrator).get(
        reverse("admin:accounting_invoice_changelist"),
        {"_once": "1", "party__id__exact": billed.pk, "status__exact": "draft"},
    )
    assert drafts.context["cl"].result_count == 1


def test_whoever_may_not_see_dues_or_invoices_sees_neither(billed):
    shown = text(signed_in(make_user("parties.view_party")).get(address(billed)))
    for key in ("dues", "credit", "open", "newest", "sales"):
        assert panel(shown, key) == ""
    assert "236.00" not in shown


def test_the_company_that_bills_is_shown_and_released_with_a_reason(billed, administrator):
    clerk = signed_in(make_user("parties.view_party", "parties.change_party"))
    assert str(billed.billing_company) in panel(text(clerk.get(address(billed))), "billed_by")
    assert address(billed, "release") not in text(clerk.get(address(billed)))
    assert clerk.post(address(billed, "release"), {"reason": "x"}).status_code == 403
    manager = signed_in(administrator)
    assert address(billed, "release") in text(manager.get(address(billed)))
    manager.post(address(billed, "release"), {"reason": " "})
    billed.refresh_from_db()
    assert billed.billing_company is not None
    manager.post(address(billed, "release"), {"reason": "Moved to the sister firm"})
    billed.refresh_from_db()
    assert billed.billing_company is None


def test_the_page_asks_no_more_for_more_documents(billed, administrator):
    browser = signed_in(administrator)

    assert browser.get(address(billed)).status_code == 200
    few = cheapest(lambda: browser.get(address(billed)))
    assert few <= BUDGET
    for _number in range(4):
        invoicing.invoice(company=billed.billing_company, party=billed, post=True)
    assert cheapest(lambda: browser.get(address(billed))) <= few
