"""Saved views: kept, shared with everybody or some roles, chosen as the view with which a list opens."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from apps.accounts.models import Role
from apps.core.access import may
from apps.core.errors import InvalidInput, NotAllowed, NotFound
from apps.core.locks import advisory_lock
from apps.datatools.models import DefaultView, SavedView
from apps.datatools.models.view import MOST_QUERY

MOST_VIEWS = 30
SETS_ROLES = "accounts.change_role"


def views_for(user: Any) -> QuerySet[SavedView]:
    """Named views that this person is offered: his own, those of everybody, those of his roles."""
    return states_for(user).exclude(name="")


def states_for(user: Any) -> QuerySet[SavedView]:
    """The views that he is offered, and how he left each list (without a name)."""
    shared = Q(is_shared=True) | Q(pk__in=_of_roles(user))
    return SavedView.objects.filter(Q(owner_id=user.pk) | (shared & ~Q(name="")))


def _of_roles(user: Any) -> Any:
    return SavedView.roles.through.objects.filter(role__in=_roles_of(user)).values("savedview_id")


def _roles_of(user: Any) -> QuerySet[Role]:
    """Roles that this person has, but for those that are switched off or in the bin."""
    return Role.objects.filter(users=user.pk, active=True, deleted_at=None)


def roles_to_share(user: Any) -> QuerySet[Role]:
    """Roles whose people a view can be shared with: one's own, all of them for whoever changes roles."""
    return Role.objects.filter(active=True, deleted_at=None) if may(user, SETS_ROLES) else _roles_of(user)


def view_save(
    list_kind: str,
    name: str,
    query: str,
    *,
    shared: bool,
    by: Any,
    role_ids: Iterable[int] = (),
    seen: int | None = None,
) -> SavedView:
    """Keep the filters of a list, its columns and their widths under a name; the same name again replaces
    them. ``role_ids``: it is shown to the people of these roles; ``seen``: the view whose columns are shown
    now, None: one's own. Raises InvalidInput (``name``, ``query``, ``roles``)."""
    name = name.strip()
    if not name or len(name) > 80:
        raise InvalidInput(_("Give the view a name of at most 80 characters."), field="name")
    if len(query) > MOST_QUERY:
        raise InvalidInput(_("These are too many conditions to be kept."), field="query", code="max_length")
    mine = SavedView.objects.filter(owner_id=by.pk, list_kind=list_kind).exclude(name="")
    if mine.exclude(name=name).count() >= MOST_VIEWS:
        raise InvalidInput(_("At most %(n)d views can be kept for a list.") % {"n": MOST_VIEWS}, field="name")
    wanted = set(role_ids)
    roles = list(roles_to_share(by).filter(pk__in=wanted).distinct())
    if len(roles) != len(wanted):
        raise InvalidInput(_("Choose roles that you have yourself."), field="roles")
    row, _created = SavedView.objects.update_or_create(
        list_kind=list_kind,
        owner_id=by.pk,
        name=name,
        defaults={"query": query, "is_shared": shared, **_columns_now(list_kind, seen, by)},
    )
    row.roles.set(roles)
    return row


def _columns_now(list_kind: str, seen: int | None, by: Any) -> dict[str, Any]:
    """Columns and widths as this person sees the list: through a view, else as he chose them himself."""
    own = SavedView.objects.filter(list_kind=list_kind, owner_id=by.pk, name="").first()
    view = views_for(by).filter(list_kind=list_kind, pk=seen).first() if seen else None
    columns = next((row.columns for row in (view, own) if row is not None and row.columns), [])
    widths = {**(view.widths if view else {}), **(own.widths if own else {})}
    return {"columns": columns, "widths": widths}


def view_remove(pk: int, *, by: Any) -> None:
    """Remove one's own saved view; lists that opened with it open as they were left."""
    removed, _rows = SavedView.objects.filter(pk=pk, owner_id=by.pk).exclude(name="").delete()
    if not removed:
        raise NotFound(_("There is no such view."))


def default_set(list_kind: str, view_id: int | None, *, by: Any, role_id: int | None = None) -> None:
    """The view with which a list opens: for oneself (None: as one left it), or for the people of a role
    (None: no longer), as an administrator chooses. Raises NotFound, NotAllowed, InvalidInput (``view``)."""
    if role_id is not None and not may(by, SETS_ROLES):
        raise NotAllowed(_("You may not do this."))
    advisory_lock(f"datatools.default:{list_kind}:{role_id or f'of {by.pk}'}")
    view = views_for(by).filter(list_kind=list_kind, pk=view_id).first() if view_id is not None else None
    if view_id is not None and view is None:
        raise NotFound(_("There is no such view."))
    if role_id is None:
        DefaultView.objects.update_or_create(list_kind=list_kind, owner_id=by.pk, defaults={"view": view})
        return
    role = Role.objects.filter(pk=role_id, deleted_at=None).first()
    if role is None:
        raise NotFound(_("There is no such role."))
    if view is None:
        DefaultView.objects.filter(list_kind=list_kind, role=role).delete()
        return
    if not view.is_shared and not view.roles.filter(pk=role.pk).exists():
        raise InvalidInput(_("Share the view with this role first."), field="view", code="not_shared")
    DefaultView.objects.update_or_create(list_kind=list_kind, role=role, defaults={"view": view})


def default_of(list_kind: str, user: Any) -> SavedView | None:
    """The view that a list opens with for this person: his own choice, else that of his role (of several
    roles the first by name); None for as he left it."""
    own = DefaultView.objects.filter(list_kind=list_kind, owner_id=user.pk).select_related("view").first()
    if own is not None:
        kept = own.view
        return kept if kept is None or views_for(user).filter(pk=kept.pk).exists() else None
    of_roles = DefaultView.objects.filter(list_kind=list_kind, role__in=_roles_of(user))
    found = of_roles.filter(view__in=views_for(user)).select_related("view").order_by("role__name").first()
    return found.view if found else None
