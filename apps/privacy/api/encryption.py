"""API of the encryption of stored files: how far it is, the rest of it, a new key."""

from __future__ import annotations

from typing import Any

from django.urls import path
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.response import Response

from apps.accounts.api.guarded import GuardedView
from apps.core.api.rendering import envelope
from apps.core.api.representation import iso_time
from apps.core.api.routes import register_routes
from apps.core.api.serializers import StrictSerializer
from apps.core.api.transaction import api_write
from apps.core.typed_settings import setting
from apps.files.models import FileKey
from apps.files.services.sealing import sealing_figures
from apps.privacy.services.encryption import encryption_start
from apps.privacy.surfaces import ENCRYPT


class EncryptInput(StrictSerializer):
    new_key = serializers.BooleanField(required=False, default=False)


class EncryptionView(GuardedView):
    """Figures and the age of the key; POST encrypts what is left, ``new_key`` under a fresh key."""

    bahi_app, needs = "privacy", {"": (ENCRYPT,)}
    proof = frozenset({"post"})
    serializer_class = EncryptInput
    answers_later = True

    def get(self, request: Any) -> Response:
        key = FileKey.objects.order_by("-pk").first()
        data = {
            "on": setting("files.encrypt"),
            "key_since": iso_time(key.created_at) if key else None,
            **sealing_figures(),
        }
        return Response(envelope(data))

    def post(self, request: Any) -> Response:
        new_key = self.read(request)["new_key"]

        def work() -> tuple[int, Any, str]:
            job = encryption_start(by=request.user, new_key=new_key)
            return 202, {"job": job.pk}, _("It runs in the background.")

        return api_write(request, work)


register_routes([path("privacy/file-encryption/", EncryptionView.as_view(), name="privacy_encryption")])
