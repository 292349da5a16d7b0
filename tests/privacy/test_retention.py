"""What was kept long enough goes, nothing else."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from apps.accounts.choices import AccessEvent
from apps.accounts.models import AccessLog, SignInSession
from apps.accounts.services.access_log import access_log_write
from apps.company.services.settings import settings_save
from apps.core.uow import run_in_unit_of_work
from apps.datatools.models import ImportRun
from apps.files.models import StoredFile
from apps.files.services.storage import file_keep
from apps.privacy.models import PersonalRequest
from apps.privacy.services.retention import access_log_due, retention_apply
from apps.privacy.tasks import apply_retention
from apps.tenancy.models import OrganisationJob
from apps.tenancy.services import owner_jobs
from tests.factories.accounts import make_user
from tests.privacy.test_erasure import asha, in_acme

OLD = timedelta(days=500)


@pytest.mark.django_db
def test_old_sign_ins_and_import_files_go_and_it_is_noted(administrator, settings, tmp_path):
    settings.MEDIA_ROOT = settings.DATA_DIR = tmp_path
    now = timezone.now()
    for age, address in ((OLD, "old"), (timedelta(days=30), "new")):
        SignInSession.objects.create(
            user=administrator,
            session_kind="browser",
            address=address,
            seen_at=now - age,
            expires_at=now - age,
        )
    files = [file_keep(b"name\nMeera", name=f"{n}.csv") for n in range(2)]
    for file, age in zip(files, (OLD, timedelta(days=1)), strict=True):
        ImportRun.objects.create(
            target="parties.party", owner=administrator, file=file, file_name="a.csv", finished_at=now - age
        )
    assert retention_apply() == {"sign_ins": 1, "import_files": 1}
    assert list(
        SignInSession.objects.filter(address__in=["old", "new"]).values_list("address", flat=True)
    ) == ["new"]
    assert list(StoredFile.objects.values_list("pk", flat=True)) == [files[1].pk]
    assert AccessLog.objects.get(event=AccessEvent.RETENTION).detail == {"sign_ins": 1, "import_files": 1}
    assert retention_apply() == {"sign_ins": 0, "import_files": 0}


@pytest.mark.django_db
def test_access_log_stays_unless_a_time_is_set(administrator):
    AccessLog.objects.create(event="sign_in")
    assert not access_log_due()


def test_access_log_and_users_in_the_bin_go_by_the_owners_process(owner, place):
    in_acme()
    run_in_unit_of_work(
        lambda: settings_save("privacy", {"access_log_days": 400, "deleted_user_days": 30}, by=asha())
    )
    run_in_unit_of_work(lambda: access_log_write(AccessEvent.SIGN_IN, label="young"))
    old = run_in_unit_of_work(lambda: access_log_write(AccessEvent.SIGN_IN, label="old"))
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('bahi.erasing', 'test', false)")
        cursor.execute(
            "UPDATE accounts_accesslog SET at = now() - interval '500 days' WHERE id = %s", [old.pk]
        )
        cursor.execute("SELECT set_config('bahi.erasing', '', false)")
    gone = make_user(is_active=False, deleted_at=timezone.now() - timedelta(days=31))
    for _night in range(2):
        in_acme()
        apply_retention()
        connection.set_schema_to_public()
        assert owner_jobs.job_run(OrganisationJob.objects.latest("id").pk).error == ""
    in_acme()
    assert not AccessLog.objects.filter(pk=old.pk).exists()
    assert AccessLog.objects.filter(label="young").exists()
    gone.refresh_from_db()
    assert gone.name == PersonalRequest.objects.get(what="erasure").pseudonym
