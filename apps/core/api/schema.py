"""OpenAPI: tags by module, request and answer schemas from the resource's own declarations."""

from __future__ import annotations

from typing import Any

from drf_spectacular.openapi import AutoSchema


class BahiAutoSchema(AutoSchema):
    def get_tags(self) -> list[str]:
        parts = self.path.strip("/").split("/")
        return [parts[2] if len(parts) > 2 else "api"]

    def get_operation_id(self) -> str:
        path = self.path.replace("/api/v1/", "").strip("/").replace("{id}", "one")
        return f"{path.replace('/', '_').replace('-', '_')}_{self.method.lower()}"

    def get_filter_parameters(self) -> list[Any]:
        return []

    def _is_list_view(self, serializer: Any = None) -> bool:
        return getattr(self.view, "action", "") == "list"
