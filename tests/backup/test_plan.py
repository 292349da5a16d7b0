"""Each organisation's own backup plan: hour, days kept, own bucket; and a missed night is told."""

from __future__ import annotations

import gzip
import os
import re
import threading
from datetime import UTC, datetime, time, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlsplit

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from apps.accounts.models import AccessLog, SignInSession
from apps.backup.models import BackupPlan, BackupRun
from apps.backup.own_bucket import Keys, OwnBucketTarget, signature_headers
from apps.backup.services.handing_out import backups_here
from apps.backup.services.plan import bucket_try, days_kept, own_bucket, place_now, plan_get, plan_save
from apps.backup.services.restore_jobs import restore_ask
from apps.backup.services.restoring import manifest_read
from apps.backup.services.running import backup_late, backup_run, backup_warn, nightly_due, prune_here
from apps.core.errors import InvalidInput, Refused
from apps.core.secrets import secret_read
from apps.core.tenant import organisation_context
from apps.messaging.catalogue import notification_event
from apps.messaging.models import Notification
from apps.platform.models import Figures
from apps.platform.selectors import dashboard, without_backup
from apps.platform.services.figures import figures_collect
from apps.tenancy.models import Organisation, OrganisationJob, PlatformState
from tests.factories.accounts import make_user

SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
ACCESS = "AKIAIOSFODNN7EXAMPLE"


class Store(BaseHTTPRequestHandler):
    """A store that keeps objects by path and believes only calls that are signed with the right secret."""

    def _body(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def _signed(self) -> bool:
        given = self.headers.get("Authorization", "")
        at = datetime.strptime(self.headers["x-amz-date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        url = f"http://{self.headers['Host']}{self.path}"
        keys = Keys(ACCESS, SECRET, "ap-south-1")
        payload = self.headers["x-amz-content-sha256"]
        return given == signature_headers(keys, self.command, url, payload=payload, at=at)["authorization"]

    def _answer(self) -> None:
        body, objects = self._body(), self.server.objects
        parts = urlsplit(self.path)
        self.server.seen.append(parts.path)
        status, out = 200, b""
        if self.server.refuses or not self._signed():
            status = 403
        elif self.command == "PUT":
            objects[parts.path] = body
        elif self.command == "DELETE":
            objects.pop(parts.path, None)
            status = 204
        elif parts.query:
            prefix = unquote(re.search(r"prefix=([^&]*)", parts.query)[1])
            out = self._list(parts.path, prefix).encode()
        elif parts.path in objects:
            out = objects[parts.path] + self.server.more
        else:
            status = 404
        self.send_response(status)
        if "gzip" in self.headers.get("Accept-Encoding", ""):  # as a store behind a proxy does
            out = gzip.compress(out)
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(out)))
        self.end_headers()
        self.wfile.write(out)

    def _list(self, bucket: str, prefix: str) -> str:
        rows = "".join(
            f"<Contents><Key>{path.removeprefix(bucket + '/')}</Key>"
            f"<LastModified>{timezone.now():%Y-%m-%dT%H:%M:%S.000Z}</LastModified>"
            f"<Size>{len(body)}</Size></Contents>"
            for path, body in self.server.objects.items()
            if path.startswith(f"{bucket}/{prefix}")
        )
        return f'<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">{rows}</ListBucketResult>'

    do_GET = do_PUT = do_DELETE = _answer

    def log_message(self, *_args: object) -> None:
        pass


@pytest.fixture
def store(settings):
    server = ThreadingHTTPServer(("127.0.0.1", 0), Store)
    server.objects, server.more, server.seen, server.refuses = {}, b"", [], False
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.OUTBOUND_ALLOWED_HOSTS = ["127.0.0.1"]
    server.values = {
        "place": "bucket", "endpoint": f"http://127.0.0.1:{server.server_port}", "region": "ap-south-1",
        "bucket": "acme-keep", "prefix": "bahi", "access_key": ACCESS,
    }  # fmt: skip
    yield server
    server.shutdown()


def allow(*, own_bucket=True, keep_days=30):
    PlatformState.objects.update_or_create(
        pk=1, defaults={"backup_own_bucket": own_bucket, "backup_keep_days": keep_days}
    )


def made(at, *, error=""):
    return BackupRun.objects.create(
        at=at, nightly=True, place="installation", name="" if error else "acme/x.bahibackup", error=error
    )


def old_acme(days=90):
    Organisation.objects.filter(slug="acme").update(created_at=timezone.now() - timedelta(days=days))


def here(zone="Asia/Kolkata", **clock):
    """A moment by acme's clock, in the time to come, so that nothing was made before it."""
    from zoneinfo import ZoneInfo

    return datetime(2031, 5, 20, tzinfo=ZoneInfo(zone)).replace(**clock)


def test_calls_are_signed_as_the_maker_of_s3_shows_it():
    """The example of Amazon's own documentation, to the last digit."""
    keys = Keys(ACCESS, SECRET, "us-east-1")
    payload = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    signed = signature_headers(
        keys, "GET", "https://examplebucket.s3.amazonaws.com/test.txt", payload=payload,
        at=datetime(2013, 5, 24, tzinfo=UTC), more={"range": "bytes=0-9"},
    )  # fmt: skip
    assert signed["authorization"].endswith(
        "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"
    )


def test_backup_goes_into_the_own_bucket_and_restores_from_it(owner, place, store):
    allow()
    with organisation_context("org_acme"):
        with transaction.atomic():
            plan_save(values=store.values, secret=SECRET, by=None)
        done = backup_run(nightly=True)
        assert list(store.objects) == [f"/acme-keep/bahi/{done.name}"]
        assert store.objects[f"/acme-keep/bahi/{done.name}"].startswith(b"BAHIBAK1")
        (shown,) = backups_here().items
        assert (shown.name, shown.own, shown.size) == (done.name, True, done.size)
        assert BackupRun.objects.get().place == "bucket"
        store.objects.clear()
        assert backups_here().items == []
        BackupRun.objects.all().delete()
    with organisation_context("org_acme"):
        again = backup_run()
    owner.set_schema_to_public()
    assert manifest_read(again.name)["schema"] == "org_acme"  # the operator finds it there too
    assert restore_ask(name=again.name, slug="acme-again").source == again.name
    OrganisationJob.objects.all().delete()
    store.refuses = True
    with pytest.raises(Refused, match="403"):  # not: there is no such backup
        restore_ask(name=again.name, slug="acme-again")


def test_what_the_installation_kept_before_goes_when_its_days_are_over(commits, place, store, settings):
    settings.BACKUP_KEEP_WEEKS = 0
    allow()
    with organisation_context("org_acme"):
        first = backup_run()
        with transaction.atomic():
            plan_save(values={**store.values, "keep_days": 9}, secret=SECRET, by=None)
        (kept,) = place.rglob("*.bahibackup")
        backup_run(nightly=True)
        assert kept.exists()
        long_ago = (timezone.now() - timedelta(days=10)).timestamp()
        os.utime(kept, (long_ago, long_ago))
        assert first.name in {item.name for item in backups_here().items}
        prune_here()
        assert not kept.exists()
        (item,) = backups_here().items
        assert item.own


def test_a_store_that_sends_more_than_it_told_is_not_believed(commits, place, store):
    allow()
    signed_in = Client(HTTP_HOST="acme.localhost")
    with organisation_context("org_acme"):
        signed_in.force_login(
            make_user("backup.make_backup", is_staff=True), backend="apps.accounts.backends.RoleBackend"
        )
        with transaction.atomic():
            plan_save(values=store.values, secret=SECRET, by=None)
        made = backup_run()
        store.more = b"x"
        with pytest.raises(Refused, match="give back"):
            own_bucket(plan_get()).open(made.name)
    answer = signed_in.get(f"/data/backups/{made.name.partition('/')[2]}/", follow=True)
    assert answer.redirect_chain == [("/data/backups/", 302)]
    assert "give back what was put into it" in answer.content.decode()


def test_a_trial_that_fails_leaves_nothing_that_looks_like_a_backup(commits, place, store):
    allow()
    with organisation_context("org_acme"):
        with transaction.atomic():
            plan_save(values=store.values, secret=SECRET, by=None)
        store.more = b"x"
        with pytest.raises(Refused):
            bucket_try()
        assert store.objects == {}
        assert not any(path.endswith(".bahibackup") for path in store.seen)
        allow(own_bucket=False)
        with pytest.raises(Refused, match="no bucket of its own"):
            bucket_try()


def test_a_bucket_that_refuses_is_told_and_kept_as_a_failure(commits, place, store):
    allow()
    with organisation_context("org_acme"):
        with transaction.atomic():
            plan_save(values=store.values, secret="not the secret", by=None)
        with pytest.raises(Refused, match="403"):
            bucket_try()
        with pytest.raises(Refused):
            backup_run(nightly=True)
        assert "403" in BackupRun.objects.get().error
        shelf = backups_here()
        assert (shelf.items, "403" in shelf.trouble) == ([], True)
        with transaction.atomic():
            plan_save(values={}, secret=SECRET, by=None)
        bucket_try()
        assert store.objects == {}  # the file of the trial is gone


@pytest.mark.django_db
@pytest.mark.parametrize(
    "endpoint",
    ["http://s3.example.com", "https://127.0.0.1", "https://169.254.169.254", "https://u:p@x.in", "s3"],
)
def test_an_address_inside_the_network_or_without_https_is_refused(endpoint):
    allow()
    with pytest.raises(InvalidInput) as refused:
        plan_save(
            values={"place": "bucket", "endpoint": endpoint, "bucket": "keep", "access_key": "k"},
            secret="s", by=None,
        )  # fmt: skip
    assert refused.value.field == "endpoint"


@pytest.mark.django_db
def test_a_plan_stays_within_what_the_operator_allows(store):
    allow(own_bucket=False, keep_days=10)
    with pytest.raises(InvalidInput) as refused:
        plan_save(values={**store.values, "keep_days": 11}, secret=SECRET, by=None)
    assert {item.field for item in refused.value.errors} == {"keep_days", "place"}
    allow(keep_days=60)
    plan = plan_save(values={**store.values, "keep_days": 45}, secret=SECRET, by=None)
    assert (days_kept(plan), place_now(plan)) == (45, "bucket")
    allow(own_bucket=False, keep_days=10)  # the operator takes it back: at once, whatever the plan says
    assert (days_kept(plan), place_now(plan)) == (10, "installation")
    kept = plan_save(values={"at": time(3, 0)}, by=None)  # the hour may change all the same
    assert (kept.at, kept.keep_days, kept.place) == (time(3, 0), 45, "bucket")
    with pytest.raises(InvalidInput):
        plan_save(values={"place": "bucket"}, by=None)
    with pytest.raises(IntegrityError), transaction.atomic():
        BackupPlan.objects.untracked_update(secret="plain")


@pytest.mark.django_db
def test_who_chose_no_days_keeps_what_the_installation_keeps(settings):
    settings.BACKUP_KEEP_DAYS = 60
    allow(keep_days=30)
    assert days_kept(plan_get()) == 60
    assert days_kept(plan_save(values={"keep_days": 20}, by=None)) == 20


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("access_key", "AKIAé"),
        ("access_key", "AK IA"),
        ("endpoint", "https://bücher.example"),
        ("endpoint", "https://s3.exämple..com"),
        ("endpoint", "https://s3.exa mple.com"),
    ],
)
def test_what_no_header_or_address_can_carry_is_refused_by_its_field(store, field, wrong):
    allow()
    with pytest.raises(InvalidInput) as refused:
        plan_save(values={**store.values, field: wrong}, secret=SECRET, by=None)
    assert refused.value.field == field


def test_an_address_that_the_client_can_not_read_is_a_refusal_of_the_store():
    bucket = OwnBucketTarget(
        endpoint="https://s3.exämple..com", bucket="keep", prefix="", keys=Keys("é", "s", "us-east-1")
    )
    with pytest.raises(Refused, match="can't be reached"):
        bucket.list("acme")


@pytest.mark.django_db
def test_the_administrator_plans_over_the_api_and_the_secret_is_never_told(api, store):
    allow()
    shown = api.get("backup/plan/")["data"]
    assert (shown["at"], shown["keep_days"], shown["has_secret"]) == ("01:40", None, False)
    body = {**store.values, "at": "23:15", "keep_days": 9, "secret": SECRET}
    saved = api.patch("backup/plan/", body)["data"]
    assert (saved["at"], saved["days_kept"], saved["place_now"]) == ("23:15", 9, "bucket")
    assert SECRET not in str(api.get("backup/plan/"))
    assert secret_read(BackupPlan.objects.get(), "secret") == SECRET
    assert SECRET not in BackupPlan.objects.get().secret
    assert api.post("backup/plan/try/", {}, expect=200)["data"]["works"]
    assert AccessLog.objects.filter(event="backup", detail__action="backup_plan").exists()
    for wrong, field in (
        ({"keep_days": 31}, "keep_days"),
        ({"bucket": "A B"}, "bucket"),
        ({"at": "x"}, "at"),
    ):
        assert api.patch("backup/plan/", wrong, expect=400)["errors"][0]["field"] == field


@pytest.mark.django_db
def test_only_with_the_permission_and_a_fresh_proof(api, api_as, browser):
    clerk = api_as(make_user("backup.make_backup"))
    clerk.get("backup/plan/", expect=403)
    clerk.patch("backup/plan/", {"keep_days": 2}, expect=403)
    clerk.post("backup/plan/try/", {}, expect=403)
    SignInSession.objects.all().untracked_update(confirmed_at=timezone.now() - timedelta(minutes=20))
    assert (
        api.patch("backup/plan/", {"keep_days": 2}, expect=403)["errors"][0]["code"]
        == "confirmation_required"
    )
    assert browser.get("/data/backups/plan/").status_code == 302  # asked who he is
    assert not BackupPlan.objects.exists()


@pytest.mark.django_db
def test_the_page_saves_the_hour_and_offers_the_bucket_only_where_it_is_allowed(settings):
    planner = make_user("backup.plan_backups", is_staff=True)
    browser = Client(HTTP_HOST="acme.localhost")
    browser.post("/accounts/login/", {"email": planner.email, "password": "kalam-Dawat-9"})
    allow(own_bucket=False)
    settings.BACKUP_DAILY = True
    page = browser.get("/data/backups/plan/").content.decode()
    assert 'name="endpoint"' not in page
    assert "not allowed here" in page
    settings.BACKUP_DAILY = False
    page = browser.get("/data/backups/plan/").content.decode()
    assert 'name="endpoint"' not in page
    assert "ask its operator" in page
    saved = browser.post("/data/backups/plan/", {"at": "04:05", "keep_days": "3"})
    assert saved.status_code == 302
    assert (plan_get().at, plan_get().keep_days) == (time(4, 5), 3)
    refused = browser.post("/data/backups/plan/", {"at": "04:05", "keep_days": "300"}).content.decode()
    assert "allows 30 days" in refused
    allow()
    page = browser.get("/data/backups/plan/").content.decode()
    assert 'name="endpoint"' in page
    asked = {"at": "04:05", "keep_days": "3", "place": "bucket", "endpoint": "https://10.0.0.1"}
    refused = browser.post("/data/backups/plan/", asked).content.decode()
    assert "not a public one" in refused


@pytest.mark.django_db
def test_the_night_s_backup_is_made_once_at_the_chosen_hour_and_caught_up(settings):
    settings.BACKUP_DAILY = True
    old_acme()
    plan_save(values={"at": time(23, 15)}, by=None)
    made(here(day=18, hour=23, minute=20))
    assert not nightly_due(here(day=19, hour=22))
    assert nightly_due(here(day=19, hour=23, minute=15))
    assert nightly_due(here(day=20, hour=9))  # no worker ran at night: in the morning
    made(here(day=20, hour=9))
    assert not nightly_due(here(day=20, hour=10))
    assert nightly_due(here(day=20, hour=23, minute=16))
    settings.BACKUP_DAILY = False
    assert not nightly_due(here(day=20, hour=23, minute=16))


@pytest.mark.django_db
def test_a_night_that_fails_is_tried_three_times_an_hour_apart(settings):
    settings.BACKUP_DAILY = True
    old_acme()
    for hour in (2, 3, 4):
        assert nightly_due(here(day=20, hour=hour))
        made(here(day=20, hour=hour), error="The disk is full")
        assert not nightly_due(here(day=20, hour=hour, minute=50))
    assert not nightly_due(here(day=20, hour=12))
    assert nightly_due(here(day=21, hour=1, minute=40))


@pytest.mark.django_db
def test_an_organisation_of_this_afternoon_waits_for_its_first_night(settings):
    settings.BACKUP_DAILY = True
    Organisation.objects.filter(slug="acme").update(created_at=timezone.now())
    with organisation_context("org_acme"):
        assert not nightly_due()
        assert not backup_warn()


@pytest.mark.django_db
def test_switching_the_nights_on_is_no_missed_night(settings, store):
    old_acme()
    with organisation_context("org_acme"):
        allow()
        plan_save(values=store.values, secret=SECRET, by=None)
        now = timezone.now()
        assert backup_late(now) == ""
        assert backup_late(now + timedelta(hours=27)) == "–"
        BackupPlan.objects.all().delete()
        settings.BACKUP_DAILY = True
        assert not backup_warn(now)  # the first one is about to be made
        made(now - timedelta(hours=30), error="The store answers with 500.")
        assert backup_warn(now)


@pytest.mark.django_db
def test_the_last_failure_stands_on_the_page_and_in_the_api(api, browser):
    made(timezone.now(), error="The store answers with 500.")
    assert "Failed: The store answers with 500." in browser.get("/data/backups/").content.decode()
    run = api.get("backup/plan/")["data"]["last_run"]
    assert (run["error"], run["place"], run["nightly"]) == (
        "The store answers with 500.",
        "installation",
        True,
    )
    made(timezone.now())
    assert "Failed:" not in browser.get("/data/backups/").content.decode()


@pytest.mark.django_db
def test_a_missed_night_is_told_to_those_who_make_backups_once_a_day(settings, administrator, browser):
    settings.BACKUP_DAILY = True
    old_acme()
    make_user("parties.view_party")
    with organisation_context("org_acme"):
        now = timezone.now()
        made(now - timedelta(hours=25))
        assert not backup_warn(now)
        assert "nightly backup is missing" not in browser.get("/").content.decode()
        BackupRun.objects.untracked_update(at=now - timedelta(hours=27))
        made(now - timedelta(hours=2), error="The store answers with 500.")
        assert backup_warn(now)
        assert not backup_warn(now + timedelta(hours=3))
        assert backup_warn(now + timedelta(hours=25))
        told = Notification.objects.filter(event="backup.missed")
        assert set(told.values_list("user_id", flat=True)) == {administrator.pk}
        assert "answers with 500" in told.last().body
        assert notification_event("backup.missed").mail  # and by mail, for who chose nothing else
        for page in ("/", "/admin/", "/data/backups/"):
            shown = browser.get(page).content.decode()
            assert "nightly backup is missing" in shown or "night was missed" in shown, page
        clerk = Client(HTTP_HOST="acme.localhost")
        clerk.force_login(
            make_user("parties.view_party", is_staff=True), backend="apps.accounts.backends.RoleBackend"
        )
        assert "nightly backup is missing" not in clerk.get("/").content.decode()
        made(now)
        assert not backup_warn(now + timedelta(hours=20))
        assert "nightly backup is missing" not in browser.get("/").content.decode()


@pytest.mark.django_db
def test_the_operator_s_dashboard_counts_organisations_without_a_backup(settings):
    settings.BACKUP_DAILY = True
    old_acme()
    with organisation_context("org_acme"):
        run = made(timezone.now() - timedelta(hours=2))
        figures_collect()
    assert "acme" not in without_backup().values_list("slug", flat=True)
    with organisation_context("org_acme"):
        BackupRun.objects.filter(pk=run.pk).untracked_update(at=timezone.now() - timedelta(hours=40))
        figures_collect()
    assert Figures.objects.get(organisation__slug="acme").backup_nightly
    assert "acme" in without_backup().values_list("slug", flat=True)
    assert "/admin/tenancy/organisation/?backup=late" in {item["page"] for item in dashboard()["to_do"]}
