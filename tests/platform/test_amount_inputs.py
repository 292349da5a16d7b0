"""Amounts in forms of the back office: grouped the Indian way, taken as people type them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.forms import ValidationError
from django.test import Client

from apps.core.admin.widgets import MoneyInput
from apps.parties.models import Party

pytestmark = pytest.mark.django_db
FIELD = MoneyInput(max_digits=20, decimal_places=2, required=False)


@pytest.mark.parametrize("typed", ["1500000", "15,00,000.00", "1,500,000.00", "₹ 15,00,000"])
def test_an_amount_is_taken_as_people_type_it(typed):
    assert FIELD.clean(typed) == Decimal(1500000)
    assert not FIELD.has_changed(Decimal(1500000), typed)


def test_an_amount_is_shown_the_indian_way_and_nonsense_is_refused():
    assert FIELD.prepare_value(Decimal(1234567)) == "12,34,567.00"
    assert FIELD.prepare_value("12,3") == "12,3"  # what was typed is shown again
    for typed in ("12,3", "abc", "1.234", "NaN"):
        with pytest.raises(ValidationError):
            FIELD.clean(typed)
    assert FIELD.clean("") is None
    assert FIELD.has_changed(Decimal(1), "abc")


def test_the_credit_limit_of_a_customer_is_grouped_on_its_form(administrator):
    party = Party.objects.create(legal_name="Meera Stores", display_name="Meera Stores", credit_limit=1500000)
    browser = Client(HTTP_HOST="acme.localhost")
    browser.force_login(administrator, backend="apps.accounts.backends.RoleBackend")
    page = browser.get(f"/admin/parties/party/{party.pk}/change/").content.decode()
    assert 'value="15,00,000.00"' in page
