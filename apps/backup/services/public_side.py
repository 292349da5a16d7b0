"""What the platform keeps about an organisation: in the backup's manifest, given back to a restored one.

Tables of ``public`` aren't copied with the organisation's schema, so each part says itself how it is read and
written, and what of it could not be taken over. Higher apps add theirs with ``register_public_part``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from apps.core.errors import BahiError
from apps.core.tenant import public_context
from apps.tenancy.choices import Metric, OperatorAccess
from apps.tenancy.models import DeletionRecord, DomainClaim, Organisation, Plan
from apps.tenancy.services.domains import domain_primary, domain_verify

STRICTER = (OperatorAccess.ALLOW, OperatorAccess.ASK, OperatorAccess.FORBID)


@dataclass(frozen=True)
class PublicPart:
    """read: JSON values of an organisation; write: gives them to a restored one, tells what it could not."""

    key: str
    read: Callable[[Organisation], Any]
    write: Callable[[Organisation, Any], list[str]]


_parts: dict[str, PublicPart] = {}


def register_public_part(part: PublicPart) -> None:
    """Called from an app's ``ready()``."""
    _parts[part.key] = part


def public_read(organisation: Organisation) -> dict[str, Any]:
    """For the manifest."""
    with public_context():
        return {key: part.read(organisation) for key, part in sorted(_parts.items())}


def public_write(organisation: Organisation, manifest: dict[str, Any]) -> list[str]:
    """Give a restored organisation what the manifest has; sentences about what was not taken over."""
    kept = manifest.get("public", {})
    told = []
    if "operator_access" not in manifest["organisation"]:
        told.append(_("The backup doesn't say whether operators may enter: they may not."))
    with public_context():
        for key, part in sorted(_parts.items()):
            if key in kept:
                told += part.write(organisation, kept[key])
    return told


def access_after_restore(manifest: dict[str, Any]) -> str:
    """Whether the operator may enter the restored one: never more freely than when the backup was made, than
    the original that still stands, or than the one that was deleted said last. A backup that doesn't say: no.
    """
    said = [manifest["organisation"].get("operator_access", OperatorAccess.FORBID)]
    schema = manifest["schema"]
    said += Organisation.objects.filter(schema_name=schema).values_list("operator_access", flat=True)
    last = DeletionRecord.objects.filter(facts__schema=schema).order_by("-pk").first()
    if last is not None:
        said.append(last.facts.get("operator_access", OperatorAccess.ALLOW))
    return max(said, key=lambda one: STRICTER.index(OperatorAccess(one)))


# --- plan and limits ------------------------------------------------------------------------------


def _limits_read(organisation: Organisation) -> dict[str, Any]:
    return {"plan": organisation.plan.code if organisation.plan else "", "own": organisation.own_limits}


def _limits_write(organisation: Organisation, kept: dict[str, Any]) -> list[str]:
    organisation.own_limits = {name: n for name, n in kept["own"].items() if name in Metric.values}
    organisation.plan = Plan.objects.filter(code=kept["plan"]).first() if kept["plan"] else None
    organisation.save(update_fields=["own_limits", "plan", "updated_at"])
    if kept["plan"] and organisation.plan is None:
        return [_("Its plan “%(plan)s” is not here: choose one.") % {"plan": kept["plan"]}]
    return []


# --- own domains ----------------------------------------------------------------------------------


def _domains_read(organisation: Organisation) -> list[dict[str, Any]]:
    primary = organisation.domains.filter(is_primary=True).values_list("domain", flat=True).first()
    return [
        {
            "domain": claim.domain,
            "token": claim.token,
            "verified": bool(claim.verified_at),
            "primary": claim.domain == primary,
        }
        for claim in organisation.domain_claims.all()
    ]


def _domains_write(organisation: Organisation, kept: list[dict[str, Any]]) -> list[str]:
    """Named again with the same record to publish; opened only where the record proves it today too."""
    told = []
    for item in kept:
        claim, _new = DomainClaim.objects.get_or_create(
            organisation=organisation, domain=item["domain"], defaults={"token": item["token"]}
        )
        if not item["verified"]:
            continue
        try:
            domain_verify(claim)
        except BahiError as error:
            text = _("The domain %(domain)s was not taken over: %(why)s")
            told.append(text % {"domain": item["domain"], "why": error.detail})
            continue
        if item["primary"]:
            domain_primary(claim)
    return told


register_public_part(PublicPart("limits", _limits_read, _limits_write))
register_public_part(PublicPart("domains", _domains_read, _domains_write))
