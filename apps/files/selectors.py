"""Reads about stored files."""

from __future__ import annotations

from urllib.parse import quote

from django.db.models import Sum

from apps.files.models import StoredFile


def file_url(file: StoredFile) -> str:
    """Address of a stored file; whoever opens it is asked for his permission there."""
    return f"/media/{file.pk}/{quote(file.name)}"


def bytes_stored() -> int:
    """Size of all kept files of the organisation in use."""
    return StoredFile.objects.aggregate(total=Sum("size"))["total"] or 0
