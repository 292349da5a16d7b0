"""Life of an organisation: what leads where, and what each state means for those who use it.

requested → approved → provisioning → active ⇄ suspended, archived; any closed one → scheduled (thirty days,
can be taken back) → deleting → gone with a signed record. A set-up that failed is approved again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_tenants.utils import schema_context

from apps.core.errors import InvalidInput, Refused
from apps.core.formats import show_date
from apps.core.locks import lock_row
from apps.core.platform_log import platform_log
from apps.tenancy.choices import OrganisationState as S
from apps.tenancy.hosts import forget_hosts
from apps.tenancy.models import Organisation

GRACE = timedelta(days=30)


@dataclass(frozen=True)
class Effect:
    """What a state serves. ``status`` answers every page, API call and sign-in; 0 lets them in.

    Sockets close and stay closed, jobs, repeated tasks and mail wait wherever ``works`` is off. While
    ``setting_up`` pages show the progress instead. ``door``: the beginning of the addresses that stay open
    although all others are closed, served by ``config.urls_closed``.
    """

    status: int = 0
    works: bool = False
    setting_up: bool = False
    door: str = ""


EFFECTS: dict[str, Effect] = {
    S.REQUESTED: Effect(404),
    S.APPROVED: Effect(503, setting_up=True),
    S.PROVISIONING: Effect(503, setting_up=True),
    S.FAILED: Effect(503, setting_up=True),
    S.ACTIVE: Effect(works=True),
    S.SUSPENDED: Effect(403),
    S.ARCHIVED: Effect(403),
    S.SCHEDULED: Effect(403, door="/organisation/keep/"),
    S.DELETING: Effect(404),
    S.REMOVING: Effect(503, setting_up=True),
    S.DELETED: Effect(404),
}


@dataclass(frozen=True)
class Step:
    """One way from state to state. ``manual``: an operator may take it by hand; ``label`` is its button."""

    name: str
    sources: tuple[str, ...]
    target: str
    label: Any = ""
    needs_reason: bool = False
    danger: bool = False
    manual: bool = True


STEPS: dict[str, Step] = {
    step.name: step
    for step in (
        Step("approve", (S.REQUESTED,), S.APPROVED, gettext_lazy("Approve")),
        Step("retry", (S.FAILED,), S.APPROVED, gettext_lazy("Try again")),
        Step("provision", (S.APPROVED, S.PROVISIONING, S.FAILED), S.PROVISIONING, manual=False),
        Step("fail", (S.APPROVED, S.PROVISIONING), S.FAILED, needs_reason=True, manual=False),
        Step("activate", (S.PROVISIONING,), S.ACTIVE, manual=False),
        Step("suspend", (S.ACTIVE,), S.SUSPENDED, gettext_lazy("Suspend"), needs_reason=True),
        Step("archive", (S.ACTIVE, S.SUSPENDED), S.ARCHIVED, gettext_lazy("Archive"), needs_reason=True),
        Step("restore", (S.SUSPENDED, S.ARCHIVED), S.ACTIVE, gettext_lazy("Open again")),
        Step(
            "schedule",
            (S.ACTIVE, S.SUSPENDED, S.ARCHIVED, S.FAILED),
            S.SCHEDULED,
            gettext_lazy("Delete in 30 days"),
            danger=True,
        ),
        Step("undo", (S.SCHEDULED,), S.ACTIVE, gettext_lazy("Take the deletion back")),
        Step("delete", (S.SCHEDULED,), S.DELETING, manual=False),
        Step("remove", (S.ACTIVE,), S.REMOVING, manual=False),  # a demo, from within
        Step("reopen", (S.REMOVING,), S.ACTIVE, manual=False),
        Step("keep", (S.DELETING,), S.SCHEDULED, needs_reason=True, manual=False),
    )
}


def steps_from(state: str) -> list[Step]:
    """The steps that an operator may take from this state."""
    return [step for step in STEPS.values() if step.manual and state in step.sources]


def organisation_step(organisation: Organisation, name: str, *, reason: str = "") -> Organisation:
    """Take one step; two at once are taken one after the other, and the second is refused.

    Raises InvalidInput (no reason), Refused (``invalid_transition``). The given instance follows.
    """
    step = STEPS[name]
    reason = reason.strip()[:300]
    if step.needs_reason and not reason:
        raise InvalidInput(_("Please give a reason."), field="reason", code="required")
    with schema_context("public"), transaction.atomic():
        row = lock_row(Organisation, organisation.pk)
        if row.state not in step.sources:
            raise Refused(
                _("This is not possible while the organisation is “%(s)s”.") % {"s": row.get_state_display()},
                code="invalid_transition",
            )
        before, row.state, row.progress = row.state, step.target, ""
        _facts_of(row, name, before, reason)
        row.save(update_fields=["state", "state_reason", "progress", "setup", "delete_after",
                                "state_before", "updated_at"])  # fmt: skip
        platform_log(name, organisation=row, before=before, after=row.state, reason=reason)
    for field in ("state", "state_reason", "progress", "setup", "delete_after", "state_before"):
        setattr(organisation, field, getattr(row, field))
    forget_hosts()
    return organisation


def _facts_of(row: Organisation, name: str, before: str, reason: str) -> None:
    """What goes with the new state: the reason that people read, the day of deletion, where undo leads."""
    row.state_reason = reason
    if name == "schedule":
        row.delete_after = timezone.now() + GRACE
        row.state_before = before
        row.state_reason = _("Closed; it is deleted after %(day)s.") % {"day": show_date(row.delete_after)}
    elif name == "undo":
        row.state = row.state_before or S.ACTIVE
        row.delete_after, row.state_before = None, ""
    elif name == "activate":
        row.setup = {}
