"""Links by which a browser takes a download from the bucket itself. Made after the permission was checked."""

from __future__ import annotations

from django.conf import settings
from django.utils.http import content_disposition_header

from apps.core.tenant import require_organisation
from apps.files.bucket import BucketStorage
from apps.files.models import StoredFile
from apps.files.places import checked_name, present_place


def file_link(file: StoredFile) -> str | None:
    """An address that gives this file, always as a download under its name and type, for a minute or what the
    settings say. None where the installation gives out none, for a file that lies encrypted (the store can't
    open it), and for one that isn't in the bucket (yet).

    What must be noted when it is given out (exports, backups) never comes here: it is streamed by its own
    address.
    """
    place = present_place()
    if not settings.FILES_PRESIGNED or file.sealed_key or not isinstance(place, BucketStorage):
        return None
    name = checked_name(f"{require_organisation()}/{file.path}")
    if not place.exists(name):
        return None
    return place.link(
        name,
        at=settings.FILES_S3_PUBLIC_ENDPOINT,
        disposition=content_disposition_header(True, file.name) or "attachment",
        content_type=file.content_type,
        seconds=settings.FILES_LINK_SECONDS,
    )
