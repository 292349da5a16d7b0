"""Own domains: named by an organisation, opened once a TXT record has shown that it owns them."""

from __future__ import annotations

import secrets

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from apps.core.errors import InvalidInput, Refused
from apps.core.platform_log import platform_log
from apps.core.validation import clean_instance
from apps.tenancy.hosts import forget_hosts
from apps.tenancy.models import Domain, DomainClaim, Organisation

MOST = 10
OWN_SUFFIXES = (".localhost",)


def domain_claim(organisation: Organisation, name: str) -> DomainClaim:
    """Name a domain; gives the claim with the record to publish. Raises InvalidInput, Refused."""
    name = name.strip().lower().rstrip(".")
    if name.endswith(OWN_SUFFIXES) or name.split(".", 1)[0] == "platform":
        raise InvalidInput(_("This name is the platform's own."), field="domain", code="reserved")
    if Domain.objects.filter(domain=name).exists():
        raise InvalidInput(_("This domain is in use already."), field="domain", code="duplicate")
    if organisation.domain_claims.count() >= MOST:
        raise Refused(_("At most %(n)d own domains.") % {"n": MOST}, field="domain")
    known = organisation.domain_claims.filter(domain=name).first()
    if known:
        return known
    claim = DomainClaim(organisation=organisation, domain=name, token=secrets.token_hex(20))
    clean_instance(claim)
    claim.save()
    platform_log("domain_named", organisation=organisation, domain=name)
    return claim


def domain_verify(claim: DomainClaim) -> DomainClaim:
    """Look the record up; when it is there the domain opens the organisation. Raises Refused when not."""
    found, error = _texts(claim.record_name)
    claim.checked_at = timezone.now()
    if not error and claim.record_text not in found:
        error = _("The record is not there yet, or has another text.")
    claim.error = error[:200]
    if error:
        claim.save(update_fields=["checked_at", "error"])
        raise Refused(error, field="domain", code="not_verified")
    try:
        with transaction.atomic():
            claim.verified_at = claim.checked_at
            claim.save(update_fields=["checked_at", "error", "verified_at"])
            Domain.objects.create(domain=claim.domain, tenant=claim.organisation, is_primary=False)
            platform_log("domain_verified", organisation=claim.organisation, domain=claim.domain)
    except IntegrityError as fault:
        raise Refused(_("This domain is in use already."), field="domain", code="duplicate") from fault
    forget_hosts()
    return claim


def domain_remove(claim: DomainClaim) -> None:
    """Give a domain back: it opens nothing from now on."""
    with transaction.atomic():
        Domain.objects.filter(domain=claim.domain, tenant=claim.organisation).delete()
        platform_log("domain_removed", organisation=claim.organisation, domain=claim.domain)
        claim.delete()
    forget_hosts()


def domain_primary(claim: DomainClaim) -> None:
    """Links in mails carry this domain from now on. Raises Refused before it is verified."""
    domain = Domain.objects.filter(domain=claim.domain, tenant=claim.organisation).first()
    if domain is None:
        raise Refused(_("Verify the domain first."), field="domain", code="not_verified")
    domain.is_primary = True
    domain.save()  # the mixin takes the mark from the others
    forget_hosts()


def _texts(name: str) -> tuple[list[str], str]:
    """TXT texts of a name, or why they couldn't be read."""
    try:
        return import_string(settings.DNS_LOOKUP)(name), ""
    except OSError as error:
        return [], str(error)
