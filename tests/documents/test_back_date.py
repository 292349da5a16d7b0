"""A document takes effect today or on days that everybody may go back to; else a permission is needed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from apps.company.selectors import company_today
from apps.company.services.settings import settings_save
from tests.factories import invoicing as make
from tests.factories.accounts import make_user
from tests.kit.clients import ApiClient

pytestmark = pytest.mark.django_db
POSTS = ("accounting.view_invoice", "accounting.post_invoice")


def test_further_back_than_everybody_may_needs_the_permission(administrator):
    company, today = make.company(), company_today()
    clerk, free = (ApiClient(make_user(*POSTS, *more)) for more in ((), ("documents.back_date",)))

    def posting(days, by, expect):
        day = today - timedelta(days=days)
        invoice = make.invoice(company=company, party=make.customer(), date=day)
        return by.post(f"accounting/invoices/{invoice.pk}/post/", expect=expect)

    posting(0, clerk, 200)
    posting(7, clerk, 200)
    (error,) = posting(8, clerk, 403)["errors"]
    assert (error["field"], error["code"]) == ("date", "back_dated")
    assert "7 days" in error["detail"]
    posting(8, free, 200)
    settings_save("documents", {"back_days": 0}, by=administrator)
    posting(1, clerk, 403)
    posting(1, free, 200)
    settings_save("documents", {"back_days": 30}, company=company, by=administrator)
    posting(25, clerk, 200)
