"""How the operator's API shows its rows, and what it takes."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from apps.core.api.representation import iso_time
from apps.core.api.serializers import StrictSerializer, model_field
from apps.platform.models import Announcement, Figures, Override, SignUp
from apps.platform.services.organisations import PROFILE
from apps.platform.services.sign_up import organisation_link
from apps.tenancy.choices import Metric
from apps.tenancy.lifecycle import steps_from
from apps.tenancy.models import Organisation, OrganisationJob, Plan

COUNTS = ("users", "sessions", "companies", "documents", "storage", "database", "sign_ins", "failed_jobs",
          "waiting_jobs", "failed_events", "waiting_mails")  # fmt: skip


def organisation_data(row: Organisation) -> dict[str, Any]:
    """One organisation with its limits, hosts, newest counts and the steps that are open."""
    newest = next(iter(row.figures.all()), None)
    return {
        "id": row.pk,
        "slug": row.slug,
        "address": organisation_link(row),
        **{name: getattr(row, name) for name in PROFILE},
        "state": row.state,
        "reason": row.state_reason,
        "progress": row.progress,
        "upgrade_error": row.upgrade_error,
        "steps": [step.name for step in steps_from(row.state)],
        "delete_after": iso_time(row.delete_after),
        "is_demo": row.is_demo,
        "is_default": row.is_default,
        "domains": [domain.domain for domain in row.domains.all()],
        "modules": row.enabled_modules,
        "plan": row.plan_id,
        "limits": row.limits(),
        "own_limits": row.own_limits,
        "maintenance": row.maintenance,
        "maintenance_text": row.maintenance_text,
        "maintenance_until": iso_time(row.maintenance_until),
        "operator_access": row.operator_access,
        "counts": figures_data(newest) if newest else None,
        "created_at": iso_time(row.created_at),
    }


def figures_data(row: Figures) -> dict[str, Any]:
    """Counts of an organisation and a day; never its business."""
    return {"day": row.day.isoformat(), **{name: getattr(row, name) for name in COUNTS}}


def plan_data(row: Plan) -> dict[str, Any]:
    return {
        "id": row.pk,
        "code": row.code,
        "name": row.name,
        **row.limits(),
        "modules": row.modules,
        "on_sign_up": row.on_sign_up,
    }


def sign_up_data(row: SignUp) -> dict[str, Any]:
    return {
        "id": row.pk,
        "organisation": row.organisation_id,
        "slug": row.slug,
        "name": row.name,
        "person": row.person,
        "email": row.email,
        "phone": row.phone,
        "message": row.message,
        "state": row.state,
        "reason": row.reason,
        "created_at": iso_time(row.created_at),
        "decided_at": iso_time(row.decided_at),
        "decided_by": row.decided_by,
    }


def visit_data(row: Override) -> dict[str, Any]:
    return {
        "id": row.pk,
        "organisation": row.organisation_id,
        "operator": row.operator,
        "reason": row.reason,
        "minutes": row.minutes,
        "may_write": row.may_write,
        "state": row.state,
        "decided_by": row.decided_by,
        "created_at": iso_time(row.created_at),
        "entered_at": iso_time(row.entered_at),
        "expires_at": iso_time(row.expires_at),
        "ended_at": iso_time(row.ended_at),
        "ended_why": row.ended_why,
    }


def announcement_data(row: Announcement) -> dict[str, Any]:
    return {
        "id": row.pk,
        "title": row.title,
        "text": row.text,
        "tone": row.tone,
        "audience": row.audience,
        "organisations": sorted(item.pk for item in row.organisations.all()),
        "starts_at": iso_time(row.starts_at),
        "ends_at": iso_time(row.ends_at),
        "may_dismiss": row.may_dismiss,
    }


def job_data(row: OrganisationJob) -> dict[str, Any]:
    return {
        "id": row.pk,
        "organisation": row.organisation_id,
        "slug": row.slug,
        "work": row.work,
        "state": row.state,
        "step": row.step,
        "error": row.error,
        "asked_by": row.asked_by,
        "created_at": iso_time(row.created_at),
        "finished_at": iso_time(row.finished_at),
    }


# --- what is taken --------------------------------------------------------------------------------

_KEY = {"min_value": 1, "max_value": 2**63 - 1}
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
        **{name: model_field(Organisation, name) for name in PROFILE},
        "modules": _modules(),
        "plan": serializers.IntegerField(allow_null=True, required=False, **_KEY),  # type: ignore[arg-type]  # bounds
        "limits": LimitsInput(required=False),
    },
)


class EnterInput(StrictSerializer):
    slug = serializers.CharField(max_length=40)
    name = serializers.CharField(max_length=200)
    administrator = serializers.CharField(max_length=254)
    modules = _modules()
    plan = serializers.IntegerField(allow_null=True, required=False, **_KEY)  # type: ignore[arg-type]  # bounds
    limits = LimitsInput(required=False)
    time_zone = serializers.CharField(max_length=60, required=False)
    language = serializers.CharField(max_length=8, required=False)
    fiscal_year_start = serializers.IntegerField(min_value=1, max_value=12, required=False)


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
        **{
            name: model_field(Announcement, name)
            for name in ("title", "text", "tone", "audience", "starts_at", "ends_at", "may_dismiss")
        },
        "organisations": serializers.ListField(
            child=serializers.IntegerField(**_KEY), max_length=1000, required=False
        ),
    },
)


class SwitchInput(StrictSerializer):
    sign_up = serializers.BooleanField()


class RestoreInput(StrictSerializer):
    name = serializers.CharField(max_length=200)
    slug = serializers.CharField(max_length=40)
