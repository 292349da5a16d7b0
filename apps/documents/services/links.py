"""Links between documents: what came of what."""

from __future__ import annotations

from django.db import models

from apps.core.scope import kind_of
from apps.documents.models import DocumentLink


def link_add(source: models.Model, target: models.Model, relation: str = "made") -> None:
    """``target`` was made from ``source`` (safe to repeat). One statement."""
    link = DocumentLink(
        source_kind=kind_of(source),
        source_id=source.pk,
        target_kind=kind_of(target),
        target_id=target.pk,
        relation=relation,
    )
    DocumentLink.objects.bulk_create([link], ignore_conflicts=True)
