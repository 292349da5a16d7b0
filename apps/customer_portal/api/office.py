"""For those who look after the portal's people, at ``customer-portal/``."""

from __future__ import annotations

from functools import partial
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.api.bases import Input
from apps.accounts.api.confirming import confirmed_or_refuse
from apps.core.access import may
from apps.core.api.resource import ResourceViewSet
from apps.core.api.serializers import known_fields
from apps.core.api.transaction import api_write
from apps.core.errors import InvalidInput, NotAllowed
from apps.core.keys import key_sent
from apps.core.registry import register_resource
from apps.customer_portal.api.people import InvitationInput, member_data
from apps.customer_portal.choices import Sees
from apps.customer_portal.models import PortalFirm, PortalMember, PortalRequest
from apps.customer_portal.services.firms import firm_save
from apps.customer_portal.services.members import (
    document_share,
    member_end,
    member_factors_reset,
    member_invite,
    member_invite_again,
    member_sees,
)
from apps.customer_portal.services.requests import request_approve, request_refuse
from apps.documents.selectors import target_find
from apps.parties.models import Party


class _Looked(ResourceViewSet):
    writable = False

    def verb_answer(self, request: Any, pk: int, permission: str, work: Any, message: str) -> Response:
        self.require("view")
        row = self.record(pk)
        if not may(request.user, permission):
            raise NotAllowed(_("You may not do this."))

        def run() -> tuple[int, Any, str]:
            work(row)
            return 200, self.one(self.record(pk)), message

        return api_write(request, run)

    @staticmethod
    def body(request: Any, *names: str) -> dict[str, Any]:
        given = known_fields(request.data, names)
        return {name: given.get(name) for name in names}


@register_resource
class PortalMemberApi(_Looked):
    """People of customers and vendors; invited at ``customer-portal/invitations/``."""

    model, path = PortalMember, "customer-portal/members"
    fields = ("id", "user", "party", "sees", "state", "invited_by", "active_at", "ended_at", "created_at")
    filters: ClassVar[dict[str, str]] = {
        "party": "party", "state": "state", "sees": "sees", "email": "user__email", "active_at": "active_at",
    }  # fmt: skip
    expands = ("user", "party", "invited_by")
    verbs: ClassVar[dict[str, str]] = {
        "invite-again": "invite_again", "end": "end", "let-see": "let_see", "share": "share",
        "reset-second-factors": "reset_second_factors",
    }  # fmt: skip
    verb_permissions: ClassVar[dict[str, str]] = {
        "invite-again": "customer_portal.invite_member",
        "let-see": "customer_portal.invite_member",
        "share": "customer_portal.invite_member",
        "end": "customer_portal.end_member",
        "reset-second-factors": "accounts.reset_second_factor",
    }

    def invite_again(self, request: Any, pk: int) -> Response:
        """A new link; the old one ends."""
        self.body(request)
        work = partial(member_invite_again, by=request.user, request=request._request)
        return self.verb_answer(request, pk, self.verb_permissions["invite-again"], work, _("Invited."))

    def end(self, request: Any, pk: int) -> Response:
        """End the access at once."""
        self.body(request)
        work = partial(member_end, by=request.user)
        return self.verb_answer(request, pk, self.verb_permissions["end"], work, _("The access has ended."))

    def reset_second_factors(self, request: Any, pk: int) -> Response:
        """For a person who lost phone and codes: they go, every sign-in ends, he is told by mail."""
        self.body(request)
        confirmed_or_refuse(request)
        work = partial(member_factors_reset, by=request.user, request=request._request)
        permission = self.verb_permissions["reset-second-factors"]
        return self.verb_answer(request, pk, permission, work, _("Removed."))

    def let_see(self, request: Any, pk: int) -> Response:
        """``{"sees": "firm" | "own"}``."""
        work = partial(member_sees, by=request.user, sees=self.body(request, "sees")["sees"])
        return self.verb_answer(request, pk, self.verb_permissions["let-see"], work, _("Saved."))

    def share(self, request: Any, pk: int) -> Response:
        """``{"target": "sales.order:7"}``: the document is this person's own from now on."""
        target = self.body(request, "target")["target"]

        def work(row: PortalMember) -> None:
            document_share(row, target_find(target, request.user), by=request.user)

        return self.verb_answer(request, pk, self.verb_permissions["share"], work, _("Shared."))


@register_resource
class PortalRequestApi(_Looked):
    """Registrations; ``approve`` and ``refuse`` decide those that wait."""

    model, path = PortalRequest, "customer-portal/requests"
    fields = (
        "id", "name", "firm", "email", "message", "state", "party", "created_at", "verified_at", "decided_at",
        "decided_by", "reason",
    )  # fmt: skip
    filters: ClassVar[dict[str, str]] = {
        "state": "state", "email": "email", "party": "party", "created_at": "created_at",
    }  # fmt: skip
    expands = ("party",)
    verbs: ClassVar[dict[str, str]] = {"approve": "approve", "refuse": "refuse"}
    verb_permissions: ClassVar[dict[str, str]] = dict.fromkeys(
        ("approve", "refuse"), "customer_portal.decide_request"
    )

    def approve(self, request: Any, pk: int) -> Response:
        """``{"party": 7, "sees": "firm"}``; without a party the one that was found."""
        body = self.body(request, "party", "sees")

        def work(row: PortalRequest) -> None:
            request_approve(
                row,
                party=_party(body["party"], request.user),
                sees=body["sees"] or Sees.FIRM,
                by=request.user,
                request=request._request,
            )

        return self.verb_answer(request, pk, self.verb_permissions["approve"], work, _("Approved."))

    def refuse(self, request: Any, pk: int) -> Response:
        """``{"reason": …}``: the person gets it by mail."""
        reason = self.body(request, "reason")["reason"] or ""
        if not isinstance(reason, str):
            raise InvalidInput(_("A text is needed."), field="reason")
        work = partial(request_refuse, reason=reason, by=request.user)
        return self.verb_answer(request, pk, self.verb_permissions["refuse"], work, _("Refused."))


def _party(value: Any, user: Any) -> Any:
    if value is None:
        return None
    key = key_sent(value)
    found = Party.objects.for_user(user).filter(pk=key, deleted_at=None).first() if key is not None else None
    if found is None:
        raise InvalidInput(_("There is no such party."), field="party", code="does_not_exist")
    return found


@register_resource
class PortalFirmApi(ResourceViewSet):
    """What one party is shown otherwise than the settings say."""

    model, path = PortalFirm, "customer-portal/firms"
    fields = ("id", "party", "closed", "own_features", "features", "created_at", "updated_at")
    read_only = ("id", "created_at", "updated_at")
    filters: ClassVar[dict[str, str]] = {"party": "party", "closed": "closed"}
    expands = ("party",)

    def save_record(self, instance: Any, values: dict[str, Any], children: Any, version: Any) -> Any:
        return firm_save(instance, values=values, by=self.request.user)


class StaffInvitationInput(InvitationInput):
    party = serializers.IntegerField(min_value=1, max_value=2**62)


class InvitationsApi(Input, APIView):
    """Invite a person of a party by mail."""

    bahi_app = "customer_portal"
    serializer_class = StaffInvitationInput

    def post(self, request: Any) -> Response:
        if not may(request.user, "customer_portal.invite_member"):
            raise NotAllowed(_("You may not do this."))
        values = self.read(request)
        party = _party(values.pop("party"), request.user)

        def work() -> tuple[int, Any, str]:
            row = member_invite(party=party, **values, by=request.user, request=request._request)
            return 201, member_data(row), _("Invited.")

        return api_write(request, work)
