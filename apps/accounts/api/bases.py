"""Bases of the views about signing in."""

from __future__ import annotations

from typing import Any, ClassVar

from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.views import APIView

from apps.accounts.authentication import NoApiKey
from apps.accounts.limits import attempts_limit
from apps.core.api.serializers import StrictSerializer, raise_invalid


def text_field(**kwargs: Any) -> serializers.CharField:
    return serializers.CharField(max_length=kwargs.pop("max_length", 4096), trim_whitespace=False, **kwargs)


class Input:
    """Reads the body by ``serializer_class``; a wrong one is a 400 that names its fields."""

    serializer_class: ClassVar[type[StrictSerializer]]

    def read(self, request: Any) -> dict[str, Any]:
        serializer = self.serializer_class(data=request.data)
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
