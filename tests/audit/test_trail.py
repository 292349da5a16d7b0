"""What the audit trail knows: every change, sign-in and write over the API, whoever made it and however."""

from __future__ import annotations

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError
from django.test import Client

from apps.accounts.models import User
from apps.audit.models import AuditEntry
from apps.audit.selectors import entry_changes
from apps.catalog.models import Product, Unit
from apps.core.actor import acting_as
from apps.core.models.history import history_write
from apps.core.records import record_delete, record_save
from apps.core.uow import run_in_unit_of_work
from tests.factories.catalog import make_product

pytestmark = pytest.mark.django_db


def of(record):
    return AuditEntry.objects.filter(record_kind=record._meta.label_lower, record_id=record.pk).order_by("id")


def test_change_is_told_with_before_and_after(administrator):
    with acting_as(administrator):
        unit = record_save(Unit(), values={"code": "CASKET", "name": "Casket"})
        record_save(unit, values={"name": "Carton"}, version=1)
    made, changed = of(unit)
    assert (made.event, made.record_label, made.user_id) == ("created", "Casket", administrator.pk)
    assert made.changes["code"] == [None, "CASKET"]
    assert changed.event == "changed"
    assert changed.changes == {"name": ["Casket", "Carton"]}
    assert changed.label == str(administrator)
    (shown,) = entry_changes(changed, administrator)
    assert (shown.label, shown.old, shown.new) == ("Name", "Casket", "Carton")


def test_bin_and_bulk_writes_are_told_too(administrator):
    product = make_product("P-1")
    record_delete(product)
    assert "deleted_at" in of(product).last().changes
    rows = Unit.objects.bulk_create([Unit(code=f"B{n}", name=f"Bulk {n}") for n in range(3)])
    history_write(rows)
    assert [of(row).get().event for row in rows] == ["created"] * 3


def test_change_that_changes_nothing_and_undone_change_leave_no_entry():
    unit = record_save(Unit(), values={"code": "CASKET", "name": "Casket"})
    unit.save()
    assert of(unit).count() == 1
    with transaction.atomic():
        record_save(unit, values={"name": "Other"}, version=1)
        transaction.set_rollback(True)
    assert of(unit).count() == 1


def test_password_is_never_told(administrator):
    administrator.set_password("kalam-Dawat-10")
    administrator.name = "Asha B."
    administrator.save()
    entry = of(administrator).last()
    assert set(entry.changes) == {"name"}
    assert not AuditEntry.objects.filter(changes__has_key="password").exists()


def test_sign_in_and_refusal_are_told_with_address_and_device(user_with):
    user_with()
    client = Client(HTTP_HOST="acme.localhost", HTTP_USER_AGENT="Test browser", REMOTE_ADDR="10.1.2.3")
    client.post("/accounts/login/", {"email": "nobody@acme.example", "password": "x"})
    entry = AuditEntry.objects.get(event="sign_in_failed")
    assert (entry.address, entry.agent) == ("10.1.2.3", "Test browser")
    assert "nobody@acme.example" in entry.label


def test_write_over_the_api_is_told_with_its_request(api):
    answer = api.post("catalog/units/", {"code": "CASKET", "name": "Casket"})
    unit = Unit.objects.get(code="CASKET")
    made, call = of(unit).get(), AuditEntry.objects.get(event="api_write")
    assert made.path == "POST /api/v1/catalog/units/"
    assert made.address
    assert made.request_id == call.request_id == answer["meta"]["request_id"]
    assert call.detail == {"method": "POST", "status": 201}
    before = AuditEntry.objects.count()
    api.post("catalog/units/", {"code": ""}, expect=400)
    assert AuditEntry.objects.count() == before


def test_trail_is_only_ever_added_to():
    unit = record_save(Unit(), values={"code": "CASKET", "name": "Casket"})
    entry = of(unit).get()
    for statement in (
        "UPDATE audit_auditentry SET label = 'x'", "DELETE FROM audit_auditentry",
        "TRUNCATE audit_auditentry", "DELETE FROM audit_auditseal", "UPDATE audit_auditseal SET sequence = 9",
    ):  # fmt: skip
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    entry.refresh_from_db()


def test_guarded_columns_stay_hidden_from_readers_without_the_permission(user_with, api_as):
    product = make_product("P-1", purchase_price="61.50")
    field = next(iter(Product.guarded_fields))
    column = Product._meta.get_field(field).column
    entry = of(product).first()
    assert column in entry.changes, "the trail itself keeps it"
    reader = user_with("audit.view_auditentry", "catalog.view_product")
    assert field not in {change.field for change in entry_changes(entry, reader)}
    shown = api_as(reader).get(f"audit/entries/{entry.pk}/")["data"]
    assert column not in shown["changes"]
    assert "name" in shown["changes"]


def test_pages_and_api_ask_for_their_permissions(administrator, user_with, api_as):
    unit = record_save(Unit(), values={"code": "CASKET", "name": "Casket"})
    record_save(unit, values={"name": "Carton"}, version=1)
    entry = of(unit).last()
    office = entered(administrator)
    answer = office.get("/admin/audit/auditentry/?q=Carton")
    assert answer.status_code == 200
    assert "Unit Carton" in answer.content.decode()
    assert "Carton" in office.get(f"/admin/audit/auditentry/{entry.pk}/change/").content.decode()
    assert office.get("/admin/audit/auditentry/verify/").status_code == 200
    nobody = user_with()
    assert entered(nobody).get("/admin/audit/auditentry/verify/").status_code in (302, 403)
    api_as(nobody).get("audit/entries/", expect=403)
    reader = user_with("audit.view_auditentry")
    assert entered(reader).get("/admin/audit/auditentry/verify/").status_code == 403
    api_as(reader).delete(f"audit/entries/{entry.pk}/", expect=405)


def entered(user):
    user.is_staff = True
    User.objects.filter(pk=user.pk).untracked_update(is_staff=True)
    client = Client(HTTP_HOST="acme.localhost")
    client.force_login(user, backend="apps.accounts.backends.RoleBackend")
    return client


def test_list_takes_the_same_queries_for_many_entries(administrator, django_assert_max_num_queries):
    office = entered(administrator)
    office.get("/admin/audit/auditentry/")
    for number in range(30):
        unit = run_in_unit_of_work(
            lambda number=number: record_save(Unit(), values={"code": f"U{number}", "name": f"Unit {number}"})
        )
        record_save(unit, values={"name": f"Other {number}"}, version=1)
    with django_assert_max_num_queries(25):
        office.get("/admin/audit/auditentry/")
