"""The OpenAPI document, aimed: ids that exist, so that made-up calls get past the look-ups."""

from __future__ import annotations

import re
from typing import Any

from drf_spectacular.generators import SchemaGenerator

from apps.core.api.serializers import KeyField
from apps.core.registry import resources

MISSING = 999_999_999


def openapi() -> dict[str, Any]:
    """As /api/schema/ gives it."""
    return SchemaGenerator().get_schema(request=None, public=True)


def aimed(document: dict[str, Any]) -> dict[str, Any]:
    """Ids become a choice of the ids in the database, with one that isn't there."""
    for address, operations in document["paths"].items():
        found = re.match(r"/api/v1/(.+?)/\{id\}/", address)
        view = resources().get(found.group(1)) if found else None
        if view is None:
            continue
        for operation in operations.values():
            for parameter in operation["parameters"]:
                if parameter["name"] == "id":
                    parameter["schema"] = _choice(view.model)
    for view in resources().values():
        if view.writable:
            _aim_fields(document["components"]["schemas"], view.kept_serializer(partial=False))
    return document


def _choice(model: Any) -> dict[str, Any]:
    ids = list(model._default_manager.order_by("pk").values_list("pk", flat=True))
    return {"type": "integer", "enum": sorted({*ids[:3], *ids[-4:], MISSING})}


def _aim_fields(schemas: dict[str, Any], serializer: Any) -> None:
    for suffix in ("", "Request"):
        properties = schemas.get(f"{type(serializer).__name__}{suffix}", {}).get("properties", {})
        for name, field in serializer.fields.items():
            if isinstance(field, KeyField) and name in properties:
                ids = _choice(field.related)
                properties[name] = {**ids, "enum": [*ids["enum"], None]} if field.allow_null else ids
                properties[name]["type"] = ["integer", "null"] if field.allow_null else "integer"
            elif hasattr(field, "child") and hasattr(field.child, "fields"):
                _aim_fields(schemas, field.child)
