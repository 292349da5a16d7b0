"""Links between documents: what came of what."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import models

from apps.core.scope import kind_of
from apps.documents.models import DocumentLink


def link_add(source: models.Model, target: models.Model, relation: str = "made") -> None:
    """``target`` was made from ``source`` (safe to repeat). One statement."""
    links_add([(kind_of(source), source.pk)], target, relation)


def links_add(sources: Iterable[tuple[str, int]], target: models.Model, relation: str = "made") -> None:
    """The same from several sources, named by kind and id. One statement."""
    links = [
        DocumentLink(
            source_kind=kind,
            source_id=pk,
            target_kind=kind_of(target),
            target_id=target.pk,
            relation=relation,
        )
        for kind, pk in sources
    ]
    if links:
        DocumentLink.objects.bulk_create(links, ignore_conflicts=True)
