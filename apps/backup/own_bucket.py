"""A bucket that an organisation named: the four calls of S3 that backups need, over the guarded client.

The address was typed in by somebody of the organisation, so it is called as every such address is: public
https only, no redirects, the connection goes to the address that was looked at. Signed by AWS Signature 4.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any
from urllib.parse import quote, urlsplit

from django.utils import timezone
from django.utils.translation import gettext as _

from apps.backup.targets import Stored
from apps.core.errors import NotFound, Refused
from apps.core.outbound import UnsafeAddress
from apps.core.work_folder import work_folder

EMPTY = hashlib.sha256(b"").hexdigest()
TIMEOUT = 60
LIST_LIMIT = 4 * 1024 * 1024  # bytes of one page of a list: a thousand names are far less
PAGES = 20


class BucketRefused(Refused):
    """The store can't be reached, or says no: ``detail`` tells what it said."""

    code = "bucket_refused"


@dataclass(frozen=True)
class Keys:
    """What a call is signed with."""

    access_key: str
    secret: str
    region: str


def signature_headers(
    keys: Keys, method: str, url: str, *, payload: str, at: datetime, more: dict[str, str] | None = None
) -> dict[str, str]:
    """Headers of a signed call. ``url`` is encoded already; ``payload`` is the SHA-256 of the body."""
    parts = urlsplit(url)
    stamp = at.strftime("%Y%m%dT%H%M%SZ")
    headers = {"host": parts.netloc, "x-amz-content-sha256": payload, "x-amz-date": stamp, **(more or {})}
    names = ";".join(sorted(headers))
    lines = "".join(f"{name}:{headers[name]}\n" for name in sorted(headers))
    query = "&".join(sorted(item if "=" in item else f"{item}=" for item in parts.query.split("&") if item))
    canonical = "\n".join((method, parts.path, query, lines, names, payload))
    scope = f"{stamp[:8]}/{keys.region}/s3/aws4_request"
    text = "\n".join(("AWS4-HMAC-SHA256", stamp, scope, hashlib.sha256(canonical.encode()).hexdigest()))
    key = f"AWS4{keys.secret}".encode()
    for part in (stamp[:8], keys.region, "s3", "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    signed = hmac.new(key, text.encode(), "sha256").hexdigest()
    credential = f"AWS4-HMAC-SHA256 Credential={keys.access_key}/{scope}"
    return {**headers, "authorization": f"{credential},SignedHeaders={names},Signature={signed}"}


class OwnBucketTarget:
    """A target as the others are. Raises BucketRefused where the store does."""

    def __init__(self, *, endpoint: str, bucket: str, prefix: str, keys: Keys) -> None:
        self.base = f"{endpoint.rstrip('/')}/{bucket}"
        self.prefix = f"{prefix.strip('/')}/" if prefix.strip("/") else ""
        self.keys = keys

    def put(self, name: str, path: Path) -> None:
        with path.open("rb") as file:
            payload = hashlib.file_digest(file, "sha256").hexdigest()
            file.seek(0)
            with self._call("PUT", self._place(name), payload=payload, content=file):
                pass

    def open(self, name: str) -> IO[bytes]:
        """Never more than the list says: an address that somebody typed in could answer without end."""
        folder, told = name.partition("/")[0], None
        for item in self.list(folder, suffix=Path(name).suffix):
            told = item.size if item.name == name else told
        if told is None:
            raise NotFound(_("There is no such bucket or file."))
        local = TemporaryFile(dir=work_folder())  # noqa: SIM115 - the caller closes it
        try:
            with self._call("GET", self._place(name)) as answer:
                for block in answer.iter_raw():
                    if local.tell() + len(block) > told:
                        raise BucketRefused(_("The store doesn't give back what was put into it."))
                    local.write(block)
        except BaseException:
            local.close()
            raise
        local.seek(0)
        return local

    def list(self, folder: str, *, suffix: str = ".bahibackup") -> list[Stored]:
        found, mark = [], ""
        for _page in range(PAGES):
            root = self._page(f"{self.prefix}{folder}/", mark)
            for item in root.iterfind("{*}Contents"):
                key = item.findtext("{*}Key", "")
                if key.endswith(suffix) and key.startswith(f"{self.prefix}{folder}/"):
                    found.append(_stored(key.removeprefix(self.prefix), item))
            mark = root.findtext("{*}NextContinuationToken", "")
            if not mark:
                break
        return sorted(found, key=lambda item: item.name)

    def remove(self, name: str) -> None:
        with self._call("DELETE", self._place(name)):
            pass

    def _place(self, name: str) -> str:
        return f"{self.base}/{quote(self.prefix + name, safe='/-_.~')}"

    def _page(self, prefix: str, mark: str) -> Any:
        from defusedxml.ElementTree import ParseError, fromstring

        asked = {"list-type": "2", "prefix": prefix} | ({"continuation-token": mark} if mark else {})
        query = "&".join(f"{name}={quote(value, safe='-_.~')}" for name, value in sorted(asked.items()))
        text = b""
        with self._call("GET", f"{self.base}?{query}") as answer:
            for block in answer.iter_raw():
                text += block
                if len(text) > LIST_LIMIT:
                    raise BucketRefused(_("The store's answer is not one of an S3 store."))
        try:
            return fromstring(text)
        except (ParseError, ValueError) as error:
            raise BucketRefused(_("The store's answer is not one of an S3 store.")) from error

    @contextmanager
    def _call(
        self, method: str, url: str, *, payload: str = EMPTY, content: IO[bytes] | None = None
    ) -> Iterator[Any]:
        import httpx

        from apps.core.outbound_http import guarded_client

        try:
            headers = signature_headers(self.keys, method, url, payload=payload, at=timezone.now())
            with (
                guarded_client(timeout=TIMEOUT) as client,
                client.stream(method, url, headers=headers, content=content) as answer,
            ):
                _good_or_refuse(answer.status_code)
                yield answer
        except UnsafeAddress as error:
            raise BucketRefused(str(error)) from error
        except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
            raise BucketRefused(
                _("The store can't be reached: %(why)s") % {"why": str(error)[:150]}
            ) from error


def _good_or_refuse(status: int) -> None:
    if status in (200, 204):
        return
    if status == 404:
        raise NotFound(_("There is no such bucket or file."))
    if status in (401, 403):
        raise BucketRefused(_("The store refuses the access key (%(status)d).") % {"status": status})
    raise BucketRefused(_("The store answers with %(status)d.") % {"status": status})


def _stored(name: str, item: Any) -> Stored:
    try:
        at = datetime.fromisoformat(item.findtext("{*}LastModified", ""))
        at = at if at.tzinfo else at.replace(tzinfo=UTC)
        return Stored(name, int(item.findtext("{*}Size", "")), at, own=True)
    except ValueError as error:
        raise BucketRefused(_("The store's answer is not one of an S3 store.")) from error
