"""Identity providers: entering and changing them, and looking whether they answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.accounts.choices import AccessEvent
from apps.accounts.services.access_log import access_log_write
from apps.core.errors import InvalidInput, Refused
from apps.core.formats import show_date
from apps.core.outbound import url_check
from apps.core.records import Child, record_delete, record_restore, record_save
from apps.core.secrets import secret_write
from apps.core.uow import run_in_unit_of_work
from apps.sso.addresses import browser_address_check
from apps.sso.choices import Force, Preset, Protocol, TokenAuth
from apps.sso.domains import domains_clean
from apps.sso.models import ExternalIdentity, GroupRole, IdentityProvider
from apps.sso.presets import known
from apps.sso.protocols.fetching import fetch
from apps.sso.refusals import SsoRefused
from apps.sso.services.policy import policy_get
from apps.sso.services.rights import sso_change_allow
from apps.tenancy.hosts import link_base

FIELDS = (
    "code", "name", "preset", "protocol", "issuer", "client_id", "token_auth", "scopes", "metadata_url",
    "sso_url", "slo_url", "certificates", "sign_requests", "idp_initiated", "claim_email", "claim_name",
    "claim_phone", "claim_department", "claim_employee_code", "claim_groups", "email_domains", "trust_email",
    "provision", "default_role", "sync_profile", "trust_second_factor", "second_factor_values",
    "sign_out_there", "active",
)  # fmt: skip
GROUPS = Child("group_roles", GroupRole, "provider", ("group", "role"), limit=500)
# Any account at Microsoft would do for these: the directory must be named.
_ANY_DIRECTORY = ("/common", "/organizations", "/consumers")


def provider_save(
    provider: IdentityProvider,
    *,
    values: dict[str, Any],
    groups: list[dict[str, Any]] | None = None,
    client_secret: str = "",
    metadata: bytes = b"",
    version: int | None = None,
    by: Any,
    request: Any = None,
) -> IdentityProvider:
    """Create or change a provider. ``groups``: None leaves them; an empty secret keeps the one before;
    ``metadata``: a SAML file, whose values win. Must run in a transaction.

    Raises InvalidInput, NotAllowed, Refused (people are linked, or nobody could come in), VersionConflict.
    """
    sso_change_allow(by)
    new = provider.pk is None
    before = IdentityProvider() if new else IdentityProvider.objects.get(pk=provider.pk)
    values = dict(values)
    if metadata:
        from apps.sso.protocols.saml_metadata import metadata_read

        values |= metadata_read(metadata, field="metadata_file").values()
    if new:
        values = preset_fill(values)
        provider.base_url = link_base(request)
    _values_check(values, before)
    saved: Any = record_save(
        provider,
        values=values,
        children={"group_roles": groups} if groups is not None else None,
        specs={"group_roles": GROUPS},
        version=version,
        by=by,
    )
    if client_secret:
        secret_write(saved, "client_secret", client_secret)
        saved.save(update_fields=["client_secret"])
    _secret_check(saved)
    provider_must_remain()
    changed = sorted(name for name in FIELDS if getattr(before, name) != getattr(saved, name))
    _log(saved, {"changed": changed, "secret": bool(client_secret)})
    return saved


def preset_fill(values: dict[str, Any]) -> dict[str, Any]:
    """What is known of such a provider, where nothing was given."""
    preset, protocol = values.get("preset", Preset.OTHER), values.get("protocol", Protocol.OIDC)
    if preset not in Preset.values or protocol not in Protocol.values:
        return values
    found = known(preset, protocol)
    filled = {**found.values, "second_factor_values": list(found.second_factor)}
    return {**values, **{name: value for name, value in filled.items() if not values.get(name)}}


def _values_check(values: dict[str, Any], before: IdentityProvider) -> None:
    def now(name: str) -> Any:
        return values.get(name, getattr(before, name))

    if "email_domains" in values:
        values["email_domains"] = domains_clean(values["email_domains"], field="email_domains")
    _linked_check(values, before)
    checks = {"metadata_url": url_check, "sso_url": browser_address_check, "slo_url": browser_address_check}
    if now("protocol") == Protocol.OIDC:
        checks["issuer"] = url_check
        if str(now("issuer")).rstrip("/").removesuffix("/v2.0").endswith(_ANY_DIRECTORY):
            raise InvalidInput(_("Please name your own directory: this one lets anybody in."), field="issuer")
    for name, check in checks.items():
        if values.get(name):
            try:
                check(values[name])
            except ValueError as error:
                raise InvalidInput(_address_text(name, error, now), field=name) from error
    if values.get("certificates"):
        from apps.sso.protocols.saml_metadata import certificates_check

        certificates_check(values["certificates"], field="certificates")


def _address_text(name: str, error: ValueError, now: Any) -> str:
    if name != "issuer" or now("preset") not in Preset.values:
        return str(error)
    hint = known(now("preset"), now("protocol")).hint
    return _("%(error)s It looks like this: %(hint)s") % {"error": error, "hint": hint}


def _linked_check(values: dict[str, Any], before: IdentityProvider) -> None:
    """Ids of people mean something at their issuer only: another one could give them to somebody else."""
    for name in ("issuer", "protocol"):
        differs = before.pk and name in values and values[name] != getattr(before, name)
        if differs and ExternalIdentity.objects.filter(provider=before).exists():
            raise Refused(
                _("People are linked with this provider. Enter another provider, or remove the links first."),
                code="linked",
                field=name,
            )


def _secret_check(provider: IdentityProvider) -> None:
    needs = provider.protocol == Protocol.OIDC and provider.token_auth != TokenAuth.NONE
    if provider.active and needs and not provider.client_secret:
        raise InvalidInput(_("Please enter the client secret."), field="client_secret", code="required")


def provider_must_remain() -> None:
    """Raises Refused when single sign-on is required and no provider is switched on any more."""
    forced = policy_get().force != Force.NOBODY
    if forced and not IdentityProvider.objects.filter(active=True, deleted_at=None).exists():
        raise Refused(
            _("Single sign-on is required here: this is the last provider that is switched on."),
            code="last_provider",
        )


def provider_delete(provider: IdentityProvider, *, by: Any) -> None:
    """Into the bin, switched off; links stay, so that a restored one knows its people. Raises Refused."""
    sso_change_allow(by)
    provider.active = False
    provider.save()
    record_delete(provider, by=by)
    provider_must_remain()
    _log(provider, {"deleted": True})


def provider_restore(provider: IdentityProvider, *, by: Any) -> IdentityProvider:
    """Out of the bin, still switched off. Raises NotAllowed, Refused."""
    sso_change_allow(by)
    restored: Any = record_restore(provider, by=by)
    _log(restored, {"restored": True})
    return restored


def provider_address_set(provider: IdentityProvider, *, by: Any, request: Any) -> IdentityProvider:
    """From now on the provider knows us by the address that the administrator uses now."""
    sso_change_allow(by)
    provider.base_url = link_base(request)
    provider.version += 1
    provider.save()
    _log(provider, {"address": provider.base_url})
    return provider


def identity_unlink(identity: ExternalIdentity, *, by: Any) -> None:
    """Remove a person's link and the roles that came by it. Must run in a transaction."""
    from apps.accounts.services.roles import administrator_must_remain
    from apps.sso.services.signing import identity_sessions_end

    sso_change_allow(by)
    identity_sessions_end(identity, why="unlinked")
    identity.user.roles.remove(*[row.role for row in identity.given_roles.select_related("role")])
    detail = {"provider": identity.provider.code, "user": identity.user.email, "subject": identity.subject}
    access_log_write(AccessEvent.IDENTITY_UNLINKED, detail=detail)
    identity.delete()
    administrator_must_remain()


def _log(provider: IdentityProvider, detail: dict[str, Any]) -> None:
    access_log_write(AccessEvent.SSO_CHANGED, detail={"provider": provider.code, **detail})


# --- looking whether it answers -------------------------------------------------------------------


@dataclass(frozen=True)
class Finding:
    good: bool
    text: str


def provider_refresh(provider: IdentityProvider, *, by: Any) -> list[Finding]:
    """Ask the provider for its description, keys or metadata again, and say what was found.

    Opens its own unit of work: the call itself is outside of it.
    """
    sso_change_allow(by)
    try:
        return (
            _oidc_findings(provider) if provider.protocol == Protocol.OIDC else _saml_findings(provider, by)
        )
    except SsoRefused as error:
        return [Finding(False, f"{error.detail} {error.technical}")]
    except InvalidInput as error:
        return [Finding(False, str(error.detail))]


def _oidc_findings(provider: IdentityProvider) -> list[Finding]:
    from apps.sso.protocols import oidc

    described = oidc.description_of(provider, fresh=True)
    keys = oidc.keys_of(provider, fresh=True)
    found = [Finding(True, _("The provider answers as %(issuer)s.") % {"issuer": described["issuer"]})]
    text = ngettext("It publishes %(n)d key.", "It publishes %(n)d keys.", len(keys)) % {"n": len(keys)}
    return [*found, Finding(bool(keys), text)]


def _saml_findings(provider: IdentityProvider, by: Any) -> list[Finding]:
    from apps.sso.protocols.saml_metadata import certificates_check, metadata_read

    found = []
    if provider.metadata_url:
        said = metadata_read(fetch("GET", provider.metadata_url), field="metadata_url").values()
        found.append(Finding(True, _("The metadata were read.")))
        if any(getattr(provider, name) != value for name, value in said.items()):
            provider = run_in_unit_of_work(
                lambda: provider_save(provider, values=said, version=provider.version, by=by)
            )
            found.append(Finding(True, _("Something had changed there and was taken over.")))
    if not provider.certificates:
        return [*found, Finding(False, _("There is no signing certificate yet."))]
    soon = timezone.now() + timedelta(days=30)
    for one in certificates_check(provider.certificates, field="certificates"):
        until = one.not_valid_after_utc
        text = _("The certificate is good until %(day)s.") % {"day": show_date(until)}
        found.append(Finding(until > soon, text))
    return found
