"""Typed settings: defaults, values of the organisation and of companies, pages, API, history, effect."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from apps.company.models import SettingValue
from apps.company.services.access import company_limit_set
from apps.company.services.settings import setting_reset, settings_changes, settings_save
from apps.core.errors import InvalidInput, NotAllowed
from apps.core.typed_settings import setting, settings_declared, settings_of
from apps.documents.services.printing import print_builder
from apps.files.models import StoredFile
from apps.files.services.storage import file_keep
from apps.messaging.models import MailMessage, Notification
from apps.messaging.services.cleaning import mails_clean, notifications_clean
from apps.messaging.services.mail import mail_queue
from tests.factories.accounts import make_user
from tests.factories.company import make_company
from tests.factories.sales import Shop
from tests.kit.clients import ApiClient, signed_in

pytestmark = pytest.mark.django_db
DAYS = "sales.quotation_days"


def page(app, **query):
    tail = "&".join(f"{name}={value}" for name, value in query.items())
    return reverse("settings_page", "config.urls", args=[app]) + (f"?{tail}" if tail else "")


def test_a_change_that_is_rolled_back_is_served_to_nobody(administrator):
    before = setting(DAYS)
    with transaction.atomic():
        settings_save("sales", {"quotation_days": before + 7}, by=administrator)
        assert setting(DAYS) == before + 7  # those who made it see it at once
        transaction.set_rollback(True)
    assert setting(DAYS) == before


@pytest.fixture
def company():
    return make_company()


@pytest.fixture
def seller():
    return make_user("sales.change_settings")


# --- values ---------------------------------------------------------------------------------------


def test_company_wins_over_organisation_and_that_over_the_default(administrator, company):
    assert setting(DAYS, company.pk) == 30
    settings_save("sales", {"quotation_days": 20}, by=administrator)
    settings_save("sales", {"quotation_days": 7}, company=company, by=administrator)
    assert (setting(DAYS), setting(DAYS, company.pk), setting(DAYS, make_company().pk)) == (20, 7, 20)
    assert setting_reset(DAYS, company=company, by=administrator)
    assert setting(DAYS, company.pk) == 20
    assert setting_reset(DAYS, by=administrator)
    assert not setting_reset(DAYS, by=administrator)
    assert setting(DAYS, company.pk) == 30


def test_every_declared_setting_is_read_in_one_query(company, django_assert_num_queries):
    keys = [item.key for item in settings_declared()]
    settings_declared()
    with django_assert_num_queries(1):
        values = settings_of(keys, company.pk)
    assert {item.key: item.default for item in settings_declared()} == values
    assert len(keys) >= 12


@pytest.mark.parametrize(
    ("app", "name", "value"),
    [
        ("sales", "quotation_days", 0),
        ("sales", "quotation_days", 366),
        ("sales", "quotation_days", "30"),
        ("sales", "quotation_days", True),
        ("sales", "quotation_days", None),
        ("sales", "no_such", 1),
        ("documents", "print_bank", 1),
        ("documents", "print_language", "fr"),
        ("documents", "print_language", ["en"]),
        ("documents", "print_accent", "red"),
        ("documents", "print_footer", "a\nb"),
        ("documents", "print_footer", "x" * 161),
        ("messaging", "mail_footer", "a\x00b"),
        ("company", "working_days", []),
        ("company", "working_days", ["mon", "someday"]),
        ("company", "working_days", "mon"),
    ],
)
def test_bad_values_name_the_setting_and_nothing_is_kept(app, name, value, administrator):
    with pytest.raises(InvalidInput) as refused:
        settings_save(app, {name: value}, by=administrator)
    assert refused.value.field == name
    assert not SettingValue.objects.exists()


def test_one_bad_value_keeps_the_good_ones_out_too(administrator, company):
    with pytest.raises(InvalidInput):
        settings_save("documents", {"print_bank": False, "print_accent": "#12"}, by=administrator)
    assert not SettingValue.objects.exists()
    with pytest.raises(InvalidInput) as refused:
        settings_save("messaging", {"mail_footer": "x"}, company=company, by=administrator)
    assert refused.value.code == "not_per_company"


def test_a_value_that_holds_already_leaves_no_trace(administrator, company):
    assert settings_save("sales", {"quotation_days": 30}, by=administrator) == []
    assert settings_save("sales", {"quotation_days": 9}, by=administrator) == ["quotation_days"]
    assert settings_save("sales", {"quotation_days": 9}, company=company, by=administrator) == []
    assert SettingValue.objects.count() == SettingValue.history.count() == 1


def test_a_setting_can_be_there_once_only(company):
    SettingValue.objects.create(key=DAYS, value=3)
    with pytest.raises(IntegrityError), transaction.atomic():
        SettingValue.objects.create(key=DAYS, value=4)


# --- rights ---------------------------------------------------------------------------------------


def test_only_who_may_change_a_module_and_only_while_it_is_on(seller, administrator):
    settings_save("sales", {"quotation_days": 9}, by=seller)
    with pytest.raises(NotAllowed):
        settings_save("documents", {"print_bank": False}, by=seller)
    with pytest.raises(NotAllowed):
        setting_reset("documents.print_bank", by=seller)
    browser = signed_in(seller)
    assert browser.get(page("sales")).status_code == 200
    assert browser.get(page("documents")).status_code == 404
    text = browser.get(reverse("settings_index", "config.urls")).content.decode()
    assert page("sales") in text
    assert page("documents") not in text
    assert page("sales") not in signed_in(make_user("parties.view_party")).get(
        reverse("settings_index", "config.urls")
    ).content.decode()  # fmt: skip


def test_who_is_limited_to_a_company_changes_only_that_one(seller, company):
    other = make_company()
    company_limit_set(seller, [company], by=None)
    seller = type(seller).objects.get(pk=seller.pk)
    settings_save("sales", {"quotation_days": 9}, company=company, by=seller)
    for target in (None, other):
        with pytest.raises(NotAllowed):
            settings_save("sales", {"quotation_days": 8}, company=target, by=seller)
    browser = signed_in(seller)
    assert browser.get(page("sales", company=other.pk)).status_code == 404
    assert other.trade_name not in browser.get(page("sales")).content.decode()
    api = ApiClient(seller)
    assert api.patch(f"company/settings/{DAYS}/", {"value": 3, "company": other.pk}, expect=400)
    assert api.patch(f"company/settings/{DAYS}/", {"value": 3}, expect=403)


# --- pages and API --------------------------------------------------------------------------------


def test_administrator_changes_resets_and_sees_who_did_it(administrator, company):
    browser = signed_in(administrator)
    sent = {"quotation_days": "12", "initial-quotation_days": "30"}
    answer = browser.post(page("sales", company=company.pk), sent, follow=True).content.decode()
    assert "Saved." in answer
    assert setting(DAYS, company.pk) == 12
    browser.post(page("sales", company=company.pk), {"reset": "quotation_days"})
    assert setting(DAYS, company.pk) == 30
    text = browser.get(page("sales")).content.decode()
    assert str(administrator) in text
    first, second = settings_changes("sales")
    assert (first.before, first.after) == ("12 days", "as for all")
    assert (second.before, second.after, second.company) == ("as for all", "12 days", company.trade_name)


def test_page_saves_what_was_changed_and_nothing_else(administrator):
    """What somebody else changed since the page was opened stays."""
    settings_save("messaging", {"mail_days": 90}, by=administrator)
    sent = {
        "mail_footer": "Acme, Pune", "initial-mail_footer": "",
        "notification_days": "180", "initial-notification_days": "180",
        "mail_days": "730", "initial-mail_days": "730",
        "texts_for_person": "20", "initial-texts_for_person": "20",
        "texts_for_all": "500", "initial-texts_for_all": "500",
    }  # fmt: skip
    signed_in(administrator).post(page("messaging"), sent)
    assert setting("messaging.mail_footer") == "Acme, Pune"
    assert setting("messaging.mail_days") == 90


def test_page_says_beside_the_field_what_is_wrong(administrator):
    sent = {"quotation_days": "900", "initial-quotation_days": "30"}
    answer = signed_in(administrator).post(page("sales"), sent)
    assert answer.status_code == 200
    assert answer.context["form"].errors["quotation_days"] == ["From 1 to 365."]
    assert not SettingValue.objects.exists()


def test_api_lists_changes_and_resets(api, company):
    rows = api.get("company/settings/", module="sales")["data"]
    assert rows[0]["key"] == DAYS
    assert {row["module"] for row in rows} == {"sales"}
    body = api.patch(f"company/settings/{DAYS}/", {"value": 5, "company": company.pk})["data"]
    assert (body["value"], body["default"], body["is_set"]) == (5, 30, True)
    shown = api.get("company/settings/", company=company.pk)["data"]
    assert all(row["per_company"] for row in shown)
    body = api.patch(f"company/settings/{DAYS}/", {"reset": True, "company": company.pk})["data"]
    assert (body["value"], body["is_set"]) == (30, False)
    for bad in ({"value": 0}, {"value": "5"}, {}, {"reset": True, "value": 2}, {"value": 5, "company": 9**9}):
        errors = api.patch(f"company/settings/{DAYS}/", bad, expect=400)["errors"]
        assert errors[0]["field"] in ("value", "company")
    api.patch("company/settings/sales.no_such/", {"value": 5}, expect=404)
    api.get("company/settings/", expect=400, module="nothing")


# --- effect ---------------------------------------------------------------------------------------


def test_quotation_lasts_as_long_as_the_setting_of_its_company_says(api, administrator):
    shop = Shop()
    settings_save("sales", {"quotation_days": 10}, company=shop.company, by=administrator)
    made = api.post("sales/quotations/", shop.draft())["data"]
    days = timedelta(days=10)
    assert made["valid_until"] == (timezone.datetime.fromisoformat(made["date"]) + days).date().isoformat()


def test_print_follows_the_settings_of_the_company(api, administrator):
    shop = Shop()
    made = api.post("sales/quotations/", shop.draft())["data"]
    from apps.sales.models import Quotation

    quotation = Quotation.objects.get(pk=made["id"])
    values = {"print_footer": "Pune jurisdiction", "print_accent": "#AA0000", "print_bank": False}
    settings_save("documents", values, company=shop.company, by=administrator)
    sender = print_builder(Quotation)(quotation).company
    assert (sender.footer, sender.accent, sender.bank) == ("Pune jurisdiction", "#aa0000", None)
    settings_save("documents", {"print_language": "hi"}, by=administrator)
    assert api.client.get(f"/api/v1/sales/quotations/{quotation.pk}/pdf/").content[:5] == b"%PDF-"


def test_old_messages_go_with_their_files_and_waiting_ones_stay(administrator):
    old = timezone.now() - timedelta(days=800)
    Notification.objects.create(user=administrator, event="x", title="old")
    Notification.objects.update(created_at=old)
    Notification.objects.create(user=administrator, event="x", title="new")
    gone = mail_queue(
        to=["a@b.example"], subject="old", text="x", attachments=[("a.txt", b"a", "text/plain")]
    )
    waits = mail_queue(to=["a@b.example"], subject="waits", text="x")
    held = file_keep(b"held", name="b.txt", by=administrator)
    MailMessage.objects.update(created_at=old)
    MailMessage.objects.filter(pk=gone.pk).update(state="sent")
    file_of_mail = gone.attachments.get().file_id
    assert (notifications_clean(), mails_clean()) == (1, 1)
    assert list(MailMessage.objects.values_list("pk", flat=True)) == [waits.pk]
    assert list(StoredFile.objects.filter(pk__in=[file_of_mail, held.pk])) == [held]
    assert Notification.objects.get().title == "new"


def test_mail_carries_the_foot_that_was_set(administrator):
    settings_save("messaging", {"mail_footer": "Acme\nPune"}, by=administrator)
    mail = mail_queue(to=["a@b.example"], subject="s", context={"text": "Hello", "title": "s"})
    assert mail.text.endswith("-- \nAcme\nPune\n")
    assert "Acme<br>Pune" in mail.html
