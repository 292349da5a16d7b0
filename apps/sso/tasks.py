"""What passes with time: attempts, used proofs, and providers' certificates."""

from __future__ import annotations

import logging
from datetime import time

from apps.runtime.services.schedule import scheduled
from apps.sso.choices import Protocol
from apps.sso.models import IdentityProvider
from apps.sso.services.attempts import leftovers_remove
from apps.sso.services.providers import provider_refresh

logger = logging.getLogger(__name__)


@scheduled(at=time(3, 40))
def remove_leftovers() -> None:
    leftovers_remove()


@scheduled(at=time(4, 10))
def refresh_metadata() -> None:
    """Take over new certificates of SAML providers that publish their metadata."""
    found = IdentityProvider.objects.filter(active=True, deleted_at=None, protocol=Protocol.SAML)
    for provider in found.exclude(metadata_url=""):
        bad = [finding.text for finding in provider_refresh(provider, by=None) if not finding.good]
        if bad:
            logger.warning("identity provider %s: %s", provider.code, "; ".join(bad))
