"""One field of many records: previewed, written with every check, undone."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from apps.catalog.models import Product
from apps.core.errors import InvalidInput, NotAllowed, Refused
from apps.core.records import record_save
from apps.datatools.importing.editing import EditTarget, edit_fields
from apps.datatools.models import ImportRun
from apps.datatools.services.edits import edit_apply, edit_create, edit_preview
from apps.datatools.services.imports import import_resume
from apps.datatools.services.undo import undo_run
from apps.parties.api import PartyApi
from apps.parties.models import Party
from tests.factories.accounts import make_user
from tests.factories.parties import make_customer
from tests.factories.sales import Shop

pytestmark = pytest.mark.django_db


@pytest.fixture
def parties():
    return [make_customer(display_name=f"E{n}", legal_name=f"E{n} Ltd") for n in range(3)]


def ids(rows):
    return [row.pk for row in rows]


def applied(run: ImportRun, name, value, by) -> ImportRun:
    edit_apply(run, name, value, by=by)
    run.refresh_from_db()
    return import_resume(run, b"")


def test_preview_shows_old_and_new_and_writes_nothing(administrator, parties):
    run = edit_create(Party, ids(parties), by=administrator)
    rows = edit_preview(run, "territory", "West", by=administrator)["rows"]
    assert [(row["old"], row["new"], row["refused"]) for row in rows] == [("", "West", "")] * 3
    assert not Party.objects.filter(territory="West").exists()
    assert Party.history.filter(id=parties[0].pk).count() == 1


def test_a_value_is_written_with_history_and_taken_back_unless_changed_since(administrator, parties):
    run = applied(edit_create(Party, ids(parties), by=administrator), "territory", "West", administrator)
    assert (run.state, run.updated_count) == ("done", 3)
    assert Party.history.filter(id=parties[0].pk).count() == 2
    last = Party.objects.get(pk=parties[2].pk)
    record_save(last, values={"phone": "7"}, version=last.version, by=administrator)
    assert undo_run(run, by=administrator) == {"undone": 2, "stay": 1}
    kept = Party.objects.filter(pk__in=ids(parties)).order_by("pk")
    assert list(kept.values_list("territory", flat=True)) == ["", "", "West"]


def test_what_a_rule_refuses_is_left_out_with_its_reason(administrator):
    shop = Shop()
    chosen = [shop.chair.pk, shop.fitting.pk]
    run = edit_create(Product, chosen, by=administrator)
    rows = {row["id"]: row for row in edit_preview(run, "tracking", "batch", by=administrator)["rows"]}
    assert rows[shop.fitting.pk]["refused"] == "Only goods are tracked."
    assert rows[shop.chair.pk]["refused"] == ""
    run = applied(run, "tracking", "batch", administrator)
    assert (run.updated_count, run.skipped_count) == (1, 1)
    assert run.errors[0]["detail"] == "Only goods are tracked."


def test_what_is_so_already_is_not_written(administrator, parties):
    run = applied(edit_create(Party, ids(parties), by=administrator), "territory", "", administrator)
    assert (run.updated_count, run.skipped_count, run.errors) == (0, 3, [])
    assert Party.history.filter(id=parties[0].pk).count() == 1


def test_guarded_and_naming_fields_are_not_offered():
    clerk = make_user("parties.view_party", "parties.change_party")
    fields = edit_fields(PartyApi, clerk)
    assert "territory" in fields
    assert not {"pan", "credit_limit", "display_name", "version", "addresses"} & fields.keys()
    with pytest.raises(InvalidInput):
        EditTarget("parties/parties", "credit_limit", "5", clerk)


def test_rights_are_asked_for_the_kind_and_for_each_record(administrator, parties):
    with pytest.raises(NotAllowed):
        edit_create(Party, ids(parties), by=make_user("parties.view_party"))
    clerk = make_user("parties.view_party", "parties.change_party", level="own")
    run = edit_create(Party, ids(parties), by=clerk)
    rows = edit_preview(run, "territory", "West", by=clerk)["rows"]
    assert {row["refused"] for row in rows} == {"It is gone, or you may not see it."}
    assert {row["record"] for row in rows} == {str(pk) for pk in ids(parties)}, "no name of a hidden record"


def test_a_run_is_applied_once(administrator, parties):
    run = edit_create(Party, ids(parties), by=administrator)
    edit_apply(run, "territory", "West", by=administrator)
    with pytest.raises(Refused):
        edit_apply(run, "territory", "East", by=administrator)


def test_api_previews_applies_and_says_what_is_wrong(api, parties):
    body = {"target": "parties/parties", "ids": ids(parties), "field": "territory", "value": "West"}
    answer = api.post("datatools/edits/", body)["data"]
    assert (answer["count"], answer["rows"][0]["new"]) == (3, "West")
    done = api.post(
        f"datatools/edits/{answer['id']}/apply/", {"field": "territory", "value": "West"}, expect=202
    )
    assert done["data"]["job"]
    by_filter = {"target": "parties/parties", "filters": {"display_name__istartswith": "E"}}
    assert api.post("datatools/edits/", by_filter)["data"]["count"] == 3
    for body, field in (
        ({"target": "accounts/users", "ids": [1]}, "target"),
        ({"target": "parties/parties"}, "ids"),
        ({"target": "parties/parties", "ids": ["x"]}, "ids"),
        ({"target": "parties/parties", "ids": ids(parties), "field": "nothing", "value": 1}, "field"),
        ({"target": "parties/parties", "filters": {"nothing": 1}}, "nothing"),
    ):
        assert api.post("datatools/edits/", body, expect=400)["errors"][0]["field"] == field


def test_the_list_offers_it_and_the_page_leads_to_the_job(administrator, parties):
    client = Client(HTTP_HOST="acme.localhost")
    client.force_login(administrator)
    listing = reverse("admin:parties_party_changelist")
    body = {"action": "bulk_edit", "_selected_action": ids(parties)}
    address = client.post(listing, body)["Location"]
    assert "New value" in client.get(f"{address}?field=territory").content.decode()
    assert "<strong>West</strong>" in client.get(f"{address}?field=territory&value=West").content.decode()
    client.post(f"{address}apply/", {"field": "territory", "value": "West"})
    assert ImportRun.objects.get(origin="edit").state == "running"
    client.force_login(make_user("parties.view_party"))
    assert client.get(address).status_code == 404
    assert b"bulk_edit" not in client.get(listing).content


SEES_RUNS = ("parties.view_party", "parties.change_party", "datatools.view_importrun")


def browser(user) -> Client:
    client = Client(HTTP_HOST="acme.localhost")
    client.force_login(user)
    return client


def test_nobody_comes_near_the_edit_of_somebody_else(administrator, parties, api_as):
    colleague = make_user(*SEES_RUNS, level="own")
    run = edit_create(Party, ids(parties), by=administrator)
    client, address = browser(colleague), reverse("bulk_edit", args=[run.pk])
    body = {"field": "territory", "value": "West"}
    assert client.get(f"{address}?field=territory&value=West").status_code == 404
    assert client.post(f"{address}apply/", body).status_code == 404
    api_as(colleague).post(f"datatools/edits/{run.pk}/apply/", body, expect=404)
    with pytest.raises(NotAllowed):
        edit_preview(run, "territory", "West", by=colleague)
    with pytest.raises(NotAllowed):
        edit_apply(run, "territory", "West", by=colleague)
    run.refresh_from_db()
    assert (run.state, run.job_id) == ("checked", None)


def test_a_checked_file_is_no_edit(administrator):
    run = ImportRun.objects.create(
        target="parties/parties", owner=administrator, file_name="f.csv", state="checked", dry_run=True
    )
    client, address = browser(administrator), reverse("bulk_edit", args=[run.pk])
    assert client.get(f"{address}?field=territory&value=West").status_code == 404
    assert client.post(f"{address}apply/", {"field": "territory", "value": "West"}).status_code == 404


def test_the_page_says_that_the_right_was_taken_away_since(parties):
    clerk = make_user(*SEES_RUNS)
    run = edit_create(Party, ids(parties), by=clerk)
    clerk.roles.get().grants.filter(permission="parties.change_party").delete()
    answer = browser(clerk).get(reverse("bulk_edit", args=[run.pk]), follow=True)
    assert answer.redirect_chain[-1][0] == reverse("import_run", args=[run.pk])
    assert "You may not change" in answer.content.decode()


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"field": "credit_policies", "value": 1}, "field"),
        ({"fields": "territory"}, "fields"),
        ({"ids": []}, "ids"),
    ],
)
def test_what_is_refused_leaves_no_run(api, parties, more, field):
    body = {"target": "parties/parties", "ids": ids(parties)} | more
    assert api.post("datatools/edits/", body, expect=400)["errors"][0]["field"] == field
    assert not ImportRun.objects.exists()


def test_a_repeated_call_answers_with_the_first_run(api, parties):
    body = {"target": "parties/parties", "ids": ids(parties), "field": "territory", "value": "West"}
    first, again = (
        api.post("datatools/edits/", body, HTTP_IDEMPOTENCY_KEY="k1")["data"]["id"] for _ in range(2)
    )
    assert first == again
    assert ImportRun.objects.count() == 1


def test_more_records_than_one_edit_takes_are_refused_on_the_list(administrator, parties, monkeypatch):
    monkeypatch.setattr("apps.datatools.services.edits.MOST", 2)
    listing = reverse("admin:parties_party_changelist")
    body = {"action": "bulk_edit", "_selected_action": ids(parties)}
    answer = browser(administrator).post(listing, body, follow=True)
    assert "Choose 1 to 2 records." in answer.content.decode()
    assert not ImportRun.objects.exists()
