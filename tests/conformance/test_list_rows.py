"""Our rows of a list are the theme's rows, cell by cell: only cheaper."""

from __future__ import annotations

import pytest
from django.urls import reverse
from unfold.templatetags.unfold_list import items_for_result

from apps.core.admin.rows import rows_of
from apps.core.admin.site import admin_site
from tests.factories import inventory, invoicing
from tests.factories.catalog import make_product

pytestmark = pytest.mark.django_db


@pytest.fixture
def invoices():
    """(a draft, a posted one) of a company that has goods in stock."""
    company, party, product = invoicing.company(), invoicing.customer("Mehta Traders"), make_product("CHAIR")
    inventory.receive(company, product, 10, 60)
    lines = [{"product": product, "quantity": "2", "unit_price": "100"}]
    draft, posted = (invoicing.invoice(company=company, party=party, lines=lines) for _number in range(2))
    invoicing.posted(posted)
    return draft, posted


def lists() -> dict[str, str]:
    return {
        model._meta.label_lower: reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        for model in admin_site._registry
    }


def same_rows(answer) -> int:
    """How many records the list shows; each stands in it as the theme would draw it."""
    changelist = answer.context["cl"]
    ours = rows_of(changelist)
    for record in changelist.result_list:
        assert "".join(items_for_result(changelist, record, None)) in ours
    assert len(changelist.result_list) == ours.count('class="data-row ')
    return len(changelist.result_list)


def test_every_list_with_records_shows_them_as_the_theme_does(browser, invoices):
    shown = {name: same_rows(browser.get(address)) for name, address in lists().items()}
    assert len([name for name, count in shown.items() if count]) > 15, shown


def test_documents_of_a_filtered_list_keep_the_way_back_to_it(browser, invoices):
    draft, _posted = invoices
    address = lists()["accounting.invoice"]
    assert same_rows(browser.get(f"{address}?_once=1")) == 2
    answer = browser.get(f"{address}?status__exact=draft")
    assert same_rows(answer) == 1
    assert f"/{draft.pk}/change/?_changelist_filters=status__exact%3Ddraft" in answer.content.decode()


def test_a_list_to_choose_from_hands_the_key_over(browser):
    party = invoicing.customer("Chosen Traders")
    answer = browser.get(f"{lists()['parties.party']}?_popup=1&q=Chosen")
    assert same_rows(answer) == 1
    assert f'data-popup-opener="{party.pk}"' in answer.content.decode()


def test_names_are_shown_as_text_not_as_markup(browser):
    invoicing.customer("<b>Bold</b> & Sons")
    page = browser.get(f"{lists()['parties.party']}?q=Bold&_once=1").content.decode()
    assert "&lt;b&gt;Bold&lt;/b&gt; &amp; Sons" in page
    assert "<b>Bold</b>" not in page
