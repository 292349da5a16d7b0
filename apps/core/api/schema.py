"""OpenAPI: tags by module, request and answer schemas from the resource's own declarations."""

from __future__ import annotations

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers

PAGING = (
    ("page", int, "Page number from 1."),
    ("per_page", int, "Rows a page, at most 200; 25 when left out."),
    ("cursor", str, "Paging by cursor: empty for the first page, then `meta.pagination.next_cursor`."),
    ("search", str, "Words that the record must contain."),
    ("ordering", str, "Fields, comma separated; `-` before a field for falling order."),
    ("fields", str, "Only these fields, comma separated."),
    ("expand", str, "Keys to show as {id, label}, comma separated."),
)
_outputs: dict[Any, type[serializers.Serializer]] = {}


class ErrorItem(serializers.Serializer):
    field = serializers.CharField()
    code = serializers.CharField()
    detail = serializers.CharField()


class Meta(serializers.Serializer):
    request_id = serializers.CharField()
    pagination = serializers.DictField(required=False)


class Answer(serializers.Serializer):
    success = serializers.BooleanField()
    message = serializers.CharField()
    data = serializers.JSONField()
    meta = Meta()


class Failure(serializers.Serializer):
    success = serializers.BooleanField(default=False)
    message = serializers.CharField()
    errors = ErrorItem(many=True)
    meta = Meta()


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "apps.accounts.authentication.TenantJWTAuthentication"
    name = "bearer"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}


class KeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "apps.accounts.authentication.ApiKeyAuthentication"
    name = "api_key"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        text = "`Api-Key bahi_…`: a personal key made on the page of one's API keys."
        return {"type": "apiKey", "in": "header", "name": "Authorization", "description": text}


class SessionScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "apps.accounts.authentication.SessionAuthentication"
    name = "session"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "apiKey", "in": "cookie", "name": "sessionid"}


def output_of(view: Any) -> type[serializers.Serializer]:
    """A record of the resource as it is answered: every field that it lists, read only."""
    from apps.core.api.serializers import KeyField

    model = view.model
    if model not in _outputs:
        attrs: dict[str, Any] = {}
        for name in view.fields:
            attrs[name] = _output_field(model, view.rename.get(name, name), KeyField)
        for child in view.children:
            rows = {
                n: _output_field(child.model, child.rename.get(n, n), KeyField)
                for n in ("id", *child.fields, *child.read_fields)
            }
            attrs[child.name] = type(f"{child.model.__name__}Row", (serializers.Serializer,), rows)(many=True)
        _outputs[model] = type(model.__name__, (serializers.Serializer,), attrs)
    return _outputs[model]


def _output_field(model: Any, name: str, key_field: Any) -> serializers.Field:
    field = next((f for f in model._meta.concrete_fields if f.name == name), None)
    if field is None:
        return serializers.JSONField(read_only=True)
    if field.is_relation:
        return serializers.IntegerField(read_only=True, allow_null=field.null)
    kinds = {
        "DecimalField": serializers.CharField,
        "MoneyField": serializers.CharField,
        "QuantityField": serializers.CharField,
        "RateField": serializers.CharField,
        "BooleanField": serializers.BooleanField,
        "DateField": serializers.DateField,
        "DateTimeField": serializers.DateTimeField,
        "JSONField": serializers.JSONField,
        "ArrayField": serializers.ListField,
    }
    kind = kinds.get(type(field).__name__)
    if kind is None:
        kind = serializers.IntegerField if "Integer" in type(field).__name__ else serializers.CharField
    if "AutoField" in type(field).__name__:
        kind = serializers.IntegerField
    return kind(read_only=True, allow_null=field.null)


class BahiAutoSchema(AutoSchema):  # type: ignore[no-untyped-call]
    """One operation of the API; resources describe themselves."""

    def get_tags(self) -> list[str]:
        parts = self.path.strip("/").split("/")
        return [parts[2] if len(parts) > 2 else "api"]

    def get_operation_id(self) -> str:
        path = self.path.replace("/api/v1/", "").strip("/").replace("{id}", "one")
        return f"{path.replace('/', '_').replace('-', '_')}_{self.method.lower()}"

    def _resource(self) -> Any:
        return self.view if hasattr(self.view, "kept_serializer") else None

    def _writes_record(self) -> bool:
        return getattr(self.view, "action", "") in ("create", "update", "partial_update", "preview")

    def get_filter_parameters(self) -> list[Any]:
        view = self._resource()
        if view is None or getattr(view, "action", "") not in ("list", "export"):
            return []
        names = [OpenApiParameter(n, kind, description=text) for n, kind, text in PAGING]
        names += [OpenApiParameter(n, OpenApiTypes.STR) for n in view.filters]
        return [self._parameter(item) for item in names]

    @staticmethod
    def _parameter(item: OpenApiParameter) -> dict[str, Any]:
        kind = "integer" if item.type is int else "string"
        found: dict[str, Any] = {"name": item.name, "in": "query", "schema": {"type": kind}}
        if item.description:
            found["description"] = item.description
        return found

    def get_request_serializer(self) -> Any:
        view = self._resource()
        if view is None:
            return Answer if self.method == "GET" else OpenApiTypes.OBJECT
        if self._writes_record():
            return view.get_serializer_class()
        return None if self.method in ("GET", "DELETE") else OpenApiTypes.OBJECT

    def get_response_serializers(self) -> Any:
        """Every refusal has one shape, whatever its status (docs/api.md)."""
        return {self._good_status(): self._answer(), 400: Failure}

    def _good_status(self) -> int:
        return 201 if getattr(self.view, "action", "") == "create" else 200

    def _answer(self) -> Any:
        view = self._resource()
        action = getattr(self.view, "action", "")
        if view is None or action in ("export", "run_read", "bulk", "import_file"):
            return Answer
        name = f"{view.model.__name__}{'List' if action == 'list' else ''}Answer"
        if name not in _outputs:
            data = output_of(view)(many=action == "list")
            attrs = {"success": serializers.BooleanField(), "message": serializers.CharField()}
            _outputs[name] = type(name, (serializers.Serializer,), {**attrs, "data": data, "meta": Meta()})
        return _outputs[name]

    def _is_list_view(self, serializer: Any = None) -> bool:
        return False
