"""Bases of the views about signing in."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, ClassVar

from django.db.models import Model
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.views import APIView

from apps.accounts.authentication import NoApiKey
from apps.accounts.limits import attempts_limit
from apps.core.api.serializers import KeyField, StrictSerializer, raise_invalid
from apps.core.errors import InvalidInput
from apps.core.registry import has_bin


def text_field(**kwargs: Any) -> serializers.CharField:
    return serializers.CharField(max_length=kwargs.pop("max_length", 4096), trim_whitespace=False, **kwargs)


def key_list(model: type[Model], **kwargs: Any) -> serializers.ListField:
    """Ids of many records; ``rows_named`` gives them."""
    return serializers.ListField(child=KeyField(model), max_length=1000, **kwargs)


def rows_named(model: type[Model], ids: Collection[int], field: str) -> list[Any]:
    """The rows of these ids, none from the bin. Raises InvalidInput naming ``field``."""
    rows = model._default_manager.filter(pk__in=ids)
    found = list(rows.filter(deleted_at=None) if has_bin(model) else rows)
    if len(found) != len(set(ids)):
        raise InvalidInput(_("There is no such record."), field=field, code="not_found")
    return found


class Input:
    """Reads the body by ``serializer_class``, or by ``kind`` where methods take different ones; a wrong one
    is a 400 that names its fields. ``partial``: only what was sent is needed and given, without defaults."""

    serializer_class: ClassVar[type[StrictSerializer]]

    def read(
        self, request: Any, kind: type[StrictSerializer] | None = None, *, partial: bool = False
    ) -> dict[str, Any]:
        serializer = (kind or self.serializer_class)(data=request.data, partial=partial)
        raise_invalid(serializer)
        return dict(serializer.validated_data)


class OpenView(Input, APIView):
    """For people who aren't signed in; how often is limited by address."""

    authentication_classes: ClassVar[tuple[Any, ...]] = ()
    permission_classes: ClassVar[tuple[Any, ...]] = (AllowAny,)

    def initial(self, request: Any, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        attempts_limit(request)


class PersonalView(Input, APIView):
    """About one's own sign-in: not for API keys."""

    permission_classes: ClassVar[tuple[Any, ...]] = (NoApiKey,)
