"""The OpenAPI document and a page to read it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from drf_spectacular.renderers import OpenApiJsonRenderer, OpenApiYamlRenderer
from drf_spectacular.views import SpectacularAPIView
from rest_framework.permissions import AllowAny


class SchemaView(SpectacularAPIView):
    permission_classes = [AllowAny]
    authentication_classes = []
    renderer_classes = [OpenApiYamlRenderer, OpenApiJsonRenderer]


schema_view = SchemaView.as_view(patterns=None)


def docs_view(request: HttpRequest) -> HttpResponse:
    """A plain page over the schema, with no foreign script."""
    return render(request, "core/api_docs.html")
