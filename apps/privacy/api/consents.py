"""API of purposes and consents."""

from __future__ import annotations

from typing import Any, ClassVar

from django.utils.translation import gettext as _
from rest_framework.response import Response

from apps.core.access import may
from apps.core.api.resource import MasterViewSet, ResourceViewSet
from apps.core.api.serializers import known_fields
from apps.core.api.transaction import api_write
from apps.core.errors import NotAllowed
from apps.core.registry import register_resource
from apps.privacy.models import Consent, Purpose
from apps.privacy.permissions import CONSENT
from apps.privacy.services.consents import consent_give, consent_withdraw


@register_resource
class PurposeApi(MasterViewSet):
    """What consent is asked for. ``give``: ``{"email": …, "means": form|paper|mail|spoken|link}``."""

    model, path = Purpose, "privacy/purposes"
    fields = ("id", "code", "name", "notice", "notice_version", "active", "version")
    read_only = ("id", "notice_version", "version")
    filters: ClassVar[dict[str, str]] = {"code": "code", "active": "active"}
    verbs: ClassVar[dict[str, str]] = {"give": "give"}
    verb_permissions: ClassVar[dict[str, str]] = {"give": CONSENT}

    def give(self, request: Any, pk: int) -> Response:
        """Note that somebody agreed; the same address twice is one consent."""
        self.require("view")
        purpose = self.record(pk)
        _allowed(request)
        data = known_fields(request.data, {"email", "means"})

        def work() -> tuple[int, Any, str]:
            found = consent_give(
                purpose=purpose, email=data.get("email"), means=data.get("means"), by=request.user
            )
            return 200, {"id": found.pk, "notice_version": found.notice_version}, _("Noted.")

        return api_write(request, work)


@register_resource
class ConsentApi(ResourceViewSet):
    """Who agreed to what, and who took it back. ``withdraw``: ``{"means": …}``."""

    model, path = Consent, "privacy/consents"
    fields = (
        "id", "purpose", "email", "notice_version", "given_at", "given_means", "withdrawn_at",
        "withdrawn_means",
    )  # fmt: skip
    writable = False
    filters: ClassVar[dict[str, str]] = {
        "purpose": "purpose", "email": "email", "given_at": "given_at", "withdrawn_at": "withdrawn_at",
    }  # fmt: skip
    expands = ("purpose",)
    verbs: ClassVar[dict[str, str]] = {"withdraw": "withdraw"}
    verb_permissions: ClassVar[dict[str, str]] = {"withdraw": CONSENT}

    def withdraw(self, request: Any, pk: int) -> Response:
        """Note that the person took it back."""
        self.require("view")
        consent = self.record(pk)
        _allowed(request)
        data = known_fields(request.data, {"means"})

        def work() -> tuple[int, Any, str]:
            consent_withdraw(consent=consent, means=data.get("means"), by=request.user)
            return 200, self.one(self.record(pk)), _("Noted.")

        return api_write(request, work)


def _allowed(request: Any) -> None:
    if not may(request.user, CONSENT):
        raise NotAllowed(_("You may not do this."))
