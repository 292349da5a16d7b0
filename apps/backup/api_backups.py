"""API of backups: what there is, one more, the encrypted file."""

from __future__ import annotations

from typing import Any

from django.urls import path
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.response import Response

from apps.accounts.api.guarded import GuardedView
from apps.backup.models import BackupPlace, BackupPlan, BackupRun
from apps.backup.services.handing_out import SHOWN, backup_start, backup_take_out, backups_here
from apps.backup.services.plan import (
    FIELDS,
    backup_allowed,
    bucket_try,
    days_kept,
    nightly_on,
    place_now,
    plan_get,
    plan_save,
)
from apps.backup.services.running import backup_late, last_good, last_run
from apps.backup.surfaces import MAKE, PLAN
from apps.core.api.rendering import envelope
from apps.core.api.representation import iso_time
from apps.core.api.routes import register_routes
from apps.core.api.serializers import StrictSerializer
from apps.core.api.transaction import api_write
from apps.core.file_answer import FileAnswer


class BackupsView(GuardedView):
    """Backups of this organisation, newest first; POST makes one more, by a job."""

    bahi_app, needs = "backup", {"": (MAKE,)}
    answers_later = True

    def get(self, request: Any) -> Response:
        shelf = backups_here()
        rows = [
            {"file": item.file, "size": item.size, "at": iso_time(item.at), "own_bucket": item.own}
            for item in shelf.items[:SHOWN]
        ]
        return Response(envelope(rows, message=shelf.trouble))

    def post(self, request: Any) -> Response:
        def work() -> tuple[int, Any, str]:
            return 202, {"job": backup_start(request.user).pk}, _("The backup runs in the background.")

        return api_write(request, work)


class BackupView(GuardedView):
    """The encrypted file of one backup of this organisation."""

    bahi_app, needs = "backup", {"": (MAKE,)}

    def get(self, request: Any, name: str) -> FileAnswer:
        file = backup_take_out(name, by=request.user, request=request._request)
        answer = FileAnswer(file, as_attachment=True, filename=name)
        answer["Content-Type"] = "application/octet-stream"
        return answer


class PlanInput(StrictSerializer):
    at = serializers.TimeField()
    keep_days = serializers.IntegerField(allow_null=True, min_value=1, max_value=3650)
    place = serializers.ChoiceField(choices=BackupPlace.values)
    endpoint = serializers.CharField(max_length=200, allow_blank=True)
    region = serializers.CharField(max_length=40, allow_blank=True)
    bucket = serializers.CharField(max_length=63, allow_blank=True)
    prefix = serializers.CharField(max_length=100, allow_blank=True)
    access_key = serializers.CharField(max_length=128, allow_blank=True)
    secret = serializers.CharField(max_length=200, allow_blank=True, trim_whitespace=False)


class PlanView(GuardedView):
    """Hour, days kept and place of this organisation's backups, what the operator allows, and how it stands:
    ``late`` when a night was missed. PATCH changes what it names; ``secret`` is written and never read."""

    bahi_app, needs = "backup", {"": (PLAN,)}
    proof = frozenset({"patch"})
    serializer_class = PlanInput

    def get(self, request: Any) -> Response:
        return Response(envelope(_plan(plan_get())))

    def patch(self, request: Any) -> Response:
        values = self.read(request, partial=True)
        secret = values.pop("secret", "")

        def work() -> tuple[int, Any, str]:
            return 200, _plan(plan_save(values=values, secret=secret, by=request.user)), _("Saved.")

        return api_write(request, work)


class PlanTryView(GuardedView):
    """Write, list, read and remove a small file in the organisation's own bucket; 409 says what failed."""

    bahi_app, needs = "backup", {"": (PLAN,)}

    def post(self, request: Any) -> Response:
        bucket_try()
        return Response(envelope({"works": True}, message=_("The bucket works.")))


def _plan(plan: BackupPlan) -> dict[str, Any]:
    allowed, run = backup_allowed(), last_run()
    return {
        **{name: getattr(plan, name) for name in FIELDS},
        "at": f"{plan.at:%H:%M}",
        "has_secret": bool(plan.secret),
        "nightly": nightly_on(plan),
        "place_now": place_now(plan, allowed),
        "days_kept": days_kept(plan),
        "own_bucket_allowed": allowed.own_bucket,
        "keep_days_allowed": allowed.keep_days,
        "last_good": iso_time(last_good()),
        "late": bool(backup_late()),
        "last_run": _run(run) if run else None,
    }


def _run(run: BackupRun) -> dict[str, Any]:
    told = {name: getattr(run, name) for name in ("nightly", "place", "name", "size", "error")}
    return {"at": iso_time(run.at), **told}


register_routes(
    [
        path("backup/plan/", PlanView.as_view(), name="backup_api_plan"),
        path("backup/plan/try/", PlanTryView.as_view(), name="backup_api_plan_try"),
        path("backup/backups/", BackupsView.as_view(), name="backup_backups"),
        path("backup/backups/<str:name>/", BackupView.as_view(), name="backup_backup"),
    ]
)
