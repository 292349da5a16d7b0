"""What an organisation's administrator sees and decides of the platform: usage, modules, domains, look of the
sign-in page, visits, leaving."""

from __future__ import annotations

from typing import Any

from django.urls import path
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.response import Response

from apps.accounts.api.guarded import GuardedView
from apps.backup.services.handing_out import backups_here
from apps.core.api.rendering import envelope
from apps.core.api.representation import iso_time
from apps.core.api.routes import register_routes
from apps.core.api.serializers import StrictSerializer
from apps.core.api.transaction import api_write
from apps.core.errors import InvalidInput, NotFound
from apps.platform.models import Override, SignInLook
from apps.platform.permissions import LEAVE
from apps.platform.services.leaving import copy_is_fresh, leaving_ask
from apps.platform.services.look import look_save
from apps.platform.services.modules import modules_choose, modules_shown
from apps.platform.services.override import override_decide, override_end
from apps.platform.services.own_side import operator_access_set
from apps.platform.services.profile import organisation_now
from apps.tenancy.models import DomainClaim, Organisation
from apps.tenancy.services.domains import domain_claim, domain_primary, domain_remove, domain_verify
from apps.tenancy.services.limits import usage_of

SHOWN = 100


class UsageView(GuardedView):
    """The plan, and what is used of each limit (null: no limit)."""

    bahi_app, needs = "platform", {"": ("platform.view_usage",)}

    def get(self, request: Any) -> Response:
        organisation = organisation_now()
        lines = [
            {"metric": line.metric, "title": str(line.title), "used": line.used, "limit": line.limit}
            for line in usage_of(organisation)
        ]
        plan = organisation.plan.name if organisation.plan else None
        return Response(envelope({"plan": plan, "usage": lines}))


class ModulesInput(StrictSerializer):
    modules = serializers.ListField(child=serializers.CharField(max_length=40), max_length=100)


class ModulesView(GuardedView):
    """Modules of the plan, which are on, what each needs and what would be hidden; PUT says which are on."""

    bahi_app, needs = "platform", {"": ("platform.manage_modules",)}
    serializer_class = ModulesInput

    def get(self, request: Any) -> Response:
        return Response(envelope(modules_shown(organisation_now())))

    def put(self, request: Any) -> Response:
        keys = self.read(request)["modules"]

        def work() -> tuple[int, Any, str]:
            modules_choose(organisation_now(), keys=keys)
            return 200, modules_shown(organisation_now()), _("Saved.")

        return api_write(request, work)


# --- own domains ----------------------------------------------------------------------------------


class DomainInput(StrictSerializer):
    domain = serializers.CharField(max_length=253)


class DomainsView(GuardedView):
    """Own domains with the TXT record that proves each; POST names one more."""

    bahi_app, needs = "platform", {"": ("platform.manage_domains",)}
    proof = frozenset({"post"})
    serializer_class = DomainInput

    def get(self, request: Any) -> Response:
        return Response(envelope(_domains(organisation_now())))

    def post(self, request: Any) -> Response:
        name = self.read(request)["domain"]

        def work() -> tuple[int, Any, str]:
            domain_claim(organisation_now(), name)
            return 201, _domains(organisation_now()), _("Now publish the record, then verify.")

        return api_write(request, work)


class DomainVerifyView(GuardedView):
    """Look the record up. What the name servers said is kept, whatever it was."""

    bahi_app, needs = "platform", {"": ("platform.manage_domains",)}
    proof = frozenset({"post"})

    def post(self, request: Any, pk: int) -> Response:
        domain_verify(_claim(pk))  # not in a unit of work: a refusal has to be kept
        return Response(envelope(_domains(organisation_now()), message=_("The domain is verified.")))


class DomainStepView(GuardedView):
    """``primary``: links in mails carry it from now on; ``remove``: give it back."""

    bahi_app, needs = "platform", {"": ("platform.manage_domains",)}
    proof = frozenset({"post"})

    def post(self, request: Any, pk: int, verb: str) -> Response:
        step = {"primary": domain_primary, "remove": domain_remove}.get(verb)
        if step is None:
            raise NotFound(_("Not found."))

        def work() -> tuple[int, Any, str]:
            step(_claim(pk))
            return 200, _domains(organisation_now()), _("Saved.")

        return api_write(request, work)


def _claim(pk: int) -> DomainClaim:
    found = organisation_now().domain_claims.filter(pk=pk).first() if pk < 2**63 else None
    if found is None:
        raise NotFound(_("Not found."))
    return found


def _domains(organisation: Organisation) -> list[dict[str, Any]]:
    primary = organisation.domains.filter(is_primary=True).values_list("domain", flat=True).first()
    return [
        {
            "id": claim.pk,
            "domain": claim.domain,
            "record_name": claim.record_name,
            "record_text": claim.record_text,
            "checked_at": iso_time(claim.checked_at),
            "verified_at": iso_time(claim.verified_at),
            "error": claim.error,
            "primary": claim.domain == primary,
        }
        for claim in organisation.domain_claims.all()
    ]


# --- look of the sign-in page ---------------------------------------------------------------------


class LookInput(StrictSerializer):
    text = serializers.CharField(max_length=300, allow_blank=True)
    accent = serializers.CharField(max_length=7, allow_blank=True)
    background = serializers.CharField(max_length=7, allow_blank=True)
    remove_logo = serializers.BooleanField(required=False)


class LookView(GuardedView):
    """Sentence and colours of the sign-in page; PATCH changes what it names, ``remove_logo`` its own logo."""

    bahi_app, needs = "platform", {"": ("platform.manage_look",)}
    serializer_class = LookInput

    def get(self, request: Any) -> Response:
        return Response(envelope(_look(organisation_now())))

    def patch(self, request: Any) -> Response:
        asked = self.read(request, partial=True)

        def work() -> tuple[int, Any, str]:
            organisation = organisation_now()
            held = _look(organisation)
            remove = asked.get("remove_logo", False)
            values = {name: asked.get(name, held[name]) for name in ("text", "accent", "background")}
            look_save(organisation, **values, remove_logo=remove)
            return 200, _look(organisation), _("Saved.")

        return api_write(request, work)


class LookLogoView(GuardedView):
    """PUT a logo of the sign-in page's own as multipart ``file``."""

    bahi_app, needs = "platform", {"": ("platform.manage_look",)}
    parser_classes = (MultiPartParser,)

    def put(self, request: Any) -> Response:
        given = request.FILES.get("file")
        if given is None:
            raise InvalidInput(_("Please send a picture."), field="file", code="required")

        def work() -> tuple[int, Any, str]:
            given.seek(0)
            organisation = organisation_now()
            held = _look(organisation)
            values = {name: held[name] for name in ("text", "accent", "background")}
            look_save(organisation, **values, logo=given)
            return 200, _look(organisation), _("Saved.")

        return api_write(request, work)


def _look(organisation: Organisation) -> dict[str, Any]:
    row = SignInLook.objects.filter(organisation=organisation).first() or SignInLook()
    return {
        "text": row.text,
        "accent": row.accent,
        "background": row.background,
        "logo": bool(row.logo),
    }


# --- the platform's operator ------------------------------------------------------------------------


class OperatorInput(StrictSerializer):
    access = serializers.CharField(max_length=8)


class OperatorView(GuardedView):
    """Whether the platform's operator may enter (``allow``, ``ask``, ``forbid``), and his visits."""

    bahi_app, needs = "platform", {"": ("platform.manage_operator",)}
    serializer_class = OperatorInput

    def get(self, request: Any) -> Response:
        return Response(envelope(_visits()))

    def patch(self, request: Any) -> Response:
        access = self.read(request)["access"]

        def work() -> tuple[int, Any, str]:
            operator_access_set(organisation_now(), access)
            return 200, _visits(), _("Saved.")

        return api_write(request, work)


class VisitStepView(GuardedView):
    """``grant`` or ``refuse`` a visit that is asked for, ``end`` one that is open."""

    bahi_app, needs = "platform", {"": ("platform.manage_operator",)}

    def post(self, request: Any, pk: int, verb: str) -> Response:
        rows = Override.objects.filter(organisation=organisation_now())
        visit = rows.filter(pk=pk).first() if pk < 2**63 else None
        if visit is None or verb not in ("grant", "refuse", "end"):
            raise NotFound(_("Not found."))

        def work() -> tuple[int, Any, str]:
            if verb == "end":
                override_end(visit, why="organisation", by=str(request.user))
            else:
                override_decide(visit, granted=verb == "grant", by=request.user)
            return 200, _visits(), _("Saved.")

        return api_write(request, work)


def _visits() -> dict[str, Any]:
    organisation = organisation_now()
    rows = Override.objects.filter(organisation=organisation)[:SHOWN]
    return {
        "access": organisation.operator_access,
        "visits": [
            {
                "id": row.pk,
                "operator": row.operator,
                "reason": row.reason,
                "may_write": row.may_write,
                "state": row.state,
                "asked_at": iso_time(row.created_at),
                "entered_at": iso_time(row.entered_at),
                "expires_at": iso_time(row.expires_at),
                "ended_at": iso_time(row.ended_at),
                "ended_why": row.ended_why,
            }
            for row in rows
        ],
    }


# --- leaving ----------------------------------------------------------------------------------------


class LeaveInput(StrictSerializer):
    name = serializers.CharField(max_length=200)
    without_copy = serializers.BooleanField(required=False, default=False)


class LeaveView(GuardedView):
    """Delete the organisation in 30 days: its name typed, a fresh proof, and a backup or export of the last
    day unless ``without_copy`` is said. It is closed at once; a mailed link takes it back."""

    bahi_app, needs = "platform", {"": (LEAVE,)}
    proof = frozenset({"post"})
    serializer_class = LeaveInput

    def post(self, request: Any) -> Response:
        asked = self.read(request)
        organisation = organisation_now()
        if not asked["without_copy"] and not copy_is_fresh(backups_here().items):
            text = _("Make a backup or an export first, or say that you go without.")
            raise InvalidInput(text, field="without_copy", code="required")

        def work() -> tuple[int, Any, str]:
            leaving_ask(organisation, typed=asked["name"], by=request.user, request=request._request)
            return 200, {"delete_after": iso_time(organisation.delete_after)}, organisation.state_reason

        return api_write(request, work)


register_routes(
    [
        path("platform/usage/", UsageView.as_view(), name="platform_usage"),
        path("platform/modules/", ModulesView.as_view(), name="platform_modules"),
        path("platform/domains/", DomainsView.as_view(), name="platform_domains"),
        path("platform/domains/<int:pk>/verify/", DomainVerifyView.as_view(), name="platform_domain_verify"),
        path("platform/domains/<int:pk>/<str:verb>/", DomainStepView.as_view(), name="platform_domain_step"),
        path("platform/sign-in-page/", LookView.as_view(), name="platform_look"),
        path("platform/sign-in-page/logo/", LookLogoView.as_view(), name="platform_look_logo"),
        path("platform/operator/", OperatorView.as_view(), name="platform_operator"),
        path("platform/operator/<int:pk>/<str:verb>/", VisitStepView.as_view(), name="platform_visit_step"),
        path("platform/leave/", LeaveView.as_view(), name="platform_leave"),
    ]
)
