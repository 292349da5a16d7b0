"""Whether the place of stored files can be used, told in words: at the start, for ``/health/ready``, for
``check_files``."""

from __future__ import annotations

import logging
import time
import uuid
from collections.abc import Callable
from threading import Lock
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.files.base import ContentFile

from apps.core.errors import Refused, Unavailable
from apps.core.object_store import bucket_of
from apps.files.bucket import BucketStorage
from apps.files.places import former_place, present_place

logger = logging.getLogger(__name__)
ASKED_AGAIN = 15.0  # seconds for which a process keeps the answer
LONGEST_LINK = 3600
_lock = Lock()
_state: dict[str, Any] = {"at": -ASKED_AGAIN, "word": ""}


class UnusablePlace(RuntimeError):
    """The server must not start: the message says what to change."""


class PlaceAway(UnusablePlace):
    """It may come back by itself."""


def settings_check() -> None:
    """Raises UnusablePlace where the settings alone show that files could not be kept."""
    for name in ("FILES_TARGET", "FILES_FORMER"):
        named = getattr(settings, name)
        bucket = bucket_of(named)
        if named and named != "folder" and bucket is None:
            raise UnusablePlace(f"BAHI_{name} must be s3://bucket/prefix or folder, and is {named!r}.")
        if bucket is not None and not bucket[0]:
            raise UnusablePlace(f"BAHI_{name} names no bucket: s3://bucket/prefix.")
    for name in ("FILES_S3_ENDPOINT", "FILES_S3_PUBLIC_ENDPOINT"):
        address = getattr(settings, name)
        if address and (urlsplit(address).scheme not in ("http", "https") or not urlsplit(address).netloc):
            raise UnusablePlace(
                f"BAHI_{name} must be an address as https://s3.example.in, and is {address!r}."
            )
    if not 1 <= settings.FILES_LINK_SECONDS <= LONGEST_LINK:
        raise UnusablePlace(f"BAHI_FILES_LINK_SECONDS must be between 1 and {LONGEST_LINK}.")
    if settings.FILES_PRESIGNED and bucket_of(settings.FILES_TARGET) is None:
        raise UnusablePlace("BAHI_FILES_PRESIGNED needs a bucket: name it in BAHI_FILES_TARGET.")


def place_check(*, write: bool = False) -> None:
    """Raises UnusablePlace, PlaceAway. ``write``: also puts a small object there, reads it and removes it."""
    settings_check()
    for place in (present_place(), former_place()):
        if isinstance(place, BucketStorage):
            _asked(place, place.reachable)
            if write:
                _asked(place, lambda place=place: _written(place))


def place_check_at_start() -> None:
    """What only the operator can mend stops the start; a store that gives no answer is logged, for the books
    can be worked on without it."""
    try:
        place_check()
    except PlaceAway as error:
        logger.error("stored files: %s", error)


def place_state() -> str:
    """``up`` or ``down`` of a bucket, as it was within the last seconds; empty without one."""
    if bucket_of(settings.FILES_TARGET) is None:
        return ""
    with _lock:
        if time.monotonic() - _state["at"] >= ASKED_AGAIN:
            try:
                place_check()
                _state["word"] = "up"
            except UnusablePlace as error:
                logger.error("stored files: %s", error)
                _state["word"] = "down"
            _state["at"] = time.monotonic()
        return str(_state["word"])


def place_state_forget() -> None:
    _state["at"] = -ASKED_AGAIN


def _asked(place: BucketStorage, call: Callable[[], object]) -> None:
    where = f"the bucket {place.bucket} at {place.endpoint or 'Amazon S3'}"
    try:
        call()
    except Refused as error:  # the packages for it are not here
        raise UnusablePlace(str(error.detail)) from error
    except Unavailable as error:
        raise _why(error.__cause__ or error, where) from error
    except Exception as error:
        raise _why(error, where) from error


def _why(error: BaseException, where: str) -> UnusablePlace:
    """What is wrong, and what to do about it."""
    from botocore.exceptions import ClientError, NoCredentialsError, NoRegionError, PartialCredentialsError

    if isinstance(error, (NoCredentialsError, PartialCredentialsError)):
        return UnusablePlace(f"No key for {where}: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.")
    if isinstance(error, NoRegionError):
        return UnusablePlace(f"No region for {where}: set AWS_DEFAULT_REGION.")
    if isinstance(error, ClientError):
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        if status == 404:
            name = where.removeprefix("the ")
            return UnusablePlace(f"There is no {name}: make it, or correct BAHI_FILES_TARGET.")
        if status in (400, 401, 403):
            return UnusablePlace(
                f"The key may not use {where} ({status}): it needs s3:ListBucket on the bucket and "
                "s3:GetObject, s3:PutObject, s3:DeleteObject on its content; the region must be the bucket's."
            )
        if status in (301, 307):
            return UnusablePlace(f"{where} lies in another region: set AWS_DEFAULT_REGION.")
    return PlaceAway(f"{where} can't be reached: {error}")


def _written(place: BucketStorage) -> None:
    name, content = f"check/{uuid.uuid4().hex}", uuid.uuid4().bytes
    place.save(name, ContentFile(content))
    try:
        with place.open(name, "rb") as stream:
            if stream.read() != content:
                raise UnusablePlace(f"The bucket {place.bucket} doesn't give back what was put into it.")
    finally:
        place.delete(name)
