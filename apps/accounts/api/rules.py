"""Rules of rights and sign-in over the API: second factors, matrix, separation of duties, "why"."""

from __future__ import annotations

from typing import Any

from django.urls import path
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.response import Response

from apps.accounts.api.bases import key_list, rows_named
from apps.accounts.api.guarded import GuardedView
from apps.accounts.explain import permission_explain, permission_table, record_explain, record_of
from apps.accounts.matrix import (
    change_undo,
    matrix_modules,
    matrix_roles,
    matrix_rows,
    matrix_save,
    past_changes,
)
from apps.accounts.models import Role, User
from apps.accounts.services.grants import ACTIONS
from apps.accounts.services.policy import policy_get, policy_save
from apps.accounts.services.separation import breaches, mode_set, modes
from apps.core.api.rendering import envelope
from apps.core.api.representation import iso_time
from apps.core.api.routes import register_routes
from apps.core.api.serializers import KeyField, StrictSerializer, known_fields
from apps.core.api.transaction import api_write
from apps.core.errors import ErrorList, InvalidInput
from apps.core.keys import key_read
from apps.core.permissions import all_permissions
from apps.core.separation import separation_rules

SEE, CHANGE, SEE_USERS = "accounts.view_role", "accounts.change_role", "accounts.view_user"


# --- second factors -------------------------------------------------------------------------------


class PolicyInput(StrictSerializer):
    require_for = serializers.CharField(max_length=10)
    roles = key_list(Role, required=False, default=list)
    methods = serializers.ListField(child=serializers.CharField(max_length=10), max_length=10)


class PolicyView(GuardedView):
    """Who must have a second factor (``nobody``, ``all``, ``roles``), and which ways are allowed."""

    needs = {"": ("accounts.change_signinpolicy",)}
    proof = frozenset({"put"})
    serializer_class = PolicyInput

    def get(self, request: Any) -> Response:
        return Response(envelope(_policy()))

    def put(self, request: Any) -> Response:
        asked = self.read(request)

        def work() -> tuple[int, Any, str]:
            values = {**asked, "roles": rows_named(Role, asked["roles"], "roles")}
            policy_save(**values, by=request.user, request=request._request)
            return 200, _policy(), _("Saved.")

        return api_write(request, work)


def _policy() -> dict[str, Any]:
    held = policy_get()
    roles = sorted(held.roles.values_list("pk", flat=True)) if held.pk else []
    return {"require_for": held.require_for, "roles": roles, "methods": held.methods}


# --- matrix ---------------------------------------------------------------------------------------


class MatrixRoleInput(StrictSerializer):
    role = KeyField(Role)
    version = serializers.IntegerField(min_value=1, max_value=2**63 - 1)
    permissions = serializers.ListField(child=serializers.CharField(max_length=120), max_length=2000)


class MatrixInput(StrictSerializer):
    module = serializers.CharField(max_length=40)
    roles = MatrixRoleInput(many=True)


class MatrixView(GuardedView):
    """Roles × permissions of a ``module``; PUT says what each named role holds of that module."""

    needs = {"": (SEE,), "put": (SEE, CHANGE)}
    serializer_class = MatrixInput

    def get(self, request: Any) -> Response:
        module = _module(request.query_params.get("module") or matrix_modules()[0][0])
        return Response(envelope(_matrix(module)))

    def put(self, request: Any) -> Response:
        asked = self.read(request)
        module = _module(asked["module"])
        if not asked["roles"]:
            raise InvalidInput(_("Choose at least one role."), field="roles", code="required")
        _once(asked["roles"])
        wanted = {row["role"]: set(row["permissions"]) for row in asked["roles"]}
        versions = {row["role"]: row["version"] for row in asked["roles"]}
        rows_named(Role, list(wanted), "roles")
        _codes(module, asked["roles"])

        def work() -> tuple[int, Any, str]:
            matrix_save(module, wanted=wanted, versions=versions, by=request.user)
            return 200, _matrix(module), _("Saved.")

        return api_write(request, work)


def _module(name: str) -> str:
    if name not in dict(matrix_modules()):
        raise InvalidInput(_("There is no such module."), field="module", code="not_found")
    return name


def _once(rows: list[dict[str, Any]]) -> None:
    seen: set[int] = set()
    for index, row in enumerate(rows):
        if row["role"] in seen:
            raise InvalidInput(_("This value is here twice."), field=f"roles.{index}.role", code="duplicate")
        seen.add(row["role"])


def _codes(module: str, rows: list[dict[str, Any]]) -> None:
    known = {row.code for row in matrix_rows(module, [])}
    errors = ErrorList()
    for index, row in enumerate(rows):
        for code in row["permissions"]:
            if code not in known:
                text = _("Unknown permission: %(c)s.") % {"c": code}
                errors.add(f"roles.{index}.permissions", text, "unknown")
    errors.raise_if_any()


def _matrix(module: str) -> dict[str, Any]:
    roles = matrix_roles()
    rows = matrix_rows(module, roles)
    return {
        "module": module,
        "modules": [{"key": key, "title": str(title)} for key, title in matrix_modules()],
        "roles": [{"id": r.pk, "code": r.code, "name": r.name, "version": r.version} for r in roles],
        "rows": [
            {
                "permission": row.code,
                "name": str(row.name),
                "roles": {cell.role.code: cell.state for cell in row.cells},
            }
            for row in rows
        ],
    }


class ChangesView(GuardedView):
    """The last changes of roles; ``undoable`` ones can be taken back."""

    needs = {"": (SEE,)}

    def get(self, request: Any) -> Response:
        rows = [
            {
                "id": item.entry.pk,
                "at": iso_time(item.entry.at),
                "by": item.entry.label,
                "role": item.role.pk if item.role else None,
                "added": item.added,
                "removed": item.removed,
                "undoable": bool(item.undoable),
            }
            for item in past_changes()
        ]
        return Response(envelope(rows))


class UndoView(GuardedView):
    """Take one change of a role back."""

    needs = {"": (SEE, CHANGE)}

    def post(self, request: Any, pk: int) -> Response:
        def work() -> tuple[int, Any, str]:
            role = change_undo(pk, by=request.user)
            return 200, {"role": role.pk}, _("Taken back: %(r)s is as it was before.") % {"r": role.name}

        return api_write(request, work)


# --- separation of duties ---------------------------------------------------------------------------


class ModeInput(StrictSerializer):
    rule = serializers.CharField(max_length=120)
    mode = serializers.CharField(max_length=10)


class SeparationView(GuardedView):
    """The rules, how strictly each is taken (``off``, ``warn``, ``forbid``) and who breaks them; PUT changes
    one."""

    needs = {"": (SEE, SEE_USERS), "put": (SEE, CHANGE)}
    serializer_class = ModeInput

    def get(self, request: Any) -> Response:
        return Response(envelope(_separation()))

    def put(self, request: Any) -> Response:
        asked = self.read(request)

        def work() -> tuple[int, Any, str]:
            mode_set(asked["rule"], asked["mode"], by=request.user)
            return 200, {"rule": asked["rule"], "mode": modes()[asked["rule"]]}, _("Saved.")

        return api_write(request, work)


def _separation() -> dict[str, Any]:
    taken = modes()
    return {
        "rules": [
            {"rule": code, "title": str(rule.name), "mode": taken[code]}
            for code, rule in separation_rules().items()
        ],
        "breaches": [
            {"rule": b.rule.code, "mode": b.mode, "user": b.user.pk, "roles": list(b.roles)}
            for b in breaches()
        ],
    }


# --- why ------------------------------------------------------------------------------------------


class WhyView(GuardedView):
    """``user`` and ``permission``, or ``record`` (``sales.order:7``) and ``action``: the answer, its steps.
    With ``user`` alone: all that he may do, and by which role."""

    needs = {"": (SEE, SEE_USERS)}

    def get(self, request: Any) -> Response:
        params = known_fields(request.query_params, {"user", "permission", "record", "action"})
        user = _person(request, params.get("user", ""))
        record, permission = params.get("record", ""), params.get("permission", "")
        if record:
            return Response(envelope(self._record(request, user, record, params.get("action") or "view")))
        if permission:
            if permission not in all_permissions():
                text = _("Unknown permission: %(c)s.") % {"c": permission[:120]}
                raise InvalidInput(text, field="permission", code="unknown")
            return Response(envelope(_steps(permission_explain(user, permission))))
        return Response(envelope(_table(user)))

    @staticmethod
    def _record(request: Any, user: User, record: str, action: str) -> dict[str, Any]:
        if action not in ACTIONS:
            text = _("Must be one of: %(l)s.") % {"l": ", ".join(ACTIONS)}
            raise InvalidInput(text, field="action")
        row = record_of(record, by=request.user)
        if row is None:
            raise InvalidInput(
                _("There is no such record, or you may not see it yourself."),
                field="record",
                code="not_found",
            )
        return _steps(record_explain(user, row, action))


def _person(request: Any, text: str) -> User:
    people = User.objects.for_user(request.user).filter(deleted_at=None)
    found = people.filter(pk=key_read(text)).first()
    if found is None:
        raise InvalidInput(_("There is no such user."), field="user", code="not_found")
    return found


def _steps(found: Any) -> dict[str, Any]:
    return {
        "allowed": found.allowed,
        "steps": [{"passed": step.passed, "text": str(step.text)} for step in found.steps],
    }


def _table(user: User) -> list[dict[str, Any]]:
    return [
        {"module": title, "permission": item.code, "name": str(item.name), "roles": [str(r) for r in roles]}
        for title, rows in permission_table(user)
        for item, roles in rows
    ]


register_routes(
    [
        path("accounts/sign-in-policy/", PolicyView.as_view(), name="accounts_policy"),
        path("accounts/matrix/", MatrixView.as_view(), name="accounts_matrix"),
        path("accounts/matrix/changes/", ChangesView.as_view(), name="accounts_matrix_changes"),
        path("accounts/matrix/changes/<int:pk>/undo/", UndoView.as_view(), name="accounts_matrix_undo"),
        path("accounts/separation/", SeparationView.as_view(), name="accounts_separation"),
        path("accounts/why/", WhyView.as_view(), name="accounts_why"),
    ]
)
