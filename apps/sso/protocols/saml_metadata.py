"""A provider's SAML metadata, by address or as a file: parsed with no DTD, no entities, no network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cryptography import x509
from django.utils import timezone
from django.utils.translation import gettext as _
from lxml import etree
from onelogin.saml2.constants import OneLogin_Saml2_Constants as Names
from onelogin.saml2.utils import OneLogin_Saml2_Utils
from onelogin.saml2.xml_utils import OneLogin_Saml2_XML

from apps.core.errors import InvalidInput
from apps.sso.protocols.saml import certificates_of

LONGEST = 1024 * 1024
_SPACES = {"md": Names.NS_MD, "ds": Names.NS_DS}


@dataclass(frozen=True)
class ProviderMetadata:
    issuer: str
    sso_url: str
    slo_url: str
    certificates: str

    def values(self) -> dict[str, str]:
        """As fields of IdentityProvider."""
        return {
            "issuer": self.issuer,
            "sso_url": self.sso_url,
            "slo_url": self.slo_url,
            "certificates": self.certificates,
        }


def metadata_read(content: bytes, *, field: str) -> ProviderMetadata:
    """What the metadata of one identity provider say. Raises InvalidInput naming ``field``."""

    def wrong(text: str) -> InvalidInput:
        return InvalidInput(text, field=field)

    if len(content) > LONGEST:
        raise wrong(_("These metadata are too large."))
    try:
        root = OneLogin_Saml2_XML.to_etree(content)
    except (etree.Error, ValueError) as error:
        raise wrong(_("This is no readable XML without document type and entities.")) from error
    found = root.xpath("descendant-or-self::md:EntityDescriptor[md:IDPSSODescriptor]", namespaces=_SPACES)
    if len(found) != 1:
        raise wrong(_("These metadata must describe exactly one identity provider."))
    (entity,) = found
    until = entity.get("validUntil") or root.get("validUntil")
    if until and OneLogin_Saml2_Utils.parse_SAML_to_time(until) < timezone.now().timestamp():
        raise wrong(_("These metadata are no longer valid."))
    path = "md:IDPSSODescriptor/md:KeyDescriptor[not(@use) or @use='signing']//ds:X509Certificate"
    pems = [_pem(node.text or "", field) for node in entity.xpath(path, namespaces=_SPACES)]
    sign_in = _address(entity, "SingleSignOnService")
    if not sign_in or not pems:
        raise wrong(_("A sign-in address (HTTP-Redirect) or a signing certificate is missing."))
    return ProviderMetadata(
        issuer=entity.get("entityID", "")[:500],
        sso_url=sign_in[:500],
        slo_url=_address(entity, "SingleLogoutService")[:500],
        certificates="".join(dict.fromkeys(pems)),
    )


def _address(entity: Any, name: str) -> str:
    path = f"md:IDPSSODescriptor/md:{name}[@Binding='{Names.BINDING_HTTP_REDIRECT}']"
    found = entity.xpath(path, namespaces=_SPACES)
    return found[0].get("Location", "") if found else ""


def _pem(text: str, field: str) -> str:
    pem = OneLogin_Saml2_Utils.format_cert("".join(text.split()))
    certificates_check(pem, field=field)
    return pem


def certificates_check(text: str, *, field: str) -> list[x509.Certificate]:
    """The certificates of a text of PEM blocks. Raises InvalidInput naming ``field``."""
    pems = certificates_of(text)
    try:
        if not pems:
            raise ValueError
        return [x509.load_pem_x509_certificate(pem.encode()) for pem in pems]
    except ValueError as error:
        detail = _("Please paste certificates that begin with -----BEGIN CERTIFICATE-----.")
        raise InvalidInput(detail, field=field) from error
