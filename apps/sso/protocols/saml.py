"""SAML 2.0: our requests, and what a response must fulfil to be believed.

python3-saml checks schema, signature, what is signed (against wrapping), status, times and issuer. Where it
is lenient (a missing audience, recipient or InResponseTo passes, addresses are compared by their beginning),
``_strict`` asks again. Sources: SAML 2.0 core and bindings; profiles 4.1.4.2 and 4.1.4.3.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.utils import timezone
from onelogin.saml2.auth import OneLogin_Saml2_Auth
from onelogin.saml2.constants import OneLogin_Saml2_Constants as Names
from onelogin.saml2.errors import OneLogin_Saml2_Error, OneLogin_Saml2_ValidationError
from onelogin.saml2.logout_request import OneLogin_Saml2_Logout_Request
from onelogin.saml2.response import OneLogin_Saml2_Response
from onelogin.saml2.settings import OneLogin_Saml2_Settings
from onelogin.saml2.utils import OneLogin_Saml2_Utils
from onelogin.saml2.xml_utils import OneLogin_Saml2_XML

from apps.sso.claims import Claims, first, groups_of, mapped, second_factor_taken, texts
from apps.sso.models import IdentityProvider
from apps.sso.refusals import Reason, SsoRefused

Names.ALLOWED_CLOCK_DRIFT = 60  # seconds that clocks may differ; the library's own 300 are many
LONGEST, LONGEST_QUERY = 512 * 1024, 16 * 1024  # of a response as it comes, of a message in an address
_METHODS = "http://schemas.microsoft.com/claims/authnmethodsreferences"
_Problem = OneLogin_Saml2_ValidationError
_CLOCK = {
    _Problem.ASSERTION_TOO_EARLY, _Problem.ASSERTION_EXPIRED, _Problem.SESSION_EXPIRED,
    _Problem.RESPONSE_EXPIRED,
}  # fmt: skip


@dataclass(frozen=True)
class OwnKeys:
    """Our private key and certificate (PEM), and the certificate that comes next, if one is published."""

    private: str
    certificate: str
    next_certificate: str = ""


@dataclass(frozen=True)
class Addresses:
    """Our addresses as the provider knows them; ``metadata`` is also our entity id."""

    metadata: str
    acs: str
    slo: str


@dataclass(frozen=True)
class Proof:
    """A believed response: who, and the id and end of the assertion, to refuse it a second time."""

    claims: Claims
    assertion_id: str
    expires_at: datetime


def settings_of(
    provider: IdentityProvider, addresses: Addresses, keys: OwnKeys, *, messages_signed: bool = False
) -> OneLogin_Saml2_Settings:
    """``messages_signed``: for sign-out, where the message itself must be signed."""
    certificates = certificates_of(provider.certificates)
    data = {
        "strict": True,
        "debug": False,
        "sp": {
            "entityId": addresses.metadata,
            "assertionConsumerService": {"url": addresses.acs, "binding": Names.BINDING_HTTP_POST},
            "singleLogoutService": {"url": addresses.slo, "binding": Names.BINDING_HTTP_REDIRECT},
            "NameIDFormat": Names.NAMEID_UNSPECIFIED,
            "x509cert": keys.certificate,
            "privateKey": keys.private,
            "x509certNew": keys.next_certificate,
        },
        "idp": {
            "entityId": provider.issuer,
            "singleSignOnService": {"url": provider.sso_url, "binding": Names.BINDING_HTTP_REDIRECT},
            "singleLogoutService": {"url": provider.slo_url, "binding": Names.BINDING_HTTP_REDIRECT},
            "x509certMulti": {"signing": certificates, "encryption": certificates[:1]},
        },
        "security": {
            "authnRequestsSigned": provider.sign_requests,
            "logoutRequestSigned": True,
            "logoutResponseSigned": True,
            "wantMessagesSigned": messages_signed,
            "wantAssertionsSigned": True,
            "wantNameId": True,
            "wantAttributeStatement": False,
            "allowRepeatAttributeName": True,
            "rejectDeprecatedAlgorithm": True,
            "requestedAuthnContext": False,
            "signatureAlgorithm": Names.RSA_SHA256,
            "digestAlgorithm": Names.SHA256,
        },
    }
    if not provider.slo_url:
        data["idp"].pop("singleLogoutService")  # type: ignore[attr-defined]  # it is a dictionary of ours
    try:
        return OneLogin_Saml2_Settings(data, sp_validation_only=not certificates)
    except OneLogin_Saml2_Error as error:
        raise SsoRefused(Reason.INVALID, str(error)) from error


def certificates_of(text: str) -> list[str]:
    """The PEM blocks of a text, one by one."""
    end = "-----END CERTIFICATE-----"
    return [f"{part.strip()}\n{end}\n" for part in text.split(end) if "BEGIN CERTIFICATE" in part]


def _request_data(address: str, **more: Any) -> dict[str, Any]:
    """The address as the library wants it: from our own record of it, never from the request's headers."""
    parts = urlsplit(address)
    return {
        "https": "on" if parts.scheme == "https" else "off",
        "http_host": parts.netloc,
        "script_name": parts.path,
        "get_data": {},
        "post_data": {},
        **more,
    }


def metadata_xml(settings: OneLogin_Saml2_Settings) -> bytes:
    """Our metadata for the provider. Raises SsoRefused when it wouldn't be valid."""
    made = settings.get_sp_metadata()
    problems = settings.validate_metadata(made)
    if problems:
        raise SsoRefused(Reason.INVALID, f"metadata: {problems}")
    return made if isinstance(made, bytes) else made.encode()


def request_url(
    settings: OneLogin_Saml2_Settings, addresses: Addresses, *, relay_state: str, again: bool = False
) -> tuple[str, str]:
    """(where to send the browser, id of the request). ``again``: the person must prove himself anew."""
    auth = OneLogin_Saml2_Auth(_request_data(addresses.acs), old_settings=settings)
    return auth.login(return_to=relay_state, force_authn=again), auth.get_last_request_id()


# --- the response ---------------------------------------------------------------------------------


def response_verify(
    provider: IdentityProvider,
    settings: OneLogin_Saml2_Settings,
    addresses: Addresses,
    encoded: str,
    *,
    request_id: str,
) -> Proof:
    """What a genuine response says. ``request_id``: of our request; empty where the provider began.

    Raises SsoRefused.
    """
    if len(encoded) > LONGEST:
        raise SsoRefused(Reason.INVALID, "the response is too long")
    try:
        response = OneLogin_Saml2_Response(settings, encoded)
        data = _request_data(addresses.acs, post_data={"SAMLResponse": encoded})
        response.is_valid(data, request_id or None, raise_exceptions=True)
        _strict(response, addresses, request_id)
        until = response.valid_scd_not_on_or_after
        return Proof(
            claims=_claims(provider, response, response.get_attributes()),
            assertion_id=response.get_assertion_id(),
            expires_at=datetime.fromtimestamp(until, tz=timezone.get_current_timezone()),
        )
    except SsoRefused:
        raise
    except Exception as error:
        raise _refusal(error) from error


def _refusal(error: Exception) -> SsoRefused:
    """Whatever the library stumbles over in a stranger's XML is a refusal, never a fault of ours.

    It raises bare Exceptions too.
    """
    if isinstance(error, _Problem):
        return SsoRefused(_reason(error), str(error))
    return SsoRefused(Reason.INVALID, f"{type(error).__name__}: {error}")


def _reason(error: Any) -> Reason:
    if error.code in _CLOCK:
        return Reason.CLOCK
    return Reason.CANCELLED if error.code == _Problem.STATUS_CODE_IS_NOT_SUCCESS else Reason.INVALID


def _strict(response: OneLogin_Saml2_Response, addresses: Addresses, request_id: str) -> None:
    """What the library lets pass when it is missing. All of it is read from the signed assertion."""
    if addresses.metadata not in response.get_audiences():
        raise SsoRefused(Reason.INVALID, "audience: the assertion isn't meant for us")
    destination = response.document.get("Destination")
    if destination is not None and destination != addresses.acs:
        raise SsoRefused(Reason.INVALID, f"destination: {destination}")
    if (response.get_in_response_to() or "") != request_id:
        raise SsoRefused(Reason.INVALID, "InResponseTo: not the answer to our request")
    path = "/saml:Subject/saml:SubjectConfirmation[@Method=$m]/saml:SubjectConfirmationData"
    bearer = path.replace("$m", f"'{Names.CM_BEARER}'")
    found = response._query_assertion(bearer)
    if len(found) != 1:
        raise SsoRefused(Reason.INVALID, "there must be one bearer confirmation")
    (data,) = found
    if data.get("Recipient") != addresses.acs:
        raise SsoRefused(Reason.INVALID, f"recipient: {data.get('Recipient')}")
    if (data.get("InResponseTo") or "") != request_id:
        raise SsoRefused(Reason.INVALID, "InResponseTo of the assertion: not the answer to our request")
    if data.get("NotOnOrAfter") is None or data.get("NotBefore") is not None:
        raise SsoRefused(Reason.INVALID, "the confirmation must end, and must not begin")


def _claims(
    provider: IdentityProvider, response: OneLogin_Saml2_Response, attributes: dict[str, list[str]]
) -> Claims:
    friendly = response.get_friendlyname_attributes()
    said: dict[str, Any] = {**friendly, **attributes}
    name_id, name_format = response.get_nameid(), response.get_nameid_format() or ""
    email = first(said, provider.claim_email)
    if not email and name_format == Names.NAMEID_EMAIL_ADDRESS:
        email = name_id
    contexts = [*response.get_authn_contexts(), *texts(said.get(_METHODS))]
    (statement,) = response._query_assertion("/saml:AuthnStatement")
    return Claims(
        subject=str(name_id)[:300],
        email=email.lower()[:254],
        groups=groups_of(provider, said),
        second_factor=second_factor_taken(provider, contexts),
        authenticated_at=_seconds(statement.get("AuthnInstant")),
        idp_session=str(response.get_session_index() or "")[:300],
        name_id_format=name_format[:120],
        said={"NameID": name_id, "NameID format": name_format, "AuthnContext": contexts, **said},
        **mapped(provider, said),
    )


def _seconds(text: str | None) -> int:
    return int(OneLogin_Saml2_Utils.parse_SAML_to_time(text)) if text else 0


# --- leaving --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class SignOutAsked:
    """The provider ends somebody's sign-in: whose (``name_id``), which (none: all), and how to answer."""

    name_id: str
    sessions: list[str]
    message_id: str
    answer_url: str


def sign_out_url(
    settings: OneLogin_Saml2_Settings,
    addresses: Addresses,
    *,
    name_id: str,
    name_id_format: str,
    session: str,
) -> str:
    """Where to send the browser to sign out at the provider; empty when it has no such address."""
    auth = OneLogin_Saml2_Auth(_request_data(addresses.slo), old_settings=settings)
    if not auth.get_slo_url():
        return ""
    return auth.logout(
        name_id=name_id, session_index=session or None, name_id_format=name_id_format or None, return_to=""
    )


def sign_out_answer_verify(
    settings: OneLogin_Saml2_Settings, addresses: Addresses, given: dict[str, str], query: str
) -> None:
    """The provider's answer to our sign-out. Raises SsoRefused."""
    _slo(settings, addresses, given, query)


def sign_out_verify(
    settings: OneLogin_Saml2_Settings, addresses: Addresses, given: dict[str, str], query: str, key: str
) -> SignOutAsked:
    """A signed request of the provider to sign somebody out. Raises SsoRefused."""
    auth, answer_url = _slo(settings, addresses, given, query)
    xml = auth.get_last_request_xml()
    try:
        root = OneLogin_Saml2_XML.to_etree(xml)
        issued = _seconds(root.get("IssueInstant"))
        name_id = OneLogin_Saml2_Logout_Request.get_nameid(xml, key)
        sessions = OneLogin_Saml2_Logout_Request.get_session_indexes(xml)
    except Exception as error:
        raise _refusal(error) from error
    if abs(timezone.now().timestamp() - issued) > 300:
        raise SsoRefused(Reason.CLOCK, "the sign-out request is over five minutes old")
    if root.get("Destination") not in (None, addresses.slo):
        raise SsoRefused(Reason.INVALID, f"destination: {root.get('Destination')}")
    return SignOutAsked(
        name_id=name_id,
        sessions=sessions,
        message_id=auth.get_last_message_id(),
        answer_url=answer_url,
    )


def _slo(
    settings: OneLogin_Saml2_Settings, addresses: Addresses, given: dict[str, str], query: str
) -> tuple[OneLogin_Saml2_Auth, str]:
    _query_check(query)
    data = _request_data(addresses.slo, get_data=given, query_string=query, validate_signature_from_qs=True)
    auth = OneLogin_Saml2_Auth(data, old_settings=settings)
    try:
        answer_url = auth.process_slo(keep_local_session=True)
    except Exception as error:
        raise _refusal(error) from error
    if auth.get_errors():
        raise SsoRefused(Reason.INVALID, f"{auth.get_errors()}: {auth.get_last_error_reason()}")
    return auth, answer_url or ""


def _query_check(query: str) -> None:
    """The signature is over the text of the query: what it leaves out or names twice must not be read.

    ``%53AMLRequest=`` is read as SAMLRequest, but isn't what was signed. Raises SsoRefused.
    """
    names = [part.partition("=")[0] for part in query.split("&")]
    known = {"SAMLRequest", "SAMLResponse", "RelayState", "SigAlg", "Signature"}
    if len(query) > LONGEST_QUERY or len(names) != len(set(names)) or not set(names) <= known:
        raise SsoRefused(Reason.INVALID, "the message has unknown or doubled parameters, or is too long")
    if "SAMLRequest" in names and "SAMLResponse" in names:
        raise SsoRefused(Reason.INVALID, "a request and an answer at once")
