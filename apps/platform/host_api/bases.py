"""What every operator's view begins with: an operator who signed in, as the actor of what is written."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from rest_framework.permissions import BasePermission
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.api.bases import Input
from apps.accounts.api.confirming import confirmed_or_refuse
from apps.accounts.authentication import SessionAuthentication, TenantJWTAuthentication
from apps.core.actor import Actor, set_actor
from apps.core.address import client_address
from apps.core.api.filtering import plain_search, search_words
from apps.core.api.paging import paginate
from apps.core.api.rendering import Envelope, envelope
from apps.core.errors import InvalidInput, NotFound
from apps.core.keys import key_read

PAGING = frozenset({"page", "per_page", "count"})


class IsOperator(BasePermission):
    """As on the platform's pages: an active platform user."""

    def has_permission(self, request: Any, view: Any) -> bool:
        user = request.user
        return bool(user.is_authenticated and user.is_active and user.is_superuser)


class OperatorView(Input, APIView):
    """A token of this host or its session; an organisation's token is refused, and no key is made here.

    ``proof``: methods that only go on when the operator showed lately that it is he (``auth/confirm/``).
    """

    authentication_classes: ClassVar[tuple[Any, ...]] = (TenantJWTAuthentication, SessionAuthentication)
    permission_classes: ClassVar[tuple[Any, ...]] = (IsOperator,)
    filters: ClassVar[dict[str, str]] = {}
    words: ClassVar[tuple[str, ...]] = ()  # fields that ``search`` looks into
    proof: ClassVar[frozenset[str]] = frozenset()

    def initial(self, request: Any, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if request.method.lower() in self.proof:
            confirmed_or_refuse(request)
        label = f"{request.user} (platform operator)"
        set_actor(Actor("operator", request.user, label, client_address(request)))  # the middleware ends it

    def listed(self, request: Any, rows: QuerySet[Any], show: Any) -> Response:
        """A page of rows, narrowed by ``filters`` and ``search``. Raises InvalidInput (unknown filter)."""
        return Response(self._page(request, rows, show))

    def _page(self, request: Any, rows: QuerySet[Any], show: Any) -> Envelope:
        for name, value in request.query_params.items():
            if name == "search" and self.words:
                rows = plain_search(rows, search_words(value), self.words).distinct()
            elif name in self.filters:
                rows = _narrowed(rows, name, self.filters[name], value)
            elif name not in PAGING:
                raise InvalidInput(_("Unknown filter."), field=name, code="unknown")
        page = paginate(rows, request, ["-id"])
        return envelope([show(row) for row in page.rows], pagination=page.pagination)


def _narrowed(rows: QuerySet[Any], name: str, path: str, value: str) -> QuerySet[Any]:
    field = rows.model._meta.get_field(path.split("__", maxsplit=1)[0].removesuffix("_id"))
    if field.is_relation and "__" not in path:
        if key_read(value) is None:
            raise InvalidInput(_("Must be a whole number from 1."), field=name)
    elif field.choices and value not in {str(key) for key, _label in field.choices}:
        raise InvalidInput(_("Please choose one."), field=name)
    return rows.filter(**{path: value[:200]})


def found(rows: QuerySet[Any], pk: int) -> Any:
    """The row, or 404."""
    row = rows.filter(pk=pk).first() if pk < 2**63 else None
    if row is None:
        raise NotFound(_("Not found."))
    return row
