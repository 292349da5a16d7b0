"""An import taken back: what nobody used goes, what it changed is set back, documents are cancelled."""

from __future__ import annotations

import pytest

from apps.accounting.models import Invoice
from apps.accounts.models import AccessLog, Role, User
from apps.catalog.models import Product, TaxCategory
from apps.company.selectors import company_today
from apps.core.errors import NotAllowed, Refused
from apps.core.records import record_delete, record_save
from apps.datatools.models import ImportRun
from apps.datatools.services.imports import import_start
from apps.datatools.services.undo import CHUNK, undo_preview, undo_require, undo_run, undo_start
from apps.parties.models import Party
from tests.factories.accounts import make_user
from tests.factories.sales import Shop

pytestmark = pytest.mark.django_db
IMPORTER = ("parties.view_party", "parties.add_party", "parties.change_party", "parties.import_party")


def load(by, content: str, target="parties/parties", **options) -> ImportRun:
    run = import_start(
        target_key=target, content=content.encode(), file_name="file.csv", mapping={}, options=options,
        mode="skip_bad", dry_run=False, by=by,
    )  # fmt: skip
    assert run.errors == []
    return run


def sheet(*names: str) -> str:
    return "display_name,legal_name,phone\n" + "".join(f"{name},{name} Ltd,98\n" for name in names)


def change(party: Party, by, **values) -> None:
    record_save(party, values=values, version=party.version, by=by)


def test_new_records_that_nobody_used_are_deleted_and_their_history_stays(administrator):
    run = load(administrator, sheet("A", "B"))
    ids = list(Party.objects.values_list("pk", flat=True))
    assert undo_preview(run, by=administrator)["delete"] == 2
    assert undo_run(run, by=administrator) == {"undone": 2, "stay": 0}
    run.refresh_from_db()
    assert (Party.objects.count(), run.undo_state) == (0, "done")
    assert set(Party.history.filter(id__in=ids).values_list("history_type", flat=True)) == {"+", "-"}


def test_changed_records_are_set_back_with_the_rows_below_them(administrator):
    load(administrator, "display_name,legal_name,phone,addresses/line1\nA,A Ltd,11,Gate 1\n,,,Gate 2\n")
    before = Party.objects.get()
    run = load(administrator, "display_name,legal_name,phone,addresses/line1\nA,Other Ltd,22,Elsewhere\n")
    assert Party.objects.get().legal_name == "Other Ltd"
    assert undo_preview(run, by=administrator)["restore"] == 1
    undo_run(run, by=administrator)
    party = Party.objects.get()
    assert (party.legal_name, party.phone) == (before.legal_name, before.phone)
    assert [row.line1 for row in party.addresses.all()] == ["Gate 1", "Gate 2"]
    assert party.history.count() == 3


def test_what_was_changed_or_used_since_stays_by_row_and_reason(administrator):
    shop = Shop()
    run = load(administrator, sheet("Free", "Changed", "Used"))
    change(Party.objects.get(display_name="Changed"), administrator, phone="77")
    Invoice.objects.create(
        company=shop.company, party=Party.objects.get(display_name="Used"), date="2026-05-02",
        currency=shop.company.currency, exchange_rate=1,
    )  # fmt: skip
    preview = undo_preview(run, by=administrator)
    assert (preview["delete"], preview["stay"]) == (1, 2)
    assert {(item["row"], item["record"]) for item in preview["refused"]} == {(3, "Changed"), (4, "Used")}
    used = Party.objects.get(display_name="Used")
    assert f"/admin/parties/party/{used.pk}/change/" in {item["url"] for item in preview["refused"]}
    blind = make_user("datatools.undo_import")
    assert {(item["record"], item["url"]) for item in undo_preview(run, by=blind)["refused"]} >= {
        (f"parties.party {used.pk}", "")
    }
    assert undo_run(run, by=administrator) == {"undone": 1, "stay": 2}
    run.refresh_from_db()
    names = set(
        Party.objects.filter(display_name__in=["Free", "Changed", "Used"]).values_list("phone", flat=True)
    )
    assert (names, run.undo_state) == ({"77", "98"}, "partly")
    reasons = dict(run.records.filter(undone_at=None).values_list("row", "refusal"))
    assert reasons == {3: "It was changed since.", 4: "It is used: invoices."}


def test_one_record_that_the_file_names_twice_goes_once(administrator):
    run = load(administrator, "display_name,legal_name,phone\nA,A Ltd,1\nB,B Ltd,1\nA,A Ltd,2\n")
    assert run.records.count() == 2
    undo_run(run, by=administrator)
    assert not Party.objects.exists()


def test_undoing_goes_on_where_it_was_cut_off(administrator, monkeypatch):
    run = load(administrator, sheet(*(f"P{n}" for n in range(CHUNK + 5))))
    from apps.datatools.services import undo

    work, calls = undo.plan_run, []

    def once(entries, by):
        calls.append(len(entries))
        if len(calls) == 2:
            raise KeyboardInterrupt
        work(entries, by)

    monkeypatch.setattr(undo, "plan_run", once)
    with pytest.raises(KeyboardInterrupt):
        undo_run(run, by=administrator)
    assert Party.objects.count() == 5
    assert undo_run(run, by=administrator) == {"undone": CHUNK + 5, "stay": 0}


def test_posted_invoices_are_cancelled_and_the_paid_one_stays(administrator):
    shop = Shop()
    shop.stock()
    content = (
        "number,date,party,lines/product,lines/quantity,lines/unit_price\n"
        f"X1,{company_today()},{shop.customer.display_name},{shop.chair.code},1,100\n"
        f"X2,{company_today()},{shop.customer.display_name},{shop.chair.code},1,100\n"
    )
    run = load(administrator, content, "sales/posted-invoices", company=shop.company.code, keep_numbers=True)
    first = Invoice.objects.get(number="X1")
    Invoice.objects.filter(pk=first.pk).untracked_update(status="cancelled")
    preview = undo_preview(run, by=administrator)
    assert (preview["cancel"], preview["stay"]) == (1, 1)
    assert Invoice.objects.get(number="X2").status == "posted"
    undo_run(run, by=administrator)
    assert Invoice.objects.get(number="X2").status == "cancelled"


def test_who_made_it_takes_it_back_and_others_need_the_right(administrator):
    clerk, other = make_user(*IMPORTER), make_user(*IMPORTER)
    trusted = make_user(*IMPORTER, "datatools.undo_import")
    run = load(clerk, sheet("A"))
    undo_require(run, clerk)
    undo_require(run, trusted)
    with pytest.raises(NotAllowed):
        undo_require(run, other)
    with pytest.raises(NotAllowed):
        undo_run(run, by=other)
    assert Party.objects.count() == 1


def test_it_is_in_the_access_log_and_starts_once(administrator):
    run = load(administrator, sheet("A"))
    started = undo_start(run, by=administrator)
    assert AccessLog.objects.filter(event="import_undone", user_id=administrator.pk).count() == 1
    with pytest.raises(Refused):
        undo_start(started, by=administrator)


def test_a_dry_run_and_an_import_that_failed_at_once_have_nothing_to_take_back(administrator):
    run = load(administrator, sheet("A"))
    for values in ({"dry_run": True, "state": "checked"}, {"dry_run": False, "state": "failed", "pk": None}):
        for name, value in values.items():
            setattr(run, name, value)
        run.save()
        with pytest.raises(Refused, match="Only a finished import"):
            undo_require(run, administrator)


def test_whoever_may_not_change_records_changes_none_by_importing(administrator):
    load(administrator, sheet("A"))
    clerk = make_user("parties.view_party", "parties.add_party", "parties.import_party")
    run = import_start(
        target_key="parties/parties", content=sheet("A", "B").encode(), file_name="f.csv", mapping={},
        options={}, mode="skip_bad", dry_run=False, by=clerk,
    )  # fmt: skip
    assert (run.created_count, run.updated_count) == (1, 0)
    assert [(e["row"], e["code"]) for e in run.errors] == [(2, "permission_denied")]


def test_api_shows_what_would_go_and_starts_it(api, administrator):
    run = load(administrator, sheet("A"))
    path = f"datatools/imports/{run.pk}/undo/"
    assert api.get(path)["data"]["preview"]["delete"] == 1
    answer = api.post(path, expect=202)["data"]
    assert (answer["state"], answer["job"] is not None) == ("running", True)
    api.post(path, expect=409)


def test_the_page_shows_a_preview_to_who_may_and_404_to_others(administrator, client):
    run = load(administrator, sheet("A"))
    client.defaults["HTTP_HOST"] = "acme.localhost"
    client.force_login(administrator)
    text = client.get(f"/data/import/{run.pk}/?undo=1").content.decode()
    assert "1 new record is deleted." in text
    client.force_login(make_user(*IMPORTER))
    assert client.get(f"/data/import/{run.pk}/").status_code == 404
    assert client.post(f"/data/import/{run.pk}/undo/").status_code == 404


PRODUCTS = "code,name,unit,tax_category,sale_price\nP1,Priced,NOS,GST 18,100\nP2,Free,NOS,GST 18,0\n"


def test_products_whose_prices_are_history_go_into_the_bin_and_come_back_with_the_next_file(administrator):
    Shop()
    content = PRODUCTS.replace("GST 18", TaxCategory.objects.first().code)
    run = load(administrator, content, "catalog/products")
    preview = undo_preview(run, by=administrator)
    assert (preview["delete"], preview["bin"], preview["stay"]) == (1, 1, 0)
    undo_run(run, by=administrator)
    assert list(Product.objects.filter(code__in=["P1", "P2"]).values_list("code", "active")) == [
        ("P1", False)
    ]
    again = load(administrator, content, "catalog/products")
    assert (again.created_count, again.updated_count) == (2, 0)
    assert Product.objects.filter(code__in=["P1", "P2"], deleted_at=None, active=True).count() == 2


# --- the bin ------------------------------------------------------------------------------------------


def binned_party(by) -> Party:
    load(by, sheet("Old"))
    party = Party.objects.get(display_name="Old")
    record_delete(party, by=by)
    return party


def test_what_the_file_took_out_of_the_bin_goes_back_there_as_it_was(administrator):
    party = binned_party(administrator)
    run = load(administrator, "display_name,legal_name,phone\nOld,New name Ltd,77\n")
    assert Party.objects.get(pk=party.pk).deleted_at is None
    assert undo_preview(run, by=administrator)["bin"] == 1
    assert undo_run(run, by=administrator) == {"undone": 1, "stay": 0}
    row = Party._base_manager.get(pk=party.pk)
    assert row.deleted_at is not None
    assert (row.legal_name, row.phone, row.active) == ("Old Ltd", "98", False)


def refused_codes(by, content: str, target="parties/parties") -> list[str]:
    run = import_start(
        target_key=target, content=content.encode(), file_name="f.csv", mapping={}, options={},
        mode="skip_bad", dry_run=False, by=by,
    )  # fmt: skip
    return [error["code"] for error in run.errors]


def test_a_file_takes_nothing_out_of_the_bin_for_who_may_not_delete(administrator):
    party = binned_party(administrator)
    assert refused_codes(make_user(*IMPORTER), sheet("Old")) == ["permission_denied"]
    assert Party._base_manager.get(pk=party.pk).deleted_at is not None
    assert refused_codes(make_user(*IMPORTER, "parties.delete_party"), sheet("Old")) == []
    assert Party._base_manager.get(pk=party.pk).deleted_at is None


def people(*codes: str) -> tuple[str, ...]:
    rights = ("view", "add", "change", "delete", "import")
    return (*(f"accounts.{right}_{kind}" for kind in ("user", "role") for right in rights), *codes)


def test_a_role_leaves_the_bin_by_a_file_only_for_who_holds_its_rights(administrator):
    content = "code,name,permissions\nmighty,Mighty,company.change_company\n"
    load(administrator, content, "accounts/roles")
    role = Role.objects.get(code="mighty")
    record_delete(role, by=administrator)
    assert refused_codes(make_user(*people()), "code,name\nmighty,Mighty\n", "accounts/roles") == [
        "permission_denied"
    ]
    role.refresh_from_db()
    assert role.deleted_at is not None


def test_a_user_leaves_the_bin_by_a_file_as_on_his_page(administrator):
    gone = make_user()
    User.objects.filter(pk=gone.pk).update(deleted_at=gone.created_at, is_active=False)
    content = f"email,name\n{gone.email},Back again\n"
    assert refused_codes(make_user(*people()), content, "accounts/users") == ["permission_denied"]
    run = load(make_user(*people("accounts.deactivate_user")), content, "accounts/users")
    gone.refresh_from_db()
    assert (gone.is_active, gone.deleted_at, gone.name) == (True, None, "Back again")
    assert undo_run(run, by=administrator) == {"undone": 1, "stay": 0}
    gone.refresh_from_db()
    assert (gone.is_active, gone.deleted_at is not None) == (False, True)


def test_users_that_a_file_made_go_as_users_go(administrator):
    run = load(administrator, "email,name\nnew@acme.example,New\n", "accounts/users")
    assert undo_preview(run, by=administrator)["bin"] == 1
    undo_run(run, by=administrator)
    user = User._base_manager.get(email="new@acme.example")
    assert (user.is_active, user.deleted_at is not None) == (False, True)
    assert AccessLog.objects.filter(event="user_deactivated").count() == 1


def test_the_page_says_so_when_somebody_else_was_quicker(administrator, client, monkeypatch):
    from apps.core.errors import Busy
    from apps.datatools import run_pages

    def busy(run, by):
        raise Busy("Somebody is writing this record.")

    monkeypatch.setattr(run_pages, "undo_preview", busy)
    run = load(administrator, sheet("A"))
    client.defaults["HTTP_HOST"] = "acme.localhost"
    client.force_login(administrator)
    assert "Somebody is writing this record." in client.get(f"/data/import/{run.pk}/?undo=1").content.decode()
