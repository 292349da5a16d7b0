"""Each business permission lets its holder do the thing, and is missed with a clear sentence by others.

Steps of documents come from the transition tables; the rest are named here. One test fails on a permission
that nothing shows.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from apps.accounting.ledger import account_for
from apps.accounting.models import OpenItem
from apps.accounts.models import User
from apps.accounts.services.keys import key_make
from apps.company.models import Period
from apps.company.selectors import company_today
from apps.company.services.companies import fiscal_year_open
from apps.core.permissions import business_permissions
from apps.core.registry import resource_of
from apps.core.typed_settings import settings_declared
from apps.customer_portal.models import PortalMember, PortalRequest
from apps.datatools.models import ImportRun
from apps.datatools.services.imports import import_start
from apps.documents.lifecycle import lifecycles
from apps.inventory.models import Inward
from tests.factories import invoicing
from tests.factories.accounts import make_user
from tests.factories.inventory import place
from tests.factories.portal import portal_person
from tests.factories.sales import Shop
from tests.kit.clients import ApiClient

pytestmark = pytest.mark.django_db
STEPS = [(model, item) for model, table in lifecycles().items() for item in table.transitions]


class World:
    """Makes records as they are asked for, entered by the administrator."""

    def __init__(self, api: ApiClient, shop: Shop) -> None:
        self.api = api
        self.shop = shop

    def row(self, model: Any) -> Any:
        """The first document of a kind, made when there is none; None for kinds that nothing here makes."""
        maker = getattr(self, f"make_{model._meta.model_name}", None)
        if maker is not None and not model.objects.exists():
            maker()
        return model.objects.order_by("pk").first()

    def imported(self) -> ImportRun:
        """A finished import of somebody else."""
        return import_start(
            target_key="parties/parties", content=b"display_name,legal_name\nA,A Ltd\n", file_name="a.csv",
            mapping={}, options={}, mode="skip_bad", dry_run=False, by=self.api.user,
        )  # fmt: skip

    def make_quotation(self) -> None:
        self.api.post("sales/quotations/", self.shop.draft())

    def make_order(self) -> Any:
        line = {"product": self.shop.chair.pk, "quantity": "10"}
        return self.api.post("sales/orders/", self.shop.draft(line))["data"]

    def make_delivery(self) -> Any:
        order = self.make_order()
        self.shop.stock()
        self.api.post(f"sales/orders/{order['id']}/confirm/", expect=200)
        return self.api.post(f"sales/orders/{order['id']}/deliver/", expect=201)["data"]

    def make_portalmember(self) -> None:
        portal_person(self.shop.customer)

    def make_portalrequest(self) -> None:
        PortalRequest.objects.create(
            email="new@firm.example",
            name="New",
            firm="Firm",
            state="waiting",
            token_hash="x",
            verified_at=timezone.now(),
        )

    def make_deliveryreturn(self) -> None:
        path = f"sales/deliveries/{self.make_delivery()['id']}"
        line = self.api.post(f"{path}/post/", expect=200)["data"]["lines"][0]
        back = {"lines": [{"line": line["id"], "quantity": "1"}], "reason": "Damaged"}
        self.api.post(f"{path}/return/", back, 200)

    def make_invoice(self) -> Any:
        return invoicing.invoice(company=self.shop.company, party=self.shop.customer, post=True)

    def make_creditnote(self) -> None:
        invoicing.credit_note(invoice=self.make_invoice())

    def make_debitnote(self) -> None:
        invoice = self.make_invoice()
        line = {
            "invoice_line": invoice.lines.first().pk,
            "quantity": "1",
            "unit_price": "5",
            "description": "",
        }
        body = {"invoice": invoice.pk, "date": company_today().isoformat(), "lines": [line]}
        self.api.post("accounting/debit-notes/", body)

    def make_yearclosing(self) -> None:
        year = fiscal_year_open(company=self.shop.company, day=company_today() - timedelta(days=366))
        body = {"company": self.shop.company.pk, "fiscal_year": year.pk}
        self.api.post("accounting/year-closings/", body)

    def make_proforma(self) -> None:
        invoicing.proforma(company=self.shop.company, party=self.shop.customer)

    def make_bill(self) -> None:
        invoicing.bill(company=self.shop.company, party=invoicing.vendor())

    def make_receipt(self) -> None:
        invoicing.receipt(company=self.shop.company, party=self.shop.customer, amount="10")

    def make_payment(self) -> None:
        invoicing.payment(company=self.shop.company, party=invoicing.vendor(), amount="10")

    def make_voucher(self) -> None:
        company = self.shop.company
        lines = [
            {"account": account_for(company, "bank").pk, "debit": "5"},
            {"account": account_for(company, "cash").pk, "credit": "5"},
        ]
        body = {"company": company.pk, "date": company_today().isoformat(), "lines": lines}
        self.api.post("accounting/vouchers/", body)

    def make_inward(self) -> None:
        company = self.shop.company
        lines = [{"product": self.shop.chair.pk, "quantity": "2", "unit_cost": "600"}]
        body = {
            "company": company.pk,
            "date": company_today().isoformat(),
            "place": place(company).pk,
            "lines": lines,
        }
        self.api.post("inventory/inwards/", body)


@pytest.fixture
def world(api, shop) -> World:
    return World(api, shop)


def status_of(user: User, method: str, path: str, data: Any = None) -> tuple[int, Any]:
    """Status and body of a request whose effect is undone."""
    client = ApiClient(user).client
    with transaction.atomic():
        call = getattr(client, method)
        answer = (
            call(f"/api/v1/{path}") if method == "get" else call(f"/api/v1/{path}", data or {}, format="json")
        )
        transaction.set_rollback(True)
    is_json = answer.get("Content-Type", "").startswith("application/json")
    return answer.status_code, answer.json() if is_json else answer.content


def refused(status: int, body: Any) -> bool:
    """Forbidden with a sentence for a person."""
    return status == 403 and len(body["errors"][0]["detail"]) > 10


def step_id(step: Any) -> str:
    model, item = step
    return f"{model._meta.label_lower}.{item.name}"


@pytest.mark.parametrize("step", STEPS, ids=step_id)
def test_step_of_a_document_needs_its_permission(step, world):
    model, item = step
    view = resource_of(model)
    row = world.row(model)
    assert row is not None, "say how to make one"
    path = f"{view.path}/{row.pk}/{item.name}/"
    see = f"{model._meta.app_label}.view_{model._meta.model_name}"
    assert refused(*status_of(make_user(see), "post", path))
    status, body = status_of(make_user(see, item.permission), "post", path)
    assert status not in (401, 403, 404, 405), body
    assert status < 500, body


class Case(NamedTuple):
    """``path`` and ``data`` may be functions of the world; ``more`` is held in both tries."""

    code: str
    method: str
    path: Any
    more: tuple[str, ...] = ()
    data: Any = None


def _item(world: World) -> str:
    world.make_invoice()
    return f"accounting/open-items/{OpenItem.objects.filter(party=world.shop.customer).first().pk}"


def _period(_world: World) -> str:
    return f"company/periods/{Period.objects.first().pk}"


def _report(key: str) -> Any:
    return lambda world: f"{key}/?company={world.shop.company.pk}"


def _key() -> str:
    owner = User.objects.get(email="asha@acme.example")
    row, _text = key_make(user=owner, name="Till", scopes=["*"], days=30)
    return f"accounts/api-keys/{row.pk}"


def _other(world: World) -> str:
    return f"accounts/users/{User.objects.get(email='asha@acme.example').pk}"


SETTINGS = (
    "accounting", "company", "customer_portal", "datatools", "documents", "files", "messaging", "privacy",
    "runtime", "sales",
)  # fmt: skip
CASES = [
    Case("accounting.view_reports", "get", _report("accounting/reports/trial-balance")),
    Case("accounting.view_ageing", "get", _report("accounting/reports/receivables-ageing")),
    Case("accounting.verify_ledger", "get", _report("accounting/reports/books-proof")),
    Case("accounting.write_off", "post", lambda w: f"{_item(w)}/write-off/", ("accounting.view_openitem",)),
    Case("accounting.set_off", "post", lambda w: f"{_item(w)}/set-against/", ("accounting.view_openitem",)),
    Case("accounting.post_revaluation", "post", "accounting/revaluations/"),
    Case("company.close_period", "post", lambda w: f"{_period(w)}/close/", ("company.view_period",)),
    Case("company.reopen_period", "post", lambda w: f"{_period(w)}/reopen/", ("company.view_period",)),
    Case(
        "company.change_series",
        "post",
        "company/series/",
        ("company.view_numberseries", "company.add_numberseries"),
    ),
    Case(
        "company.release_lock",
        "post",
        lambda w: f"parties/parties/{w.shop.customer.pk}/release-company/",
        ("parties.view_party",),
        {"reason": "moved to the other firm"},
    ),
    Case("accounts.invite_user", "post", lambda w: f"{_other(w)}/invite/", ("accounts.view_user",)),
    Case("accounts.deactivate_user", "post", lambda w: f"{_other(w)}/unlock/", ("accounts.view_user",)),
    Case("accounts.revoke_apikey", "post", lambda _w: f"{_key()}/revoke/", ("accounts.view_apikey",)),
    Case("accounts.grant_object", "get", "accounts/grants/"),
    Case("accounts.view_accesslog", "get", "accounts/access-log/"),
    Case("inventory.view_valuation", "get", _report("inventory/reports/stock-valuation")),
    Case(
        "documents.print_document",
        "get",
        lambda w: f"inventory/inwards/{w.row(Inward).pk}/pdf/",
        ("inventory.view_inward",),
    ),
    Case(
        "datatools.undo_import",
        "get",
        lambda w: f"datatools/imports/{w.imported().pk}/undo/",
        ("datatools.view_importrun", "parties.view_party"),
    ),
    Case(
        "datatools.export_report",
        "get",
        lambda w: f"accounting/reports/trial-balance/export/?company={w.shop.company.pk}&format=csv",
        ("accounting.view_reports",),
    ),
    Case(
        "catalog.set_sale_price",
        "post",
        "catalog/products/",
        ("catalog.add_product",),
        lambda w: {
            "code": "NEW",
            "name": "New",
            "sale_price": "12",
            "unit": w.shop.chair.unit_id,
            "tax_category": w.shop.chair.tax_category_id,
        },
    ),
    Case(
        "parties.set_credit",
        "post",
        "parties/parties/",
        ("parties.add_party",),
        lambda w: {"display_name": "New one", "legal_name": "New one", "credit_limit": "500"},
    ),
    Case(
        "parties.set_own_company",
        "post",
        "parties/parties/",
        ("parties.add_party",),
        lambda w: {"display_name": "Ours", "legal_name": "Ours", "own_company": w.shop.company.pk},
    ),
    Case(
        "customer_portal.invite_member",
        "post",
        "customer-portal/invitations/",
        ("parties.view_party",),
        lambda w: {"party": w.shop.customer.pk, "email": "asha@firm.example", "name": "Asha"},
    ),
    Case(
        "customer_portal.end_member",
        "post",
        lambda w: f"customer-portal/members/{w.row(PortalMember).pk}/end/",
        ("customer_portal.view_portalmember",),
    ),
    Case(
        "customer_portal.decide_request",
        "post",
        lambda w: f"customer-portal/requests/{w.row(PortalRequest).pk}/refuse/",
        ("customer_portal.view_portalrequest",),
        lambda w: {"reason": "Not known to us"},
    ),
    Case(
        "company.set_bank_account",
        "patch",
        lambda w: f"company/companies/{w.shop.company.pk}/",
        ("company.view_company", "company.change_company", "company.see_bank_account"),
        lambda w: {"upi_id": "new@upi", "version": w.shop.company.version},
    ),
    Case(
        "parties.set_bank_account",
        "patch",
        lambda w: f"parties/parties/{w.shop.customer.pk}/",
        ("parties.view_party", "parties.change_party", "parties.see_bank_account"),
        lambda w: {"bank_accounts": [{"upi_id": "new@upi"}], "version": w.shop.customer.version},
    ),
]


def made(value: Any, world: World) -> Any:
    return value(world) if callable(value) else value


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.code)
def test_action_needs_its_permission(case, world):
    path, data = made(case.path, world), made(case.data, world)
    assert refused(*status_of(make_user(*case.more), case.method, path, data))
    status, body = status_of(make_user(*case.more, case.code), case.method, path, data)
    assert status not in (401, 403, 404, 405), body
    assert status < 500, body


@pytest.mark.parametrize("app", SETTINGS)
def test_settings_of_a_module_need_its_permission(app, world):
    path = f"company/settings/{settings_declared(app)[0].key}/"
    other = next(item for item in SETTINGS if item != app)
    status, _body = status_of(make_user(f"{other}.change_settings"), "patch", path, {"reset": True})
    assert status == 404  # hidden: nobody needs to know what others may set
    status, body = status_of(make_user(f"{app}.change_settings"), "patch", path, {"reset": True})
    assert status == 200, body


def test_every_module_with_settings_is_in_that_test():
    assert {item.app for item in settings_declared()} == set(SETTINGS)


# Shown where the situation that they decide is set up; each name is a test that fails without the check.
GUARDED = "tests/platform/test_guarded_fields.py"
ELSEWHERE = {
    "catalog.see_cost": (GUARDED, "test_lines_preview_and_print_of_an_inward_show_no_cost"),
    "parties.see_pan": (GUARDED, "test_bank_account_and_pan_end_in_their_last_characters"),
    "parties.see_bank_account": (
        "tests/parties/test_bank_accounts.py",
        "test_without_the_permission_the_number_is_masked_and_nothing_is_changed",
    ),
    "company.see_bank_account": (GUARDED, "test_bank_account_and_pan_end_in_their_last_characters"),
    "company.post_soft_closed": (
        "tests/accounting/test_vouchers.py",
        "test_soft_closed_period_wants_permission_and_reason",
    ),
    "accounting.exceed_credit_limit": (
        "tests/accounting/test_invoices.py",
        "test_credit_limit_holds_warns_or_lets_pass",
    ),
    "accounting.change_price": (
        "tests/sales/test_sale_terms.py",
        "test_without_the_permission_lines_cost_what_the_lists_say",
    ),
    "accounting.exceed_discount_limit": (
        "tests/sales/test_sale_terms.py",
        "test_discounts_end_at_the_largest_limit_of_the_roles",
    ),
    "documents.back_date": (
        "tests/documents/test_back_date.py",
        "test_further_back_than_everybody_may_needs_the_permission",
    ),
    "accounting.write_off_any": (
        "tests/accounting/test_money.py",
        "test_small_rest_is_written_off_within_the_limit",
    ),
    "sales.override_credit": (
        "tests/sales/test_orders.py",
        "test_permission_and_reason_let_an_order_pass_the_limit",
    ),
    "messaging.manage_mails": (
        "tests/messaging/test_mail.py",
        "test_only_sender_or_manager_sends_a_failed_mail_again",
    ),
    "backup.export_everything": (
        "tests/backup/test_export.py",
        "test_only_with_the_permission_and_a_fresh_proof",
    ),
    "runtime.manage_jobs": ("tests/runtime/test_jobs.py", ""),
    "audit.verify_audit": ("tests/audit/test_chain.py", ""),
    "accounts.reset_second_factor": ("tests/accounts/test_second_step.py", ""),
    "accounts.change_signinpolicy": (
        "tests/accounts/test_second_step.py",
        "test_rules_are_checked_and_need_their_permission",
    ),
    "backup.plan_backups": (
        "tests/backup/test_plan.py",
        "test_only_with_the_permission_and_a_fresh_proof",
    ),
    "backup.make_backup": (
        "tests/backup/test_backup.py",
        "test_page_starts_a_job_and_gives_the_file_only_to_those_who_may",
    ),
    "privacy.give_personal_data": (
        "tests/privacy/test_personal_pages.py",
        "test_others_strangers_and_what_is_no_person_are_turned_away",
    ),
    "privacy.erase_person": (
        "tests/privacy/test_personal_pages.py",
        "test_erasing_asks_for_the_name_and_the_right",
    ),
    "privacy.note_consent": (
        "tests/privacy/test_consent.py",
        "test_api_notes_and_withdraws_with_the_right_and_names_bad_fields",
    ),
    "demo.remove_demo": (
        "tests/demo/test_removal.py",
        "test_page_opens_to_whoever_holds_its_permission",
    ),
}


def test_every_business_permission_is_shown_and_there_are_at_least_sixty():
    shown = {item.permission for _model, item in STEPS} | {case.code for case in CASES} | set(ELSEWHERE)
    shown |= {f"{app}.change_settings" for app in SETTINGS}
    every = business_permissions()
    known = {code for code in every if not code.startswith("platform.")}  # those are the operator's
    assert not known - shown
    assert len(known) >= 60


@pytest.mark.parametrize(("code", "place"), sorted(ELSEWHERE.items()))
def test_permission_shown_elsewhere_is_there(code, place):
    path, name = place
    text = (Path(__file__).resolve().parents[2] / path).read_text()
    assert f"def {name}(" in text if name else code.split(".")[1] in text


def test_report_page_of_the_back_office_is_forbidden_too(world):
    client = Client(HTTP_HOST="acme.localhost")
    client.force_login(make_user("sales.view_order"))
    assert client.get("/data/reports/accounting/trial-balance/").status_code == 403
