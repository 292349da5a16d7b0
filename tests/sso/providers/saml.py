"""A SAML identity provider with its own key: reads our requests, signs with signxml, not with our library."""

from __future__ import annotations

import base64
import secrets
import threading
import zlib
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, quote_plus, urlencode, urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from lxml import etree
from signxml import XMLSigner, methods

from tests.kit.certificates import self_signed

A = "urn:oasis:names:tc:SAML:2.0:assertion"
P = "urn:oasis:names:tc:SAML:2.0:protocol"
M = "urn:oasis:names:tc:SAML:2.0:metadata"
D = "http://www.w3.org/2000/09/xmldsig#"
NAMES = {"saml": A, "samlp": P, "ds": D}
RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"


@dataclass(frozen=True)
class Asked:
    """What an AuthnRequest says."""

    request_id: str
    entity_id: str
    acs: str
    relay_state: str
    again: bool = False


@dataclass(frozen=True)
class Said:
    """What a response says; None leaves the part out."""

    audience: str | None = ""
    recipient: str | None = ""
    destination: str | None = ""
    in_response_to: str | None = ""
    issuer: str = ""
    name_id: str = "u-1"
    name_format: str = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"
    attributes: dict[str, list[str]] = field(default_factory=dict)
    minutes: float = 5
    issued: float = 0  # minutes from now
    assertion_id: str = ""
    context: str = "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport"
    session: str = "s-1"
    status: str = "urn:oasis:names:tc:SAML:2.0:status:Success"


def key_with_certificate() -> tuple[rsa.RSAPrivateKey, str]:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key, self_signed(key, "idp.example")


class SamlIdp:
    """``attributes``: of whoever signs in. ``serve()`` answers a browser over HTTP."""

    entity_id = "https://idp.example/metadata"

    def __init__(self) -> None:
        self.key, self.certificate = key_with_certificate()
        self.url = "https://idp.example"
        self.attributes = {"email": ["asha@acme.example"], "name": ["Asha R"]}
        self.server: ThreadingHTTPServer | None = None
        self.slo_answers: list[str] = []

    # --- metadata and requests ----------------------------------------------------------------------

    def metadata(self) -> str:
        body = "".join(line for line in self.certificate.splitlines() if "-----" not in line)
        bind = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
        return (
            f'<md:EntityDescriptor xmlns:md="{M}" entityID="{self.entity_id}">'
            f'<md:IDPSSODescriptor protocolSupportEnumeration="{P}"><md:KeyDescriptor use="signing">'
            f'<ds:KeyInfo xmlns:ds="{D}"><ds:X509Data><ds:X509Certificate>{body}</ds:X509Certificate>'
            f"</ds:X509Data></ds:KeyInfo></md:KeyDescriptor>"
            f'<md:SingleLogoutService Binding="{bind}" Location="{self.url}/slo"/>'
            f'<md:SingleSignOnService Binding="{bind}" Location="{self.url}/sso"/>'
            "</md:IDPSSODescriptor></md:EntityDescriptor>"
        )

    @staticmethod
    def read(address: str) -> Asked:
        query = parse_qs(urlsplit(address).query)
        root = etree.fromstring(zlib.decompress(base64.b64decode(query["SAMLRequest"][0]), -15))
        return Asked(
            request_id=root.get("ID"),
            entity_id=root.findtext("saml:Issuer", namespaces=NAMES),
            acs=root.get("AssertionConsumerServiceURL"),
            relay_state=query["RelayState"][0],
            again=root.get("ForceAuthn") == "true",
        )

    @staticmethod
    def signature_holds(address: str, certificate: str) -> bool:
        """Whether a message in an address was signed with the certificate's key (bindings 3.4.4.1)."""
        query = urlsplit(address).query
        parts = dict(part.split("=", 1) for part in query.split("&"))
        kind = "SAMLRequest" if "SAMLRequest" in parts else "SAMLResponse"
        order = [name for name in (kind, "RelayState", "SigAlg") if name in parts]
        signed = "&".join(f"{name}={parts[name]}" for name in order).encode()
        signature = base64.b64decode(parse_qs(query)["Signature"][0])
        public: Any = x509.load_pem_x509_certificate(certificate.encode()).public_key()
        public.verify(signature, signed, padding.PKCS1v15(), hashes.SHA256())
        return True

    # --- responses ----------------------------------------------------------------------------------

    def said(self, asked: Asked, **changes: Any) -> Said:
        usual = Said(
            audience=asked.entity_id,
            recipient=asked.acs,
            destination=asked.acs,
            in_response_to=asked.request_id,
            issuer=self.entity_id,
            attributes=self.attributes,
            assertion_id=f"_{secrets.token_hex(16)}",
        )
        return replace(usual, **changes)

    def response(self, said: Said, *, sign: str = "assertion") -> etree._Element:
        """``sign``: assertion, response or nothing."""
        root = etree.fromstring(_xml(said).encode())
        if sign == "assertion":
            assertion = root.find("saml:Assertion", NAMES)
            root.replace(assertion, self.signed(assertion))
        elif sign == "response":
            root = self.signed(root)
        return root

    def signed(self, element: etree._Element, key: Any = None, certificate: str = "") -> etree._Element:
        """A copy with an enveloped signature behind its issuer, as the schema wants it."""
        place = etree.SubElement(element, f"{{{D}}}Signature", Id="placeholder")
        element.find("saml:Issuer", NAMES).addnext(place)
        signer = XMLSigner(
            method=methods.enveloped,
            signature_algorithm="rsa-sha256",
            digest_algorithm="sha256",
            c14n_algorithm="http://www.w3.org/2001/10/xml-exc-c14n#",
        )
        return signer.sign(
            element,
            key=key or self.key,
            cert=certificate or self.certificate,
            reference_uri=f"#{element.get('ID')}",
            id_attribute="ID",
        )

    def form(self, asked: Asked, root: etree._Element) -> dict[str, str]:
        return {"SAMLResponse": encoded(root), "RelayState": asked.relay_state}

    def answer(self, address: str, **changes: Any) -> dict[str, str]:
        """A good response to the request in ``address``, as the form that the browser posts."""
        asked = self.read(address)
        return self.form(asked, self.response(self.said(asked, **changes)))

    # --- signing out ----------------------------------------------------------------------------------

    def logout_request(self, slo: str, *, name_id: str = "u-1", session: str = "s-1", **changes: Any) -> str:
        """The query of a signed request to sign somebody out."""
        issued = _stamp(changes.get("issued", 0))
        xml = (
            f'<samlp:LogoutRequest xmlns:samlp="{P}" xmlns:saml="{A}" ID="_{secrets.token_hex(16)}"'
            f' Version="2.0" IssueInstant="{issued}" Destination="{slo}">'
            f"<saml:Issuer>{self.entity_id}</saml:Issuer><saml:NameID>{name_id}</saml:NameID>"
            f"<samlp:SessionIndex>{session}</samlp:SessionIndex></samlp:LogoutRequest>"
        )
        return self.signed_query("SAMLRequest", xml)

    def signed_query(self, kind: str, xml: str, relay_state: str = "") -> str:
        packed = base64.b64encode(zlib.compress(xml.encode())[2:-4]).decode()
        parts = [f"{kind}={quote_plus(packed)}"]
        if relay_state:
            parts.append(f"RelayState={quote_plus(relay_state)}")
        parts.append(f"SigAlg={quote_plus(RSA_SHA256)}")
        signature = self.key.sign("&".join(parts).encode(), padding.PKCS1v15(), hashes.SHA256())
        return "&".join([*parts, urlencode({"Signature": base64.b64encode(signature).decode()})])

    # --- over HTTP ------------------------------------------------------------------------------------

    def serve(self) -> SamlIdp:
        """Answers a browser that is sent to /sso with a page that posts the response back."""
        idp = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *_args: object) -> None:
                """Nothing: the test tells what went wrong."""

            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.end_headers()
                if parts.path == "/metadata":
                    self.wfile.write(idp.metadata().encode())
                elif parts.path == "/sso":
                    asked = idp.read(self.path)
                    self.wfile.write(_page(asked.acs, idp.answer(self.path)).encode())
                else:
                    idp.slo_answers.append(self.path)
                    self.wfile.write(b"<title>idp</title><h1>Signed out at the provider</h1>")

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def stop(self) -> None:
        if self.server is not None:
            self.server.shutdown()
            self.server.server_close()


def encoded(root: etree._Element) -> str:
    return base64.b64encode(etree.tostring(root)).decode()


def _stamp(minutes: float) -> str:
    return (datetime.now(UTC) + timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ")


def _attribute(name: str, value: str | None) -> str:
    return "" if value is None else f' {name}="{escape(value)}"'


def _xml(said: Said) -> str:
    issued, until = _stamp(said.issued), _stamp(said.issued + said.minutes)
    audience = ""
    if said.audience is not None:
        audience = f"<saml:Audience>{said.audience}</saml:Audience>"
        audience = f"<saml:AudienceRestriction>{audience}</saml:AudienceRestriction>"
    attributes = "".join(
        f'<saml:Attribute Name="{escape(name)}">'
        + "".join(f"<saml:AttributeValue>{escape(value)}</saml:AttributeValue>" for value in values)
        + "</saml:Attribute>"
        for name, values in said.attributes.items()
    )
    answers = _attribute("InResponseTo", said.in_response_to)
    return (
        f'<samlp:Response xmlns:samlp="{P}" xmlns:saml="{A}" ID="_{secrets.token_hex(16)}" Version="2.0"'
        f' IssueInstant="{issued}"{_attribute("Destination", said.destination)}{answers}>'
        f"<saml:Issuer>{said.issuer}</saml:Issuer>"
        f'<samlp:Status><samlp:StatusCode Value="{said.status}"/></samlp:Status>'
        f'<saml:Assertion ID="{said.assertion_id}" Version="2.0" IssueInstant="{issued}">'
        f"<saml:Issuer>{said.issuer}</saml:Issuer>"
        f'<saml:Subject><saml:NameID Format="{said.name_format}">{escape(said.name_id)}</saml:NameID>'
        '<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer">'
        f'<saml:SubjectConfirmationData NotOnOrAfter="{until}"'
        f"{_attribute('Recipient', said.recipient)}{answers}/></saml:SubjectConfirmation></saml:Subject>"
        f'<saml:Conditions NotBefore="{issued}" NotOnOrAfter="{until}">{audience}</saml:Conditions>'
        f'<saml:AuthnStatement AuthnInstant="{issued}" SessionIndex="{said.session}"><saml:AuthnContext>'
        f"<saml:AuthnContextClassRef>{said.context}</saml:AuthnContextClassRef></saml:AuthnContext>"
        f"</saml:AuthnStatement><saml:AttributeStatement>{attributes}</saml:AttributeStatement>"
        "</saml:Assertion></samlp:Response>"
    )


def _page(acs: str, form: dict[str, str]) -> str:
    fields = "".join(f'<input type="hidden" name="{n}" value="{escape(v)}">' for n, v in form.items())
    return (
        '<!doctype html><html lang="en"><title>idp</title><link rel="icon" href="data:,">'
        f'<form method="post" action="{escape(acs)}">{fields}<button>I am Asha</button></form>'
    )
