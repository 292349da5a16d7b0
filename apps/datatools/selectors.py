"""Reads about imports."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from apps.core.errors import NotFound
from apps.datatools.models import ImportRun


def runs_of(user: Any) -> QuerySet[ImportRun]:
    """The user's own imports; those of others for who may see imports."""
    return ImportRun.objects.for_user(user) | ImportRun.objects.filter(owner_id=user.pk)


def run_of(pk: int, user: Any) -> ImportRun:
    """One of them. Raises NotFound."""
    run = runs_of(user).filter(pk=pk).select_related("owner", "undone_by").first()
    if run is None:
        raise NotFound(_("Not found."))
    return run
