"""The organisation's own SAML key: made when first needed, rotated in two steps."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.choices import AccessEvent
from apps.accounts.services.access_log import access_log_write
from apps.core.errors import Refused
from apps.core.locks import advisory_lock
from apps.core.secrets import secret_read, secret_write
from apps.core.tenant import current_organisation
from apps.sso.choices import KeyState
from apps.sso.models import SamlKey
from apps.sso.services.rights import sso_change_allow

if TYPE_CHECKING:
    from apps.sso.protocols.saml import OwnKeys

BITS, YEARS = 3072, 3


def own_keys() -> OwnKeys:
    """The key in use and the published next certificate; the first one is made here."""
    from apps.sso.protocols.saml import OwnKeys  # brings python3-saml, which only its own pages need

    found = {row.state: row for row in SamlKey.objects.all()}
    current = found.get(KeyState.CURRENT) or _first()
    coming = found.get(KeyState.NEXT)
    return OwnKeys(
        private=secret_read(current, "private_key"),
        certificate=current.certificate,
        next_certificate=coming.certificate if coming else "",
    )


def _first() -> SamlKey:
    with transaction.atomic():
        advisory_lock("sso.key")
        return SamlKey.objects.filter(state=KeyState.CURRENT).first() or _made(KeyState.CURRENT)


def key_next(*, by: Any) -> SamlKey:
    """Make the next key and publish its certificate. Must run in a transaction.

    Raises NotAllowed, Refused.
    """
    sso_change_allow(by)
    advisory_lock("sso.key")
    if SamlKey.objects.filter(state=KeyState.NEXT).exists():
        raise Refused(_("There is a next key already. Use it or drop it first."), code="next_exists")
    made = _made(KeyState.NEXT)
    _log("key_next", made)
    return made


def key_use(*, by: Any) -> SamlKey:
    """Put the next key in the place of the current one. Must run in a transaction."""
    sso_change_allow(by)
    advisory_lock("sso.key")
    coming = _next()
    SamlKey.objects.filter(state=KeyState.CURRENT).delete()
    coming.state = KeyState.CURRENT
    coming.save(update_fields=["state"])
    _log("key_use", coming)
    return coming


def key_drop(*, by: Any) -> None:
    """Take the next key back before it was used. Must run in a transaction."""
    sso_change_allow(by)
    coming = _next()
    coming.delete()
    _log("key_drop", coming)


def _next() -> SamlKey:
    coming = SamlKey.objects.filter(state=KeyState.NEXT).first()
    if coming is None:
        raise Refused(_("There is no next key."), code="no_next")
    return coming


def _log(what: str, key: SamlKey) -> None:
    access_log_write(AccessEvent.SSO_CHANGED, detail={"what": what, "certificate": key.fingerprint})


def _made(state: KeyState) -> SamlKey:
    """A new RSA key under a certificate signed by itself: providers compare it, nobody asks an issuer."""
    private = rsa.generate_private_key(public_exponent=65537, key_size=BITS)
    now = timezone.now()
    organisation = current_organisation()
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"Bahi SAML {organisation.slug}"[:64])])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=365 * YEARS))
        .sign(private, hashes.SHA256())
    )
    row = SamlKey(
        state=state,
        certificate=certificate.public_bytes(serialization.Encoding.PEM).decode(),
        fingerprint=certificate.fingerprint(hashes.SHA256()).hex(":").upper(),
        not_after=certificate.not_valid_after_utc,
    )
    form = serialization.PrivateFormat.PKCS8
    plain = private.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())
    secret_write(row, "private_key", plain.decode())
    row.save(force_insert=True)
    return row
