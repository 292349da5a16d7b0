"""SAML 2.0 against a provider that signs with other software: the way in, and every attack that must fail."""

from __future__ import annotations

import base64
import copy
from urllib.parse import parse_qs, quote_plus, urlsplit

import pytest
from django.test import Client
from django_tenants.utils import schema_context
from lxml import etree

from apps.accounts.models import AccessLog, SignInSession
from apps.core.errors import InvalidInput, Refused
from apps.core.secrets import secret_read
from apps.sso.models import ExternalIdentity, SamlKey, SsoAttempt, UsedAssertion
from apps.sso.protocols.saml_metadata import metadata_read
from apps.sso.services import keys
from tests.sso.providers.saml import NAMES, SamlIdp, encoded, key_with_certificate

pytestmark = pytest.mark.django_db
START, ACS = "/accounts/sso/office/start/", "/accounts/sso/office/acs/"
SLO = "http://acme.localhost/accounts/sso/office/slo/"


def asked(client, page=""):
    answer = client.get(START, {"next": page} if page else {})
    assert answer.status_code == 302, answer.content.decode()
    return answer["Location"]


def post(form, address=ACS, host="acme.localhost"):
    """As the provider's page posts: from elsewhere, so without the browser's cookies."""
    return Client(HTTP_HOST=host, enforce_csrf_checks=True).post(address, form)


def come_back(client, form):
    answer = post(form)
    assert answer.status_code == 303, answer.content.decode()
    return client.get(answer["Location"])


def reason_of(answer):
    assert answer.status_code == 403, answer.status_code
    detail = AccessLog.objects.filter(event="sign_in_failed").order_by("-id").first().detail
    assert f"({detail['reason']})" in answer.content.decode()
    return detail["reason"]


def test_known_person_comes_in(office, idp, visitor, administrator):
    form = idp.answer(asked(visitor, "/accounts/profile/"))
    answer = come_back(visitor, form)
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/profile/")
    assert visitor.get("/accounts/profile/").status_code == 200
    assert SignInSession.objects.get(user=administrator).provider == "Office"
    assert ExternalIdentity.objects.get(user=administrator).subject == "u-1"


def test_our_request_is_signed_with_the_published_certificate(office, idp, visitor):
    address = asked(visitor)
    certificate = SamlKey.objects.get().certificate
    assert idp.signature_holds(address, certificate)
    request = idp.read(address)
    page = visitor.get("/accounts/sso/office/metadata/")
    assert page["Content-Type"] == "application/samlmetadata+xml"
    root = etree.fromstring(page.content)
    assert root.get("entityID") == request.entity_id
    space = {"md": "urn:oasis:names:tc:SAML:2.0:metadata", **NAMES}
    assert root.find(".//md:AssertionConsumerService", space).get("Location") == request.acs
    assert root.find(".//md:SingleLogoutService", space).get("Location") == SLO
    shown = "".join(root.findtext(".//ds:X509Certificate", namespaces=space).split())
    assert shown == "".join(line for line in certificate.splitlines() if "-----" not in line)


def test_claims_wait_sealed_and_are_forgotten(office, idp, visitor):
    answer = post(idp.answer(asked(visitor)))
    attempt = SsoAttempt.objects.get()
    assert attempt.claims.startswith("v1.")
    assert "asha" in secret_read(attempt, "claims")
    visitor.get(answer["Location"])
    attempt.refresh_from_db()
    assert attempt.claims == ""
    assert reason_of(visitor.get(answer["Location"])) == "state"


def test_answer_counts_in_the_browser_that_asked_only(office, idp, visitor):
    answer = post(idp.answer(asked(visitor)))
    assert reason_of(Client(HTTP_HOST="acme.localhost").get(answer["Location"])) == "browser"


# --- what the assertion must say --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"audience": "https://another.example/"}, "invalid"),
        ({"audience": None}, "invalid"),
        ({"recipient": "https://another.example/acs/"}, "invalid"),
        ({"recipient": "http://acme.localhost/accounts/sso/office/acs/more/"}, "invalid"),
        ({"recipient": None}, "invalid"),
        ({"destination": "https://another.example/acs/"}, "invalid"),
        ({"destination": "http://acme.localhost/accounts/sso/office/acs/more/"}, "invalid"),
        ({"in_response_to": "_another"}, "invalid"),
        ({"in_response_to": None}, "invalid"),
        ({"issuer": "https://evil.example/metadata"}, "invalid"),
        ({"issued": -60}, "clock"),
        ({"issued": -7, "minutes": 5}, "clock"),
        ({"issued": 5}, "clock"),
        ({"status": "urn:oasis:names:tc:SAML:2.0:status:AuthnFailed"}, "cancelled"),
    ],
)
def test_assertion_for_somebody_else_or_another_time_is_refused(office, idp, visitor, changes, reason):
    assert reason_of(post(idp.answer(asked(visitor), **changes))) == reason
    assert not SignInSession.objects.exists()
    assert not UsedAssertion.objects.exists()


# --- signatures -------------------------------------------------------------------------------------


def refused_root(idp, visitor, spoil, **kwargs):
    """A good response, spoilt after it was signed, is refused."""
    request = idp.read(asked(visitor))
    root = spoil(idp.response(idp.said(request), **kwargs))
    answer = post(idp.form(request, root))
    assert reason_of(answer) == "invalid"
    assert not SsoAttempt.objects.filter(answered_at__isnull=False).exists()


def test_altered_assertion_is_refused(office, idp, visitor):
    def spoil(root):
        root.find(".//saml:NameID", NAMES).text = "u-2"
        return root

    refused_root(idp, visitor, spoil)


def test_comment_in_the_name_changes_nobody(office, idp, visitor, administrator):
    """Canonicalisation drops comments: the text before one must not be taken for the whole."""
    idp.attributes = {"email": ["asha@acme.example.evil.example"]}
    request = idp.read(asked(visitor))
    root = idp.response(idp.said(request))
    value = root.find(".//saml:AttributeValue", NAMES)
    value.text = "asha@acme.example"
    value.append(etree.Comment("x"))
    value[0].tail = ".evil.example"
    answer = post(idp.form(request, root))
    if answer.status_code == 303:
        answer = visitor.get(answer["Location"])
    assert reason_of(answer) in ("invalid", "domain")


@pytest.mark.parametrize("sign", ["nothing", "response"])
def test_only_signed_assertions_count(office, idp, visitor, sign):
    refused_root(idp, visitor, lambda root: root, sign=sign)


def test_signature_of_another_key_is_refused(office, idp, visitor):
    request = idp.read(asked(visitor))
    stranger = SamlIdp()
    root = stranger.response(idp.said(request))
    assert reason_of(post(idp.form(request, root))) == "invalid"
    key, certificate = key_with_certificate()
    root = idp.response(idp.said(request), sign="nothing")
    assertion = root.find("saml:Assertion", NAMES)
    root.replace(assertion, idp.signed(assertion, key, certificate))
    assert reason_of(post(idp.form(request, root))) == "invalid"


def _evil(assertion):
    """A copy that says u-2, under another id and unsigned."""
    evil = copy.deepcopy(assertion)
    evil.remove(evil.find("ds:Signature", NAMES))
    evil.set("ID", "_evil")
    evil.find(".//saml:NameID", NAMES).text = "u-2"
    return evil


def _beside_first(root):
    good = root.find("saml:Assertion", NAMES)
    good.addprevious(_evil(good))
    return root


def _beside_last(root):
    good = root.find("saml:Assertion", NAMES)
    good.addnext(_evil(good))
    return root


def _signature_moved(root):
    """The evil assertion takes the signature; the good one hides in its Object."""
    good = root.find("saml:Assertion", NAMES)
    evil = _evil(good)
    signature = copy.deepcopy(good.find("ds:Signature", NAMES))
    good.remove(good.find("ds:Signature", NAMES))
    evil.find("saml:Issuer", NAMES).addnext(signature)
    root.replace(good, evil)
    holder = etree.SubElement(signature, f"{{{NAMES['ds']}}}Object")
    holder.append(good)
    return root


def _wrapped_in_extensions(root):
    good = root.find("saml:Assertion", NAMES)
    evil = _evil(good)
    root.replace(good, evil)
    extensions = etree.Element(f"{{{NAMES['samlp']}}}Extensions")
    extensions.append(good)
    root.find("saml:Issuer", NAMES).addnext(extensions)
    return root


def _same_id_twice(root):
    good = root.find("saml:Assertion", NAMES)
    evil = _evil(good)
    evil.set("ID", good.get("ID"))
    good.addprevious(evil)
    return root


def _inside_the_evil_one(root):
    good = root.find("saml:Assertion", NAMES)
    evil = _evil(good)
    root.replace(good, evil)
    evil.append(good)
    return root


@pytest.mark.parametrize(
    "wrap",
    [
        _beside_first, _beside_last, _signature_moved, _wrapped_in_extensions, _same_id_twice,
        _inside_the_evil_one,
    ],
)  # fmt: skip
def test_wrapped_signature_is_refused(office, idp, visitor, wrap):
    refused_root(idp, visitor, wrap)


def test_same_response_or_assertion_twice_is_refused(office, idp, visitor):
    form = idp.answer(asked(visitor))
    assert post(form).status_code == 303
    assert reason_of(post(form)) == "replayed"
    second = idp.read(asked(visitor))
    used = idp.said(second, assertion_id="_used-before")
    assert post(idp.form(second, idp.response(used))).status_code == 303
    third = idp.read(asked(visitor))
    again = idp.said(third, assertion_id="_used-before")
    assert reason_of(post(idp.form(third, idp.response(again)))) == "replayed"


def test_document_type_and_entities_are_refused(office, idp, visitor):
    request = idp.read(asked(visitor))
    text = etree.tostring(idp.response(idp.said(request))).decode()
    bomb = '<!DOCTYPE r [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>' + text
    form = {"SAMLResponse": base64.b64encode(bomb.encode()).decode(), "RelayState": request.relay_state}
    assert reason_of(post(form)) == "invalid"
    for rubbish in ("", "%%%", base64.b64encode(b"<a/>").decode(), base64.b64encode(b"no xml").decode()):
        assert reason_of(post({"SAMLResponse": rubbish, "RelayState": request.relay_state})) == "invalid"


# --- whose answer -----------------------------------------------------------------------------------


def test_answer_for_one_organisation_is_nothing_to_another(office, idp, visitor):
    form = idp.answer(asked(visitor))
    zenith = post(form, host="zenith.localhost")
    assert zenith.status_code == 403
    assert "(off)" in zenith.content.decode()
    location = post(form)["Location"]
    assert Client(HTTP_HOST="zenith.localhost").get(location).status_code == 403


def test_unasked_answer_is_refused_unless_people_may_start_there(office, idp, visitor, change):
    first = idp.read(asked(visitor))

    def unasked(relay_state):
        root = idp.response(idp.said(first, in_response_to=None))
        return {"SAMLResponse": encoded(root), "RelayState": relay_state}

    assert reason_of(post(unasked(""))) == "state"
    change(office, idp_initiated=True)
    stranger = Client(HTTP_HOST="acme.localhost")
    answer = come_back(stranger, unasked("/accounts/profile/"))
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/profile/")
    for evil in ("https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"):
        assert come_back(Client(HTTP_HOST="acme.localhost"), unasked(evil))["Location"] == "/"
    root = idp.response(idp.said(first))  # says that it answers a request, but brings no state of it
    assert reason_of(post({"SAMLResponse": encoded(root), "RelayState": "/"})) == "invalid"


def test_next_page_is_of_this_host_only(office, idp, visitor):
    form = idp.answer(asked(visitor, "https://evil.example/"))
    assert come_back(visitor, form)["Location"] == "/"


# --- signing out ------------------------------------------------------------------------------------


def test_provider_signs_somebody_out_by_a_signed_request_once(office, idp, visitor):
    come_back(visitor, idp.answer(asked(visitor)))
    query = idp.logout_request(SLO)
    answer = Client(HTTP_HOST="acme.localhost").get(f"/accounts/sso/office/slo/?{query}")
    assert answer["Location"].startswith(f"{idp.url}/slo?SAMLResponse=")
    assert idp.signature_holds(answer["Location"], SamlKey.objects.get().certificate)
    assert visitor.get("/accounts/profile/").status_code == 302
    assert reason_of(visitor.get(f"/accounts/sso/office/slo/?{query}")) == "replayed"


def test_false_sign_out_requests_end_nothing(office, idp, visitor):
    come_back(visitor, idp.answer(asked(visitor)))
    good = idp.logout_request(SLO, session="another")
    unsigned = good.split("&SigAlg")[0]
    smuggled = f"%53AMLRequest={quote_plus(_packed(idp.logout_request(SLO)))}"
    false = [
        unsigned,
        f"{good}&{smuggled}",
        idp.logout_request(SLO, issued=-60),
        idp.logout_request("https://another.example/slo"),
        SamlIdp().logout_request(SLO),
    ]
    for query in false:
        assert reason_of(Client(HTTP_HOST="acme.localhost").get(f"/accounts/sso/office/slo/?{query}"))
    stranger = Client(HTTP_HOST="acme.localhost")
    stranger.get(f"/accounts/sso/office/slo/?{good}")  # genuine, but of another session of the person
    assert visitor.get("/accounts/profile/").status_code == 200


def _packed(query):
    return parse_qs(query)["SAMLRequest"][0]


def test_we_sign_out_at_the_provider_by_a_signed_request(office, idp, visitor, change):
    change(office, sign_out_there=True)
    come_back(visitor, idp.answer(asked(visitor)))
    answer = visitor.post("/accounts/logout/")
    page = visitor.get(answer["Location"]).content.decode()
    address = page.split('href="' + idp.url)[1].split('"')[0].replace("&amp;", "&")
    assert idp.signature_holds(idp.url + address, SamlKey.objects.get().certificate)


# --- keys and metadata ------------------------------------------------------------------------------


def test_own_certificate_is_rotated_by_a_published_next_one(office, idp, visitor, administrator):
    asked(visitor)
    first = SamlKey.objects.get()
    coming = keys.key_next(by=administrator)
    page = visitor.get("/accounts/sso/office/metadata/").content
    assert page.count(b"X509Certificate>") == 4  # two, opened and closed
    assert idp.signature_holds(asked(visitor), first.certificate)
    with pytest.raises(Refused):
        keys.key_next(by=administrator)
    keys.key_use(by=administrator)
    assert idp.signature_holds(asked(visitor), coming.certificate)
    assert SamlKey.objects.get().pk == coming.pk
    keys.key_next(by=administrator)
    keys.key_drop(by=administrator)
    assert "PRIVATE" not in coming.private_key
    events = AccessLog.objects.filter(event="sso_changed", detail__what__startswith="key_")
    assert events.count() == 4


def test_key_of_one_organisation_isn_t_another_s(office, visitor):
    asked(visitor)
    with schema_context("org_zenith"):
        assert not SamlKey.objects.exists()


def test_metadata_are_read_without_document_type_and_for_one_provider(idp):
    said = metadata_read(idp.metadata().encode(), field="xml")
    assert (said.issuer, said.sso_url) == (idp.entity_id, f"{idp.url}/sso")
    assert said.certificates.count("BEGIN CERTIFICATE") == 1
    good = idp.metadata()
    wrong = [
        b"",
        b"no xml",
        b"<a/>",
        ('<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + good).encode(),
        good.replace("SingleSignOnService", "Nothing").encode(),
        good.replace(
            "<md:EntityDescriptor", '<md:EntityDescriptor validUntil="2020-01-01T00:00:00Z"'
        ).encode(),
        b"<a>" + b"x" * (1024 * 1024) + b"</a>",
    ]
    for content in wrong:
        with pytest.raises(InvalidInput) as caught:
            metadata_read(content, field="xml")
        assert caught.value.field == "xml"


def test_metadata_of_two_providers_are_refused(idp):
    both = (
        f'<md:EntitiesDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata">{idp.metadata()}'
        f"{idp.metadata()}</md:EntitiesDescriptor>"
    )
    with pytest.raises(InvalidInput):
        metadata_read(both.encode(), field="xml")


def test_relay_state_that_we_send_is_the_attempt(office, visitor):
    query = parse_qs(urlsplit(asked(visitor)).query)
    assert len(query["RelayState"][0]) <= 80  # bindings 3.4.3
