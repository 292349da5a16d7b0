"""What an operator does with an organisation: the same for his pages and his API."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from apps.core.errors import InvalidInput
from apps.core.locks import lock_row
from apps.core.platform_log import platform_log
from apps.core.validation import clean_instance
from apps.platform.services.profile import FIELDS, profile_set
from apps.platform.services.sign_up import request_approve, request_refuse
from apps.tenancy.choices import OrganisationState
from apps.tenancy.hosts import forget_hosts
from apps.tenancy.lifecycle import organisation_step
from apps.tenancy.models import Organisation, Plan
from apps.tenancy.services import provisioning
from apps.tenancy.services.limits import plan_set
from apps.tenancy.services.owner_jobs import deletion_start, provisioning_start

OPERATOR_FIELDS = (*FIELDS, "is_default")


def organisation_enter(
    *,
    slug: str,
    name: str,
    administrator: str,
    plan: Plan | None = None,
    limits: dict[str, int | None] | None = None,
    modules: list[str] | None = None,
    **details: Any,
) -> Organisation:
    """Enter an approved organisation and have it set up; its administrator is invited once it stands.

    Raises InvalidInput naming the field.
    """
    email = administrator.strip().lower()
    try:
        validate_email(email)
    except ValidationError as error:
        raise InvalidInput(_("Who is to be invited?"), field="administrator") from error
    person = {
        "email": email,
        "name": email.split("@", 1)[0].replace(".", " ").title(),
        "language": details.get("language", "en"),
    }
    made = provisioning.organisation_create(
        slug=slug,
        name=name,
        modules=modules,
        setup={"administrator": person},
        state=OrganisationState.APPROVED,
        plan=plan,
        own_limits=limits or {},
        **details,
    )
    provisioning_start(made)
    return made


def organisation_change(organisation: Organisation, *, values: dict[str, Any]) -> Organisation:
    """Profile, ``modules``, ``plan`` and ``limits`` (of its own). Raises InvalidInput naming the field."""
    row = lock_row(Organisation, organisation.pk)
    changes = profile_set(row, {name: values[name] for name in OPERATOR_FIELDS if name in values})
    if changes:
        platform_log("organisation_changed", organisation=row, changes=changes)
    plan = values.get("plan", row.plan)
    if "modules" in values:
        row.plan = plan  # what is asked together is checked together
        provisioning.modules_switch(row, keys=values["modules"])
    if "plan" in values or "limits" in values:
        plan_set(row, plan=plan, own_limits=values.get("limits", row.own_limits))
    forget_hosts()
    return row


def plan_save(row: Plan, values: dict[str, Any]) -> Plan:
    """Make or change a plan. Raises InvalidInput naming the field."""
    for name, value in values.items():
        setattr(row, name, value)
    clean_instance(row)
    provisioning.modules_known(row.modules)
    row.save()
    plan_saved(row)
    return row


def plan_saved(row: Plan) -> None:
    """What goes with it: the platform's log, and no old limits in memory."""
    platform_log("plan_saved", plan=row.code, limits=row.limits(), modules=row.modules)
    forget_hosts()


# --- its life -----------------------------------------------------------------------------------------


def _retry(organisation: Organisation, **_asked: str) -> None:
    organisation_step(organisation, "retry")
    provisioning_start(organisation)


def _delete(organisation: Organisation, *, confirm: str, **_asked: str) -> None:
    if organisation.state != OrganisationState.SCHEDULED:
        raise InvalidInput(_("Schedule the deletion first."), field="state")
    if confirm != organisation.slug:
        raise InvalidInput(_("Type the short name to confirm."), field="confirm")
    deletion_start(organisation)


def _approve(organisation: Organisation, **_asked: str) -> None:
    request_approve(organisation)


def _refuse(organisation: Organisation, *, reason: str, **_asked: str) -> None:
    request_refuse(organisation, reason=reason)


def _plain(name: str) -> Callable[..., None]:
    def step(organisation: Organisation, *, reason: str, **_asked: str) -> None:
        organisation_step(organisation, name, reason=reason)

    return step


VERBS: dict[str, Callable[..., None]] = {
    "approve": _approve,
    "refuse": _refuse,
    "retry": _retry,
    "delete": _delete,
    **{name: _plain(name) for name in ("suspend", "archive", "restore", "schedule", "undo")},
}


# Steps after which data goes: a fresh proof of the operator is asked, as before a visit and a restore.
PROVED = frozenset({"schedule", "delete"})


def organisation_verb(organisation: Organisation, verb: str, *, reason: str = "", confirm: str = "") -> None:
    """One step of its life. ``confirm``: the short name, where it is deleted now.

    Raises InvalidInput (reason, confirm), Refused (``invalid_transition``).
    """
    VERBS[verb](organisation, reason=reason, confirm=confirm)
