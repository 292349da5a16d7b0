"""Removing what was kept long enough: what each setting says, once a day, with a note of how much went.

DPDP Act 2023 s.8(7): personal data goes when its purpose is served. Mails, notifications and jobs are removed
by their own apps, exports after a day.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from apps.accounts.choices import AccessEvent
from apps.accounts.models import AccessLog, SignInSession, User
from apps.accounts.services.access_log import access_log_write
from apps.core.triggers import ERASING
from apps.core.typed_settings import setting
from apps.core.uow import run_in_unit_of_work
from apps.datatools.models import ImportRun
from apps.files.services.storage import file_release
from apps.privacy.models import PersonalRequest, RequestWhat
from apps.runtime.services.cleaning import rows_remove

LEAST_LOG = 365
"""Logs of who entered are kept at least a year (DPDP Rules 2025, rule 6(1)(e))."""


def retention_apply() -> dict[str, int]:
    """Remove what is past its time; → how many of each class. Opens its own units of work."""
    done = {"sign_ins": sessions_clean(), "import_files": import_files_clean()}
    if any(done.values()):
        run_in_unit_of_work(lambda: access_log_write(AccessEvent.RETENTION, label="Bahi", detail=done))
    return done


def sessions_clean() -> int:
    limit = timezone.now() - timedelta(days=setting("privacy.session_days"))
    return rows_remove(SignInSession.objects.filter(expires_at__lt=limit))


def import_files_clean() -> int:
    """Files of imports that ended; the run and its report stay."""
    limit = timezone.now() - timedelta(days=setting("privacy.import_file_days"))
    old = ImportRun.objects.filter(finished_at__lt=limit).exclude(file=None).order_by("pk")
    count = 0
    for pk, file_id in list(old.values_list("pk", "file_id")):

        def one(pk: int = pk, file_id: int = file_id) -> bool:
            ImportRun.objects.filter(pk=pk).update(file=None)
            return file_release(file_id)

        count += run_in_unit_of_work(one)
    return count


def access_log_due() -> bool:
    """Whether rows of the access log are past their time."""
    rows = _log_rows()
    return rows is not None and rows.exists()


def access_log_remove() -> int:
    """Remove them: the owner's connection, for nobody else may."""
    rows = _log_rows()
    if rows is None:
        return 0
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config(%s, %s, true)", [ERASING, "retention"])
        count, _each = rows.delete()
        access_log_write(AccessEvent.RETENTION, label="Bahi", detail={"access_log": count})
    return count


def _log_rows() -> Any:
    days = setting("privacy.access_log_days")
    if not days:
        return None
    return AccessLog.objects.filter(at__lt=timezone.now() - timedelta(days=max(days, LEAST_LOG)))


def user_due() -> User | None:
    """The user who lies longest in the bin past the time that the setting gives him."""
    days = setting("privacy.deleted_user_days")
    if not days:
        return None
    asked = PersonalRequest.objects.filter(what=RequestWhat.ERASURE, subject_kind="accounts.user")
    due = User.objects.filter(deleted_at__lt=timezone.now() - timedelta(days=days))
    return due.exclude(pk__in=asked.values("subject_id")).order_by("deleted_at").first()
