"""OpenAPI: tags by module, request and answer schemas from the resource's own declarations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers

from apps.core.guards import guards_of

PAGING = (
    ("page", int, "Page number from 1."),
    ("per_page", int, "Rows a page, at most 200; 25 when left out."),
    ("cursor", str, "Paging by cursor: empty for the first page, then `meta.pagination.next_cursor`."),
    ("search", str, "Words that the record must contain."),
    ("where", str, 'Filters joined by and, or, not: `{"any": [{"gstin__empty": true}, {"party": 7}]}`.'),
    ("ordering", str, "Fields, comma separated; `-` before a field for falling order."),
    ("fields", str, "Only these fields, comma separated."),
    ("expand", str, "Keys to show as {id, label}, comma separated."),
)
FILES = ("text/csv", "application/pdf", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
REFUSALS = {
    "400": "Something in the request is wrong; `errors` names each field.",
    "401": "Not signed in.",
    "403": "Visible, but not allowed.",
    "404": "Missing, hidden, of another organisation, or its module is off.",
    "409": "Refused by a rule of the business, or changed by somebody else since it was read.",
    "412": "`If-Match` is stale.",
    "413": "Larger than 10 MB.",
    "415": "A kind of body that is not taken here.",
    "423": "The period is closed or the record locked.",
    "429": "Too many requests; `Retry-After` says when to come back.",
}
_READS, _WRITES = ("400", "401", "403", "404", "429"), ("409", "413", "415", "423")
_outputs: dict[Any, type[serializers.Serializer]] = {}


class ErrorItem(serializers.Serializer):
    field = serializers.CharField()
    code = serializers.CharField()
    detail = serializers.CharField()


class Meta(serializers.Serializer):
    request_id = serializers.CharField()
    pagination = serializers.DictField(required=False)
    warnings = serializers.ListField(child=serializers.CharField(), required=False)


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


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # the library has no types
    target_class = "apps.accounts.authentication.TenantJWTAuthentication"
    name = "bearer"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}


class KeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # the library has no types
    target_class = "apps.accounts.authentication.ApiKeyAuthentication"
    name = "api_key"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        text = "`Api-Key bahi_…`: a personal key made on the page of one's API keys."
        return {"type": "apiKey", "in": "header", "name": "Authorization", "description": text}


class SessionScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # the library has no types
    target_class = "apps.accounts.authentication.SessionAuthentication"
    name = "session"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "apiKey", "in": "cookie", "name": "sessionid"}


class Deleted(serializers.Serializer):
    id = serializers.IntegerField()


@dataclass(frozen=True)
class Shape:
    """How a record is answered: whole, as a row of a list (no children, fields may be chosen), or as a draft
    that is only previewed (what isn't known yet is null or left out)."""

    suffix: str = ""
    children: bool = True
    optional: bool = False
    nullable: bool = False


WHOLE = Shape()
ROW = Shape("InList", children=False, optional=True)
DRAFT = Shape("Preview", optional=True, nullable=True)


def output_of(view: Any, shape: Shape = WHOLE) -> type[serializers.Serializer]:
    """A record of the resource as it is answered: the fields that it lists.

    A field that some people may not see is left out for them, so it is never promised.
    """
    model = view.model
    if (model, shape) not in _outputs:
        attrs = {n: _output_field(model, view.rename.get(n, n), shape) for n in view.fields}
        for child in view.children if shape.children else ():
            names = ("id", *child.fields, *child.read_fields)
            rows = {n: _output_field(child.model, child.rename.get(n, n), shape) for n in names}
            if shape is DRAFT:
                rows |= {told: serializers.CharField(required=False, allow_blank=True) for told in child.told}
            kind = type(f"{child.model.__name__}Row{shape.suffix}", (serializers.Serializer,), rows)
            attrs[child.name] = kind(many=True, required=not shape.optional)
        name = f"{model.__name__}{shape.suffix}"
        _outputs[model, shape] = type(name, (serializers.Serializer,), attrs)
    return _outputs[model, shape]


def _output_field(model: Any, name: str, shape: Shape) -> serializers.Field:
    field = next((f for f in model._meta.concrete_fields if f.name == name), None)
    optional = shape.optional or name in guards_of(model)
    how: dict[str, Any] = {"required": False} if optional else {"read_only": True}
    if field is None:
        return serializers.JSONField(**how)  # anything, so also null
    how["allow_null"] = field.null or shape.nullable
    if field.is_relation:
        return serializers.IntegerField(**how)
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
    if kind is serializers.JSONField:
        del how["allow_null"]  # anything, so also null
    return kind(**how)


def refusals_add(result: Any, **_kwargs: Any) -> Any:
    """Post-processing: the refusals that each operation may answer with. All have one shape (docs/api.md)."""
    failure = {"schema": {"$ref": "#/components/schemas/Failure"}}
    result["components"]["responses"] = {
        f"Refusal{status}": {"description": text, "content": {"application/json": failure}}
        for status, text in REFUSALS.items()
    }
    for operations in result["paths"].values():
        for method, operation in operations.items():
            statuses = _READS if method == "get" else (*_READS, *_WRITES)
            if method in ("put", "patch"):
                statuses = (*statuses, "412")
            for status in sorted(statuses):
                operation["responses"][status] = {"$ref": f"#/components/responses/Refusal{status}"}
    return result


class BahiAutoSchema(AutoSchema):  # type: ignore[no-untyped-call]  # the library has no types
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

    def _get_filter_parameters(self) -> list[Any]:
        view = self._resource()
        action = getattr(view, "action", "")
        if action not in ("list", "export"):
            return []
        names = [OpenApiParameter(n, kind, description=text) for n, kind, text in PAGING]
        names += [OpenApiParameter(n, OpenApiTypes.STR) for n in sorted({*view.filters, *view.extra_params})]
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
        """Good answers; ``refusals_add`` puts the refusals beside them."""
        slow = self.method == "GET" and self._slow_report()
        return {**self._good_answers(), 400: Failure} | ({409: Failure} if slow else {})

    def _slow_report(self) -> bool:
        """Worked out by a job first: its file is refused while there is none."""
        return getattr(getattr(self.view, "report", None), "slow", False)

    def _good_answers(self) -> Any:
        action = getattr(self.view, "action", "")
        if self.method == "POST" and getattr(self.view, "answers_later", False):  # a job does it
            return {202: Answer}
        if action == "export" or hasattr(self.view, "report"):
            return {(200, kind): OpenApiTypes.BINARY for kind in FILES} | {
                (200, "application/json"): OpenApiTypes.ANY,
                (202, "application/json"): Answer,  # many rows: a job makes the file
            }
        if action == "run_read" and self.view.verb == "file":
            return {(200, kind): OpenApiTypes.BINARY for kind in (*FILES, "application/json")}
        if action == "run_read" and self.view.verb == "pdf":
            return {(200, "application/pdf"): OpenApiTypes.BINARY}
        if action == "create":
            status = getattr(self.view, "made_status", 201)
            return {status: self._answer()}
        made = {201: Answer} if action == "run_verb" else {}
        accepted = {202: Answer} if action == "import_file" else {}
        return {200: self._answer(), **made, **accepted}

    def _answer(self) -> Any:
        view = self._resource()
        action = getattr(self.view, "action", "")
        if view is None or action in ("export", "run_read", "bulk", "import_file"):
            return Answer
        shape = {"list": ROW, "preview": DRAFT}.get(action, WHOLE)
        name = f"{view.model.__name__}{'List' if action == 'list' else shape.suffix}Answer"
        if action == "destroy":
            name = "DeletedAnswer"
        if name not in _outputs:
            data = Deleted() if action == "destroy" else output_of(view, shape)(many=action == "list")
            attrs = {"success": serializers.BooleanField(), "message": serializers.CharField()}
            _outputs[name] = type(name, (serializers.Serializer,), {**attrs, "data": data, "meta": Meta()})
        return _outputs[name]

    def _is_list_view(self, serializer: Any = None) -> bool:
        return False
