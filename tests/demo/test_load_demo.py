"""The demo organisation: loads, proves itself, comes again after a kill, goes away."""

from __future__ import annotations

import pytest
from django.db import connection
from django.db.models import Count

from apps.accounting.models import Allocation, Bill, CreditNote, DebitNote, Invoice, Receipt, YearClosing
from apps.accounts.models import User
from apps.core.tenant import organisation_context
from apps.demo.services import loading
from apps.demo.services.plan import SMALL
from apps.parties.models import Party
from apps.sales.models import Delivery, DeliveryLine, Order, Quotation
from apps.sales.services.proof import company_prove
from apps.tenancy.models import Organisation
from apps.tenancy.selectors import demo_state
from apps.tenancy.services.deletion import organisation_delete


def quiet(_text: str) -> None:
    """Nobody reads the progress here."""


def departments_are_isolated():
    """Two selling departments see their own customers and documents, and nothing of each other's."""
    neha, lakshmi = (User.objects.get(email__startswith=name) for name in ("neha", "lakshmi"))
    assert neha.department_id != lakshmi.department_id
    for model in (Party, Order, Invoice):
        hers, theirs = (set(model.objects.for_user(u).values_list("pk", flat=True)) for u in (lakshmi, neha))
        assert hers, model
        assert theirs, model
        assert not hers & theirs, model


def test_a_small_demo_loads_proves_itself_and_goes(owner):
    signs = loading.demo_load(say=quiet, size=SMALL)
    assert [sign.host for sign in signs] == ["localhost"] * 9
    roles = {sign.role for sign in signs}
    assert len(roles) == 8
    assert {"Customer portal (customer)", "Customer portal (vendor)"} < roles
    organisation = Organisation.objects.get(slug="demo")
    assert (organisation.is_demo, organisation.state) == (True, "active")
    with organisation_context(organisation.schema_name):
        assert User.objects.get(email=signs[0].email).check_password(signs[0].password)
        assert set(Invoice.objects.values_list("company__code", flat=True)) == {"MAIN", "SOUTH"}
        assert Order.objects.filter(status="confirmed").exists()
        assert Quotation.objects.filter(status="draft").exists()
        departments_are_isolated()
        assert DeliveryLine.objects.exclude(components=[]).filter(delivery__status="posted").exists()
        assert DebitNote.objects.filter(status="posted").exists()
        assert set(YearClosing.objects.values_list("status", "company__code")) == {
            ("closed", "MAIN"),
            ("closed", "SOUTH"),
        }
    again = loading.demo_load(say=quiet, size=SMALL)
    assert [(s.role, s.email) for s in again] == [(s.role, s.email) for s in signs]
    with organisation_context(organisation.schema_name):
        user = User.objects.get(email=signs[0].email)
        assert user.check_password(again[0].password)
        assert not user.check_password(signs[0].password)
    assert demo_state() == "active"
    assert loading.demo_remove() is True
    assert demo_state() == "removed"  # so that the launcher offers its sign-ins no more
    assert loading.demo_remove() is False
    assert not Organisation.objects.filter(slug="demo").exists()


def test_a_half_loaded_demo_is_made_anew(owner, monkeypatch):
    def killed(*_args):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(loading.settling, "receipts", killed)
        with pytest.raises(KeyboardInterrupt):
            loading.demo_load(say=quiet, size=SMALL)
    connection.set_schema_to_public()
    assert Organisation.objects.get(slug="demo").state == "provisioning"
    assert len(loading.demo_load(say=quiet, size=SMALL)) == 9
    assert Organisation.objects.get(slug="demo").state == "active"


@pytest.mark.full
def test_the_whole_demo_is_a_year_of_trade(owner):
    loading.demo_load(say=quiet)
    organisation = Organisation.objects.get(slug="demo")
    with organisation_context(organisation.schema_name):
        assert Invoice.objects.filter(status="posted").count() >= 600
        assert (
            Order.objects.exclude(quotation=None).filter(delivery__status="posted").distinct().count() >= 25
        )
        assert Invoice.objects.exclude(currency__code="INR").filter(status="posted").count() >= 10
        assert Allocation.objects.exclude(gain_loss=0).exists()
        assert Bill.objects.filter(status="posted").count() >= 60
        assert CreditNote.objects.filter(status="posted").exists()
        assert Receipt.objects.filter(status="posted").count() >= 100
        assert Delivery.objects.filter(status="posted").count() >= 600
        months = Invoice.objects.values("date__year", "date__month").annotate(n=Count("id"))
        assert len(months) >= 12
        from apps.company.models import Company

        for company in Company.objects.all():
            pairs, problems = company_prove(company)
            assert problems == []
            assert all(pair.agrees for pair in pairs)


def test_last_organisation_left_opens_on_the_machines_own_addresses(owner):
    for slug in ("zenith", "acme"):
        Organisation.objects.filter(slug=slug).update(is_default=slug == "acme")
    organisation_delete(Organisation.objects.get(slug="acme"))
    assert list(Organisation.objects.values_list("slug", "is_default")) == [("zenith", True)]
