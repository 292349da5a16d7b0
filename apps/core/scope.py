"""The scoped queryset: what a user may see of a model. Every surface starts from ``for_user``.

A model says by ``scope = Scope(...)`` which of its columns hold the owner, team, department and company.
Hidden records are simply not in the queryset, so that a surface can only answer 404 for them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _

from apps.core.access import Access, access_of
from apps.core.errors import NotAllowed

M = TypeVar("M", bound=models.Model)


@dataclass(frozen=True)
class Scope:
    """Paths from the model to its owner, team, department and company; empty = the model has none.

    ``shared`` marks masters that everybody with the permission sees whole (currencies, units …). ``party`` is
    the path to the customer or vendor whom a record is about, ``published`` says which of his records he may
    see at all (no drafts); a model without ``party`` shows nothing to people of customers and vendors.

    ``grants`` is ``user_grants``, the related name of the model's grant table (``core.models.grant_table``).
    A scope that can narrow has one, or says in ``ungranted`` why its single records are opened to nobody.
    """

    owner: str = ""
    team: str = ""
    department: str = ""
    company: str = ""
    grants: str = ""
    ungranted: str = ""
    shared: bool = False
    party: str = ""
    published: Q | None = None

    @property
    def narrows(self) -> bool:
        """Whether a person's level decides which records he sees."""
        return not self.shared and bool(self.owner or self.team or self.department)


WIDE = ("all", "company")  # levels that show every record of a company
OWN_ONLY = "They are only ever of the person whom they were made for."
_own_documents: list[Callable[[type[models.Model], int], Any]] = []


def register_own_documents(function: Callable[[type[models.Model], int], Any]) -> None:
    """Called once by the app that keeps people of customers: ``function(model, user id)`` gives the ids of
    the records (a subquery) that are this person's own."""
    _own_documents[:] = [function]


def scope_of(model: type[models.Model]) -> Scope:
    """The scope that a model declares; without one everybody with the permission sees all of it."""
    return getattr(model, "scope", None) or Scope(shared=True)


def kind_of(model: type[models.Model] | models.Model) -> str:
    """``sales.order``: how business tables and the API name a kind of record."""
    return model._meta.label_lower


def record_filter(
    model: type[models.Model], access: Access, action: str = "view", *, granted: bool = True
) -> Q:
    """Condition for the records that this access shows, permission and module already granted.

    A grant on a single record (guardian, direct key) widens it: any grant shows the record, the grant of an
    action lets it be changed or deleted. Not ``granted``: what roles and units show alone.
    """
    scope = scope_of(model)
    condition = Q()
    if scope.company and access.company_ids is not None:
        condition &= Q(**{f"{scope.company}__in": access.company_ids})
    level = access.level_of(kind_of(model))
    if level == "party":
        return _party_filter(model, scope, access)
    if not scope.shared and level not in WIDE:
        seen = _level_filter(scope, access, level)
        if seen and access.manages and access.has(f"{model._meta.app_label}.view_{model._meta.model_name}"):
            seen |= managed_filter(scope, access.managed_department_ids, access.managed_team_ids)
        if granted and scope.grants and seen:
            seen |= _grant_filter(model, access, action)
        condition &= seen
    return condition


def _party_filter(model: type[models.Model], scope: Scope, access: Access) -> Q:
    """Records of the person's own party that were published to it; nothing where any of this is missing."""
    reach = access.reach
    if not scope.party or reach is None or reach.party_id is None or access.user_id is None:
        return Q(pk__in=[])
    seen = Q(**{scope.party: reach.party_id})
    if scope.published is not None:
        seen &= scope.published
    if not reach.whole:
        seen &= Q(pk__in=_own_documents[0](model, access.user_id) if _own_documents else [])
    return seen


def grant_model(model: type[models.Model]) -> type[models.Model] | None:
    """The table of grants on single records of this model, if it has one."""
    name = scope_of(model).grants
    return model._meta.get_field(name).related_model if name else None  # type: ignore[return-value]  # scope names foreign keys only


def _grant_filter(model: type[models.Model], access: Access, action: str) -> Q:
    """Records that were opened to the person."""
    granted = grant_model(model)._default_manager.filter(user_id=access.user_id)  # type: ignore[union-attr]  # a model with grants has a grant table
    if action != "view":
        granted = granted.filter(permission__codename=f"{action}_{model._meta.model_name}")
    return Q(pk__in=granted.values("content_object_id"))


def record_open(record: models.Model, user: Any, action: str = "change") -> bool:
    """Whether a person who sees this record, and has the permission, may do ``action`` with it as well: what
    only a grant shows him needs the grant of the action. Asks the database for narrow levels alone."""
    model, access = type(record), access_of(user)
    scope = scope_of(model)
    if not scope.grants or access.level_of(kind_of(model)) in (*WIDE, "party"):
        return True
    if scope.owner and "__" not in scope.owner:
        owner: Any = model._meta.get_field(scope.owner)
        if getattr(record, owner.attname) == access.user_id is not None:
            return True
    return model._default_manager.filter(record_filter(model, access, action), pk=record.pk).exists()


def record_open_or_refuse(record: models.Model, user: Any, action: str = "change") -> None:
    """Raises NotAllowed unless ``record_open``."""
    if not record_open(record, user, action):
        raise NotAllowed(_("You may see this record, but not change it."))


_grants_end: list[Callable[[models.Model], None]] = []


def register_grants_end(function: Callable[[models.Model], None]) -> None:
    """Called once by the app that keeps the log of access: ends all grants on a record and enters it."""
    _grants_end[:] = [function]


def grants_end(record: models.Model) -> None:
    """A record that is deleted is open to nobody any longer, nor when it is restored."""
    if grant_model(type(record)) is not None:
        for function in _grants_end:
            function(record)


def _level_filter(scope: Scope, access: Access, level: str) -> Q:
    """Own is part of team, team of department: a level shows what the narrower ones show."""
    seen = Q(**{scope.owner: access.user_id}) if scope.owner else Q()
    if level in ("team", "department"):
        if scope.team:
            seen |= Q(**{f"{scope.team}__in": access.team_ids})
        elif scope.owner and access.team_ids:
            seen |= Q(**{f"{scope.owner}__in": _people(teams__in=access.team_ids)})
    if level == "department":
        if scope.department:
            seen |= Q(**{f"{scope.department}__in": access.department_ids})
        elif scope.owner and access.department_ids:
            seen |= Q(**{f"{scope.owner}__in": _people(department__in=access.department_ids)})
    if not seen:
        return Q() if not (scope.owner or scope.team or scope.department) else Q(pk__in=[])
    return seen


def managed_filter(scope: Scope, departments: Collection[int], teams: Collection[int]) -> Q:
    """What a manager of these units sees: their records, and those that their people are responsible for."""
    seen = Q(pk__in=[])
    for path, key, units in (
        (scope.department, "department__in", departments),
        (scope.team, "teams__in", teams),
    ):
        if path and units:
            seen |= Q(**{f"{path}__in": units})
        if scope.owner and units:
            seen |= Q(**{f"{scope.owner}__in": _people(**{key: units})})
    return seen


def _people(**condition: Any) -> Any:
    """Ids of the people of some teams or departments: a record without own team belongs to its owner's."""
    from django.contrib.auth import get_user_model

    return get_user_model()._default_manager.filter(**condition).values("pk")


def responsible_fill(record: models.Model, by: Any) -> None:
    """Who is responsible for a new record that names nobody: whoever enters it, where his level would hide
    it from him otherwise. Its department, unless said, is that of who is responsible."""
    scope, model = scope_of(type(record)), type(record)
    if by is None or scope.shared or not scope.owner or "__" in scope.owner:
        return
    owner: Any = model._meta.get_field(scope.owner)
    access = access_of(by)
    if access.user_id is None or not owner.is_relation:
        return
    if getattr(record, owner.attname) is None and access.level_of(kind_of(model)) not in (*WIDE, "party"):
        setattr(record, owner.name, by)
    person = getattr(record, owner.name)
    if person is None or not scope.department or "__" in scope.department:
        return
    unit: Any = model._meta.get_field(scope.department)
    if getattr(record, unit.attname) is None:
        setattr(record, unit.attname, getattr(person, "department_id", None))


class ScopedQuerySet(models.QuerySet[M]):
    """Base queryset of every business model."""

    def for_user(self, user: Any, action: str = "view") -> ScopedQuerySet[M]:
        """Rows on which ``user`` may do ``action`` (view, change, delete or a business verb)."""
        access = access_of(user)
        meta = self.model._meta
        if not access.has(f"{meta.app_label}.{action}_{meta.model_name}"):
            return self.none()
        condition = record_filter(self.model, access, action)
        return self.filter(condition) if condition else self

    def update(self, **kwargs: Any) -> int:
        if getattr(self.model, "tracked", False):
            raise RuntimeError("update() passes history by: use the services of the app.")
        return super().update(**kwargs)

    update.alters_data = True

    def untracked_update(self, **kwargs: Any) -> int:
        """For derived columns (balances, search texts) that need no history."""
        return super().update(**kwargs)


class ScopedManager(models.Manager.from_queryset(ScopedQuerySet)):
    """Manager of every business model: all rows, scoped only by ``for_user``."""


def sees(record: Any, user: Any) -> bool:
    """Whether the record is in what the user may see; no query for somebody who sees all of them."""
    seen = type(record).objects.for_user(user)
    if not seen.query.where and not seen.query.is_empty():
        return True
    return bool(seen.filter(pk=record.pk).exists())
