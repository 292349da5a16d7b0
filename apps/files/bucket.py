"""Stored files in a bucket of an S3-compatible store, as a Django storage.

Every fault of the store that isn't "no such object" is ``Unavailable``: a store that can't be reached never
looks like a file that is gone.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from typing import IO, Any

from django.core.files.base import File
from django.core.files.storage import Storage
from django.utils.translation import gettext as _

from apps.core.errors import Unavailable
from apps.core.object_store import store_client
from apps.core.sealed_stream import CHUNK

WHOLE = 64 * 1024 * 1024  # up to here one call puts the object; above it goes in parts
FIRST = CHUNK  # what opening fetches: most files whole
TRIES = 3
GONE = frozenset(("NoSuchKey", "404", "NotFound"))
BEHIND = frozenset(("InvalidRange", "416"))
KEPT_AS = {
    # What a bucket that was opened to the world by mistake would say of an object.
    "ContentType": "application/octet-stream",
    "ContentDisposition": "attachment",
}


class BucketStorage(Storage):
    """``name`` is ``<schema>/<path>``, the key that with the prefix before it. The caller checks the name."""

    def __init__(self, bucket: str, prefix: str, endpoint: str = "") -> None:
        self.bucket, self.prefix, self.endpoint = bucket, prefix, endpoint

    def save(self, name: str | None, content: IO[Any], max_length: int | None = None) -> str:
        """No look whether the name is taken: names are random, and one that comes back is replaced."""
        name = str(name)
        size = content.seek(0, io.SEEK_END)
        content.seek(0)
        with self._calling() as client:
            if size > WHOLE:
                client.upload_fileobj(content, self.bucket, self.prefix + name, ExtraArgs=KEPT_AS)
            else:
                client.put_object(
                    Bucket=self.bucket,
                    Key=self.prefix + name,
                    Body=content,
                    ContentLength=size,
                    **KEPT_AS,
                )
        return name

    def _open(self, name: str, mode: str = "rb") -> File:
        return File(io.BufferedReader(BucketReader(self, name), CHUNK), name=name)

    def part(self, name: str, start: int, end: int | None, etag: str = "") -> dict[str, Any]:
        """Bytes from ``start`` to ``end`` (included; None: all that follow).

        Raises FileNotFoundError, EOFError (no such bytes).
        """
        asked = {"Range": f"bytes={start}-{'' if end is None else end}"}
        if etag:
            asked["IfMatch"] = etag
        with self._calling() as client:
            return client.get_object(Bucket=self.bucket, Key=self.prefix + name, **asked)

    def delete(self, name: str) -> None:
        with self._calling() as client:
            client.delete_object(Bucket=self.bucket, Key=self.prefix + name)

    def exists(self, name: str) -> bool:
        """Whether there is such an object, or anything below such a folder."""
        try:
            self._head(name)
        except FileNotFoundError:
            with self._calling() as client:
                found = client.list_objects_v2(Bucket=self.bucket, Prefix=f"{self.prefix}{name}/", MaxKeys=1)
            return bool(found.get("KeyCount", len(found.get("Contents", ()))))
        return True

    def size(self, name: str) -> int:
        return int(self._head(name)["ContentLength"])

    def get_modified_time(self, name: str) -> datetime:
        return self._head(name)["LastModified"]

    def listdir(self, path: str) -> tuple[list[str], list[str]]:
        """Folders and files directly in a folder."""
        base, folders, files = f"{self.prefix}{path}/", [], []
        for page in self._pages(base, Delimiter="/"):
            folders += [item["Prefix"] for item in page.get("CommonPrefixes", ())]
            files += [item["Key"] for item in page.get("Contents", ())]
        return (
            [name.removeprefix(base).rstrip("/") for name in folders],
            [name.removeprefix(base) for name in files if name != base],
        )

    def delete_tree(self, folder: str) -> int:
        """Remove all that lies below a folder. Returns how many objects went."""
        count = 0
        for page in list(self._pages(f"{self.prefix}{folder}/")):
            for item in page.get("Contents", ()):
                with self._calling() as client:
                    client.delete_object(Bucket=self.bucket, Key=item["Key"])
                count += 1
        return count

    def link(self, name: str, *, at: str, disposition: str, content_type: str, seconds: int) -> str:
        """An address at which whoever has it gets the object, and nothing else, for some seconds. ``at``: the
        address by which browsers reach the store."""
        asked = {
            "Bucket": self.bucket,
            "Key": self.prefix + name,
            "ResponseContentType": content_type,
            "ResponseContentDisposition": disposition,
            "ResponseCacheControl": "private, no-store",
        }
        with self._calling():
            client = store_client(at or self.endpoint)
            return client.generate_presigned_url("get_object", Params=asked, ExpiresIn=seconds)

    def reachable(self) -> None:
        """Ask for the bucket itself, at once or not at all. Raises what the client raises."""
        store_client(self.endpoint, patient=False).head_bucket(Bucket=self.bucket)

    def _head(self, name: str) -> dict[str, Any]:
        with self._calling() as client:
            return client.head_object(Bucket=self.bucket, Key=self.prefix + name)

    def _pages(self, prefix: str, **more: str) -> Iterator[dict[str, Any]]:
        with self._calling() as client:
            yield from client.get_paginator("list_objects_v2").paginate(
                Bucket=self.bucket, Prefix=prefix, **more
            )

    @contextmanager
    def _calling(self) -> Iterator[Any]:
        client = store_client(self.endpoint)
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            yield client
        except ClientError as error:
            code = error.response.get("Error", {}).get("Code")
            if code in GONE:
                raise FileNotFoundError(str(error)) from error
            if code in BEHIND:
                raise EOFError(str(error)) from error
            raise store_away() from error
        except BotoCoreError as error:
            raise store_away() from error


def store_away() -> Unavailable:
    """What people are told; the reason is the cause of the exception."""
    return Unavailable(_("The store of the files can't be reached. Please try again in a minute."))


class BucketReader(io.RawIOBase):
    """An object as a stream that can be sought. Opening fetches its beginning, the rest comes when it is
    read; a connection that breaks in the middle is taken up where it broke.

    Raises FileNotFoundError when it is opened, Unavailable then and later.
    """

    def __init__(self, store: BucketStorage, name: str) -> None:
        super().__init__()
        self._store, self._name, self._at, self._body, self._body_at = store, name, 0, None, 0
        answer = self._begin()
        self._etag, told = answer.get("ETag", ""), answer.get("ContentRange", "")
        self._size = int(told.rpartition("/")[2]) if told else int(answer["ContentLength"])
        with closing(answer["Body"]) as body:
            self._first = body.read(min(FIRST, self._size))

    def _begin(self) -> dict[str, Any]:
        try:
            return self._store.part(self._name, 0, FIRST - 1)
        except EOFError:  # stores refuse to give a part of nothing
            return {"ContentLength": 0, "Body": io.BytesIO()}

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = max(0, base + offset)
        return self._at

    def readinto(self, target: Any) -> int:
        wanted = min(len(target), self._size - self._at)
        if wanted <= 0:
            return 0
        block = self._first[self._at : self._at + wanted] or self._read(wanted)
        target[: len(block)] = block
        self._at += len(block)
        return len(block)

    def close(self) -> None:
        if not self.closed:
            self._body_close()
            super().close()

    def _read(self, wanted: int) -> bytes:
        from botocore.exceptions import BotoCoreError, HTTPClientError
        from urllib3.exceptions import HTTPError

        why: BaseException | None = None
        for _try in range(TRIES):
            try:
                block = self._body_here().read(wanted)
            except (BotoCoreError, HTTPClientError, HTTPError, OSError) as error:
                why, block = error, b""
            if block:
                self._body_at += len(block)
                return block
            self._body_close()
        raise store_away() from why

    def _body_here(self) -> Any:
        """The running answer of the store, if it stands where we read; else a new one from there."""
        if self._body is None or self._body_at != self._at:
            self._body_close()
            answer = self._store.part(self._name, self._at, None, self._etag)
            self._body, self._body_at = answer["Body"], self._at
        return self._body

    def _body_close(self) -> None:
        if self._body is not None:
            self._body.close()
            self._body = None
