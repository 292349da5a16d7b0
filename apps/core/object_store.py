"""S3-compatible stores that the operator named: the one client that backups and stored files speak with.

The usual AWS variables give the credentials and the region. Needs the extra ``requirements/s3.txt``.
"""

from __future__ import annotations

import os
from functools import lru_cache
from typing import Any

from apps.core.errors import Refused

MISSING = (
    "A bucket is named in the settings, but the packages for it are not installed: "
    "pip install -r requirements/s3.txt"
)


def bucket_of(target: str) -> tuple[str, str] | None:
    """``s3://bucket/prefix`` → bucket and prefix (empty, or ended by a slash); None for what is no bucket."""
    if not target.startswith("s3://"):
        return None
    bucket, _slash, prefix = target.removeprefix("s3://").partition("/")
    return bucket, f"{prefix.strip('/')}/" if prefix.strip("/") else ""


def store_client(endpoint: str = "", *, patient: bool = True) -> Any:
    """boto3's client of the store at ``endpoint`` (empty: Amazon's). Not ``patient``: for a question whose
    answer is wanted at once or not at all. Raises Refused without the extra."""
    return _client(os.getpid(), endpoint, patient)


@lru_cache(maxsize=8)
def _client(_process: int, endpoint: str, patient: bool) -> Any:
    """One for each process: forked ones must not share its connections."""
    try:
        import boto3
        from botocore.config import Config
    except ImportError as error:
        raise Refused(MISSING, code="s3_missing") from error
    config = Config(
        signature_version="s3v4",
        # Stores of other makers seldom have a host name for each bucket.
        # The signature holds the SHA-256 of what is sent: another content is refused by the store.
        s3={"addressing_style": "path" if endpoint else "auto", "payload_signing_enabled": True},
        # Sums that only Amazon's own store is sure to know.
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
        connect_timeout=5 if patient else 2,
        read_timeout=60 if patient else 3,
        retries={"mode": "standard", "total_max_attempts": 3 if patient else 1},
        max_pool_connections=16,
    )
    return boto3.session.Session().client("s3", endpoint_url=endpoint or None, config=config)


def store_clients_forget() -> None:
    """Credentials or addresses have changed (tests)."""
    _client.cache_clear()
