"""What holds for the whole platform: dashboard, plans, sign-ups, announcements, maintenance, backups."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from rest_framework.response import Response

from apps.accounts.api.bases import rows_named
from apps.accounts.services.profile import profile_save
from apps.backup.services.finding import backup_check
from apps.backup.services.restore_jobs import backup_remove, backups_everywhere, restore_enter
from apps.core.api.rendering import envelope
from apps.core.api.representation import iso_time
from apps.core.api.transaction import api_write
from apps.core.modules import all_modules
from apps.platform.host_api import shapes
from apps.platform.host_api.bases import OperatorView, found
from apps.platform.models import Announcement, SignUp
from apps.platform.selectors import dashboard
from apps.platform.services.announcements import announcement_delete, announcement_save
from apps.platform.services.backups import BACKUP_FIELDS, backups_allow
from apps.platform.services.organisations import plan_save
from apps.platform.services.sign_up import sign_up_switch
from apps.tenancy.models import Organisation, OrganisationJob, Plan, PlatformState
from apps.tenancy.services.maintenance import maintenance_platform


class MeView(OperatorView):
    """Who am I here; PATCH changes name, phone, language and theme."""

    def get(self, request: Any) -> Response:
        return Response(envelope(shapes.operator_data(request.user)))

    def patch(self, request: Any) -> Response:
        values = self.read(request, shapes.MeInput, partial=True)

        def work() -> tuple[int, Any, str]:
            return 200, shapes.operator_data(profile_save(user=request.user, values=values)), _("Saved.")

        return api_write(request, work)


class DashboardView(OperatorView):
    """Counts of the whole platform: states, totals, growth, days, health and what waits for an operator."""

    def get(self, request: Any) -> Response:
        found_now = dashboard()
        data = {
            "states": found_now["states"],
            "totals": found_now["totals"],
            "counted": iso_time(found_now["counted"]),
            "growth": [
                {"month": f"{row['month']:%Y-%m}", "organisations": row["n"]} for row in found_now["growth"]
            ],
            "days": [
                {"day": row["day"].isoformat(), "sign_ins": row["n"], "users": row["users"]}
                for row in found_now["days"]
            ],
            "organisations": [
                {"organisation": row.organisation_id, **shapes.figures_data(row)} for row in found_now["rows"]
            ],
            "health": [
                {
                    "name": str(row["name"]),
                    "value": row.get("value", row.get("bytes")),
                    "tone": row["tone"],
                    "note": str(row["note"]),
                }
                for row in found_now["health"]
            ],
            "to_do": [{"text": str(row["text"]), "count": row["count"]} for row in found_now["to_do"]],
        }
        return Response(envelope(data))


class ModulesView(OperatorView):
    """Modules that can be switched for an organisation, with what each needs."""

    def get(self, request: Any) -> Response:
        rows = [
            {"key": item.key, "title": str(item.title), "depends": list(item.depends)}
            for item in all_modules()
            if item.switchable
        ]
        return Response(envelope(rows))


class PlansView(OperatorView):
    """Plans; a limit that is null doesn't bind, no modules: all are allowed."""

    words = ("code", "name")

    def get(self, request: Any) -> Response:
        return self.listed(request, Plan.objects.order_by("-id"), shapes.plan_data)

    def post(self, request: Any) -> Response:
        values = self.read(request, shapes.PlanInput)
        return api_write(
            request, lambda: (201, shapes.plan_data(plan_save(Plan(), dict(values))), _("Saved."))
        )


class PlanView(OperatorView):
    def get(self, request: Any, pk: int) -> Response:
        return Response(envelope(shapes.plan_data(found(Plan.objects.all(), pk))))

    def patch(self, request: Any, pk: int) -> Response:
        values = self.read(request, shapes.PlanInput, partial=True)
        row = found(Plan.objects.all(), pk)
        return api_write(request, lambda: (200, shapes.plan_data(plan_save(row, dict(values))), _("Saved.")))


class SignUpsView(OperatorView):
    """Requests; they are decided by ``approve`` and ``refuse`` of their organisation."""

    filters = {"state": "state"}
    words = ("name", "slug", "person", "email")

    def get(self, request: Any) -> Response:
        return self.listed(request, SignUp.objects.order_by("-id"), shapes.sign_up_data)


class AnnouncementsView(OperatorView):
    """What the platform tells people on every page."""

    filters = {"tone": "tone", "audience": "audience"}
    words = ("title", "text")

    def get(self, request: Any) -> Response:
        rows = Announcement.objects.prefetch_related("organisations").order_by("-id")
        return self.listed(request, rows, shapes.announcement_data)

    def post(self, request: Any) -> Response:
        values = self.read(request, shapes.AnnouncementInput)

        def work() -> tuple[int, Any, str]:
            row = announcement_save(Announcement(), _addressed(dict(values)))
            return 201, shapes.announcement_data(row), _("Saved.")

        return api_write(request, work)


class AnnouncementView(OperatorView):
    def get(self, request: Any, pk: int) -> Response:
        return Response(envelope(shapes.announcement_data(found(Announcement.objects.all(), pk))))

    def patch(self, request: Any, pk: int) -> Response:
        values = self.read(request, shapes.AnnouncementInput, partial=True)
        row = found(Announcement.objects.all(), pk)

        def work() -> tuple[int, Any, str]:
            return (
                200,
                shapes.announcement_data(announcement_save(row, _addressed(dict(values)))),
                _("Saved."),
            )

        return api_write(request, work)

    def delete(self, request: Any, pk: int) -> Response:
        row = found(Announcement.objects.all(), pk)

        def work() -> tuple[int, Any, str]:
            announcement_delete(row)
            return 204, None, ""

        return api_write(request, work)


def _addressed(values: dict[str, Any]) -> dict[str, Any]:
    """Organisations for their ids. Raises InvalidInput naming ``organisations``."""
    if "organisations" in values:
        values["organisations"] = rows_named(Organisation, values["organisations"], "organisations")
    return values


class SettingsView(OperatorView):
    """Whether anybody may ask for an organisation, and what organisations may choose of their backups."""

    def get(self, request: Any) -> Response:
        return Response(envelope(_settings()))

    def patch(self, request: Any) -> Response:
        values = self.read(request, shapes.SettingsInput, partial=True)

        def work() -> tuple[int, Any, str]:
            if "sign_up" in values:
                sign_up_switch(on=values["sign_up"])
            backups_allow({name: values[name] for name in BACKUP_FIELDS if name in values})
            return 200, _settings(), _("Saved.")

        return api_write(request, work)


def _settings() -> dict[str, Any]:
    row = PlatformState.current()
    return {name: getattr(row, name) for name in ("sign_up", *BACKUP_FIELDS)}


class MaintenanceView(OperatorView):
    """Maintenance of all organisations; this host stays open."""

    def get(self, request: Any) -> Response:
        return Response(envelope(_resting()))

    def put(self, request: Any) -> Response:
        values = self.read(request, shapes.MaintenanceInput)

        def work() -> tuple[int, Any, str]:
            maintenance_platform(**values)
            return 200, _resting(), _("Saved.")

        return api_write(request, work)


def _resting() -> dict[str, Any]:
    row = PlatformState.current()
    return {
        "on": row.maintenance,
        "text": row.maintenance_text,
        "until": iso_time(row.maintenance_until),
    }


class JobsView(OperatorView):
    """Set-ups, deletions and restores."""

    filters = {"state": "state", "work": "work", "organisation": "organisation_id"}
    words = ("slug",)

    def get(self, request: Any) -> Response:
        return self.listed(request, OrganisationJob.objects.order_by("-id"), shapes.job_data)


class BackupsView(OperatorView):
    """Backups of every organisation that is or was here; POST restores one as a new organisation, after a
    fresh proof."""

    answers_later = True
    proof = frozenset({"post"})

    def get(self, request: Any) -> Response:
        rows = [{"name": i.name, "size": i.size, "at": iso_time(i.at)} for i in backups_everywhere()]
        return Response(envelope(rows))

    def post(self, request: Any) -> Response:
        asked = self.read(request, shapes.RestoreInput)
        backup_check(asked["name"])  # may call an organisation's own store: outside the transaction

        def work() -> tuple[int, Any, str]:
            job = restore_enter(**asked)
            return 202, shapes.job_data(job), _("The worker restores it as %(slug)s.") % {"slug": job.slug}

        return api_write(request, work)


class BackupRemoveView(OperatorView):
    """Remove for good a backup of an organisation that was deleted, after a fresh proof."""

    answers_later = True
    proof = frozenset({"post"})

    def post(self, request: Any) -> Response:
        name = self.read(request, shapes.BackupInput)["name"]
        backup_remove(name)  # calls the store: outside any transaction
        return Response(envelope({"name": name}, message=_("Removed.")))
