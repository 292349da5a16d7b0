"""Organisations: who is there, their life, plan, limits, modules, maintenance, counts; and visits."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from rest_framework.response import Response

from apps.accounts.api.confirming import confirmed_or_refuse
from apps.core.api.rendering import envelope
from apps.core.api.transaction import api_write
from apps.core.errors import InvalidInput, NotFound
from apps.platform.choices import OverrideState
from apps.platform.host_api import shapes
from apps.platform.host_api.bases import OperatorView, found
from apps.platform.models import Figures, Override
from apps.platform.selectors import newest_figures
from apps.platform.services.organisations import (
    PROVED,
    VERBS,
    organisation_change,
    organisation_enter,
    organisation_verb,
)
from apps.platform.services.override import (
    forbidden_kept,
    override_address,
    override_ask,
    override_end,
    override_link,
)
from apps.tenancy.models import Organisation, Plan
from apps.tenancy.services.maintenance import maintenance_organisation

GONE = frozenset({"refuse"})  # after these there is no row to show
FIGURE_DAYS = 366


def organisations() -> Any:
    rows = Organisation.objects.select_related("plan").prefetch_related("domains", newest_figures())
    return rows.order_by("-id")


def _planned(values: dict[str, Any]) -> dict[str, Any]:
    """The plan's row for its id. Raises InvalidInput naming ``plan``."""
    if values.get("plan") is not None:
        plan = Plan.objects.filter(pk=values["plan"]).first()
        if plan is None:
            raise InvalidInput(_("There is no such plan."), field="plan", code="not_found")
        values["plan"] = plan
    if "limits" in values:
        values["limits"] = {name: value for name, value in values["limits"].items() if value is not None}
    return values


class OrganisationsView(OperatorView):
    """All organisations (``state``, ``plan``, ``search``); POST enters one, has it set up and invites its
    administrator."""

    filters = {"state": "state", "plan": "plan_id"}
    words = ("name", "slug", "domains__domain")

    def get(self, request: Any) -> Response:
        return self.listed(request, organisations(), shapes.organisation_data)

    def post(self, request: Any) -> Response:
        values = self.read(request, shapes.EnterInput)

        def work() -> tuple[int, Any, str]:
            made = organisation_enter(**_planned(dict(values)))
            return 201, shapes.organisation_data(found(organisations(), made.pk)), _("It is being set up.")

        return api_write(request, work)


class OrganisationView(OperatorView):
    """One organisation; PATCH changes profile, plan, limits of its own and modules."""

    def get(self, request: Any, pk: int) -> Response:
        return Response(envelope(shapes.organisation_data(found(organisations(), pk))))

    def patch(self, request: Any, pk: int) -> Response:
        values = self.read(request, shapes.ChangeInput, partial=True)
        row = found(organisations(), pk)

        def work() -> tuple[int, Any, str]:
            organisation_change(row, values=_planned(dict(values)))
            return 200, shapes.organisation_data(found(organisations(), pk)), _("Saved.")

        return api_write(request, work)


class OrganisationStepView(OperatorView):
    """A step of its life: approve, refuse, retry, suspend, archive, restore, schedule, undo or delete (which
    asks for the short name in ``confirm``). ``steps`` of the organisation says which are open; schedule and
    delete ask for a fresh proof."""

    def post(self, request: Any, pk: int, verb: str) -> Response:
        if verb not in VERBS:
            raise NotFound(_("Not found."))
        if verb in PROVED:
            confirmed_or_refuse(request)
        asked = self.read(request, shapes.StepInput)
        row = found(organisations(), pk)

        def work() -> tuple[int, Any, str]:
            organisation_verb(row, verb, **asked)
            data = {"id": pk} if verb in GONE else shapes.organisation_data(found(organisations(), pk))
            return 200, data, _("Done.")

        return api_write(request, work)


class OrganisationMaintenanceView(OperatorView):
    """Maintenance of one organisation."""

    def put(self, request: Any, pk: int) -> Response:
        values = self.read(request, shapes.MaintenanceInput)
        row = found(organisations(), pk)

        def work() -> tuple[int, Any, str]:
            maintenance_organisation(row, **values)
            return 200, shapes.organisation_data(found(organisations(), pk)), _("Saved.")

        return api_write(request, work)


class OrganisationFiguresView(OperatorView):
    """Its counts day by day, newest first; no business content."""

    def get(self, request: Any, pk: int) -> Response:
        row = found(organisations(), pk)
        rows = Figures.objects.filter(organisation=row).order_by("-day")[:FIGURE_DAYS]
        return Response(envelope([shapes.figures_data(item) for item in rows]))


class OrganisationVisitsView(OperatorView):
    """Visits in this organisation; POST asks to enter with a reason and a fresh proof. Where its
    administrators have to agree first, ``state`` is ``asked``."""

    proof = frozenset({"post"})

    def get(self, request: Any, pk: int) -> Response:
        row = found(organisations(), pk)
        return self.listed(request, row.overrides.order_by("-id"), shapes.visit_data)

    def post(self, request: Any, pk: int) -> Response:
        values = self.read(request, shapes.VisitInput)
        row = found(organisations(), pk)

        def work() -> tuple[int, Any, str]:
            visit = override_ask(row, by=request.user, **values)
            asked = visit.state == OverrideState.ASKED
            text = (
                _("The organisation's administrators are asked.") if asked else _("The operator may enter.")
            )
            return 201, shapes.visit_data(visit), text

        with forbidden_kept(row, reason=values["reason"]):
            return api_write(request, work)


class VisitsView(OperatorView):
    """Visits of all operators in all organisations."""

    filters = {"state": "state", "organisation": "organisation_id"}
    words = ("operator", "reason", "organisation__name")

    def get(self, request: Any) -> Response:
        return self.listed(request, Override.objects.order_by("-id"), shapes.visit_data)


class VisitLinkView(OperatorView):
    """The one-time link of one's own granted visit, to be opened in a browser within ten minutes. A token
    never enters an organisation; a fresh proof is asked."""

    proof = frozenset({"post"})

    def post(self, request: Any, pk: int) -> Response:
        visit = found(Override.objects.select_related("organisation"), pk)

        def work() -> tuple[int, Any, str]:
            token = override_link(visit, by=request.user)
            data = shapes.visit_data(found(Override.objects.all(), pk))
            return 200, {**data, "link": override_address(visit, token)}, ""

        return api_write(request, work)


class VisitEndView(OperatorView):
    """End a visit now. Twice is once."""

    def post(self, request: Any, pk: int) -> Response:
        visit = found(Override.objects.select_related("organisation"), pk)

        def work() -> tuple[int, Any, str]:
            override_end(visit, why="platform", by=str(request.user))
            return 200, shapes.visit_data(found(Override.objects.all(), pk)), _("The visit is ended.")

        return api_write(request, work)
