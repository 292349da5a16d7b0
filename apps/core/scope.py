"""The scoped queryset: what a user may see of a model. Every surface starts from ``for_user``.

A model says by ``scope = Scope(...)`` which of its columns hold the owner, team, department and company.
Hidden records are simply not in the queryset, so that a surface can only answer 404 for them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeVar

from django.db import models
from django.db.models import Q

from apps.core.access import Access, access_of

M = TypeVar("M", bound=models.Model)


@dataclass(frozen=True)
class Scope:
    """Paths from the model to its owner, team, department and company; empty = the model has none.

    ``shared`` marks masters that everybody with the permission sees whole (currencies, units …).
    """

    owner: str = ""
    team: str = ""
    department: str = ""
    company: str = ""
    grants: str = ""  # related name of a guardian direct-key grant table
    shared: bool = False


def scope_of(model: type[models.Model]) -> Scope:
    return getattr(model, "scope", None) or Scope(shared=True)


def kind_of(model: type[models.Model] | models.Model) -> str:
    """``sales.order``: how business tables and the API name a kind of record."""
    return model._meta.label_lower


def record_filter(model: type[models.Model], access: Access) -> Q:
    """Condition for the records that this access shows, permission and module already granted."""
    scope = scope_of(model)
    condition = Q()
    if scope.company and access.company_ids is not None:
        condition &= Q(**{f"{scope.company}__in": access.company_ids})
    level = access.level_of(kind_of(model))
    if not scope.shared and level not in ("all", "company"):
        seen = _level_filter(scope, access, level)
        if scope.grants:
            seen |= Q(**{f"{scope.grants}__user_id": access.user_id})
        condition &= seen
    return condition


def _level_filter(scope: Scope, access: Access, level: str) -> Q:
    """Own is part of team, team of department: a level shows what the narrower ones show."""
    seen = Q(**{scope.owner: access.user_id}) if scope.owner else Q()
    if level in ("team", "department") and scope.team:
        seen |= Q(**{f"{scope.team}__in": access.team_ids})
    if level == "department" and scope.department:
        seen |= Q(**{f"{scope.department}__in": access.department_ids})
    if not seen:
        return Q() if not (scope.owner or scope.team or scope.department) else Q(pk__in=[])
    return seen


class ScopedQuerySet(models.QuerySet[M]):
    """Base queryset of every business model."""

    def for_user(self, user: Any, action: str = "view") -> ScopedQuerySet[M]:
        """Rows on which ``user`` may do ``action`` (view, change, delete or a business verb)."""
        access = access_of(user)
        meta = self.model._meta
        if not access.has(f"{meta.app_label}.{action}_{meta.model_name}"):
            return self.none()
        scope = scope_of(self.model)
        condition = record_filter(self.model, access)
        if not condition:
            return self
        queryset = self.filter(condition)
        return queryset.distinct() if scope.grants and "__user_id" in str(condition) else queryset

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
