"""The organisation over the API: what its page changes, and its pictures."""

from __future__ import annotations

from typing import Any

from django.urls import path
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.response import Response

from apps.accounts.api.guarded import GuardedView
from apps.core.api.rendering import envelope
from apps.core.api.routes import register_routes
from apps.core.api.serializers import StrictSerializer, model_field
from apps.core.api.transaction import api_write
from apps.core.errors import InvalidInput, NotFound
from apps.platform.services.profile import (
    FIELDS,
    PARTS,
    organisation_now,
    organisation_save,
    picture_remove,
    picture_save,
    profile_data,
)
from apps.tenancy.models import Organisation

NEEDS = {"": ("platform.manage_organisation",)}

ProfileInput = type(
    "ProfileInput", (StrictSerializer,), {name: model_field(Organisation, name) for name in FIELDS}
)


class ProfileView(GuardedView):
    """Name, time zone, language, formats, colour; PATCH changes what it names."""

    bahi_app, needs = "platform", NEEDS
    serializer_class = ProfileInput

    def get(self, request: Any) -> Response:
        return Response(envelope(profile_data(organisation_now())))

    def patch(self, request: Any) -> Response:
        values = self.read(request, partial=True)

        def work() -> tuple[int, Any, str]:
            organisation_save(organisation_now(), values=values)
            return 200, profile_data(organisation_now()), _("Saved.")

        return api_write(request, work)


class PictureInput(StrictSerializer):
    file = serializers.FileField()


class PictureView(GuardedView):
    """``logo`` or ``mark``: PUT a picture as multipart ``file``, DELETE it."""

    bahi_app, needs = "platform", NEEDS
    parser_classes = (MultiPartParser,)
    serializer_class = PictureInput

    def initial(self, request: Any, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if kwargs["part"] not in PARTS:
            raise NotFound(_("Not found."))

    def put(self, request: Any, part: str) -> Response:
        given = request.FILES.get("file")
        if given is None:
            raise InvalidInput(_("Please send a picture."), field="file", code="required")

        def work() -> tuple[int, Any, str]:
            given.seek(0)
            picture_save(organisation_now(), part, given)
            return 200, profile_data(organisation_now()), _("Saved.")

        return api_write(request, work)

    def delete(self, request: Any, part: str) -> Response:
        def work() -> tuple[int, Any, str]:
            picture_remove(organisation_now(), part)
            return 204, None, ""

        return api_write(request, work)


register_routes(
    [
        path("platform/organisation/", ProfileView.as_view(), name="platform_organisation"),
        path(
            "platform/organisation/<str:part>/", PictureView.as_view(), name="platform_organisation_picture"
        ),
    ]
)
