"""How the operator's API shows its rows, and what it takes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from rest_framework import serializers

from apps.accounts.api.bases import key_list
from apps.accounts.models import User
from apps.core.api.representation import iso_time
from apps.core.api.serializers import KeyField, StrictSerializer, model_field
from apps.platform.models import Announcement, Figures, Override, SignUp
from apps.platform.selectors import SUMS, newest_of
from apps.platform.services.profile import FIELDS
from apps.platform.services.sign_up import organisation_link
from apps.tenancy.choices import Metric
from apps.tenancy.lifecycle import steps_from
from apps.tenancy.models import Organisation, OrganisationJob, Plan


def _columns(row: Any, names: tuple[str, ...]) -> dict[str, Any]:
    """These columns: a key as the id, a moment as text."""
    values = {name: getattr(row, row._meta.get_field(name).attname) for name in names}
    return {n: iso_time(value) if isinstance(value, datetime) else value for n, value in values.items()}


ORGANISATION = (
    "id", "slug", *FIELDS, "state", "progress", "upgrade_error", "delete_after", "is_demo", "is_default",
    "plan", "own_limits", "maintenance", "maintenance_text", "maintenance_until", "operator_access",
    "created_at",
)  # fmt: skip
SIGN_UP = ("id", "organisation", "slug", "name", "person", "email", "phone", "message", "state", "reason",
           "created_at", "decided_at", "decided_by")  # fmt: skip
VISIT = ("id", "organisation", "operator", "reason", "minutes", "may_write", "state", "decided_by",
         "created_at", "entered_at", "expires_at", "ended_at", "ended_why")  # fmt: skip
ANNOUNCEMENT = ("title", "text", "tone", "audience", "starts_at", "ends_at", "may_dismiss")
JOB = ("id", "organisation", "slug", "work", "state", "step", "error", "asked_by", "created_at",
       "finished_at")  # fmt: skip


OPERATOR = ("id", "email", "name", "phone", "language", "theme")
FIXED = ("id", "email")


def operator_data(row: Any) -> dict[str, Any]:
    """An operator as he sees himself."""
    return _columns(row, OPERATOR)


def organisation_data(row: Organisation) -> dict[str, Any]:
    """One organisation with its limits, hosts, newest counts and the steps that are open."""
    newest = newest_of(row)
    return {
        **_columns(row, ORGANISATION),
        "address": organisation_link(row),
        "reason": row.state_reason,
        "steps": [step.name for step in steps_from(row.state)],
        "domains": [domain.domain for domain in row.domains.all()],
        "modules": row.enabled_modules,
        "limits": row.limits(),
        "counts": figures_data(newest) if newest else None,
    }


def figures_data(row: Figures) -> dict[str, Any]:
    """Counts of an organisation and a day; never its business."""
    backups = _columns(row, ("backup_at", "backup_nightly"))
    return {"day": row.day.isoformat(), **_columns(row, SUMS), **backups}


def plan_data(row: Plan) -> dict[str, Any]:
    return {**_columns(row, ("id", "code", "name", "modules", "on_sign_up")), **row.limits()}


def sign_up_data(row: SignUp) -> dict[str, Any]:
    return _columns(row, SIGN_UP)


def visit_data(row: Override) -> dict[str, Any]:
    return _columns(row, VISIT)


def announcement_data(row: Announcement) -> dict[str, Any]:
    organisations = sorted(item.pk for item in row.organisations.all())
    return {**_columns(row, ("id", *ANNOUNCEMENT)), "organisations": organisations}


def job_data(row: OrganisationJob) -> dict[str, Any]:
    """``told``: what was done last; of a restore its proof, and what was not taken over."""
    return {**_columns(row, JOB), "told": row.steps[-1]["text"] if row.steps else ""}


# --- what is taken --------------------------------------------------------------------------------

_LIMIT = {"min_value": 0, "max_value": 2_000_000_000, "allow_null": True, "required": False}


def _modules() -> serializers.ListField:
    return serializers.ListField(child=serializers.CharField(max_length=40), max_length=100, required=False)


LimitsInput = type(
    "LimitsInput", (StrictSerializer,), {m: serializers.IntegerField(**_LIMIT) for m in Metric.values}  # type: ignore[arg-type]  # the same words for each
)  # fmt: skip
ChangeInput: Any = type(
    "OrganisationChangeInput",
    (StrictSerializer,),
    {
        **{name: model_field(Organisation, name) for name in FIELDS},
        "modules": _modules(),
        "plan": KeyField(Plan, allow_null=True, required=False),
        "limits": LimitsInput(required=False),
    },
)


class EnterInput(StrictSerializer):
    slug = serializers.CharField(max_length=40)
    name = serializers.CharField(max_length=200)
    administrator = serializers.CharField(max_length=254)
    modules = _modules()
    plan = KeyField(Plan, allow_null=True, required=False)
    limits = LimitsInput(required=False)
    time_zone = model_field(Organisation, "time_zone")
    language = model_field(Organisation, "language")
    fiscal_year_start = model_field(Organisation, "fiscal_year_start")


MeInput: Any = type(
    "MeInput", (StrictSerializer,), {name: model_field(User, name) for name in OPERATOR if name not in FIXED}
)


class StepInput(StrictSerializer):
    reason = serializers.CharField(max_length=300, required=False, default="", allow_blank=True)
    confirm = serializers.CharField(max_length=40, required=False, default="", allow_blank=True)


class MaintenanceInput(StrictSerializer):
    on = serializers.BooleanField()
    text = serializers.CharField(max_length=300, required=False, default="", allow_blank=True)
    until = serializers.DateTimeField(required=False, default=None, allow_null=True)


class VisitInput(StrictSerializer):
    reason = serializers.CharField(max_length=300)
    minutes = serializers.IntegerField(min_value=5, max_value=240, required=False, default=60)
    may_write = serializers.BooleanField(required=False, default=False)


PlanInput: Any = type(
    "PlanInput",
    (StrictSerializer,),
    {
        "code": model_field(Plan, "code"),
        "name": model_field(Plan, "name"),
        **{metric: serializers.IntegerField(**_LIMIT) for metric in Metric.values},  # type: ignore[arg-type]  # the same words for each
        "modules": _modules(),
        "on_sign_up": serializers.BooleanField(required=False),
    },
)
AnnouncementInput: Any = type(
    "AnnouncementInput",
    (StrictSerializer,),
    {
        **{name: model_field(Announcement, name) for name in ANNOUNCEMENT},
        "organisations": key_list(Organisation, required=False),
    },
)


class SettingsInput(StrictSerializer):
    sign_up = serializers.BooleanField()
    backup_own_bucket = serializers.BooleanField()
    backup_keep_days = serializers.IntegerField(min_value=1, max_value=3650)


class BackupInput(StrictSerializer):
    name = serializers.CharField(max_length=200)


class RestoreInput(StrictSerializer):
    name = serializers.CharField(max_length=200)
    slug = serializers.CharField(max_length=40)
