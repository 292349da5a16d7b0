"""Somebody asks to be let in: form, proved address, decision, invitation.

Nobody learns from the answers which address is known.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from apps.accounts.models import User
from apps.accounts.selectors import users_holding
from apps.core.actor import current_actor
from apps.core.address import client_address
from apps.core.errors import InvalidInput, Refused
from apps.core.locks import lock_row
from apps.core.mailing import mail_send
from apps.core.tenant import current_organisation, current_schema
from apps.core.typed_settings import setting
from apps.core.validation import clean_instance
from apps.customer_portal.choices import RequestState, Sees
from apps.customer_portal.models import PortalRequest
from apps.customer_portal.services.members import member_invite
from apps.messaging.services.notifications import lazy_text, notify
from apps.parties.models import Party
from apps.tenancy.hosts import link_base

CONFIRM_WITHIN = timedelta(hours=48)
A_DAY_BY_ADDRESS, A_DAY_BY_EMAIL = 10, 3
MAY_DECIDE = "customer_portal.decide_request"
# Domains of mail for everybody: an address there proves nothing about a firm.
COMMON_DOMAINS = frozenset(
    (
        "gmail.com", "googlemail.com", "yahoo.com", "yahoo.co.in", "yahoo.in", "ymail.com", "outlook.com",
        "hotmail.com", "live.com", "msn.com", "rediffmail.com", "icloud.com", "me.com", "proton.me",
        "protonmail.com", "zoho.com", "zohomail.in", "aol.com", "gmx.com", "mail.com", "yandex.com",
        "indiatimes.com", "sify.com",
    )
)  # fmt: skip
_SUBJECTS = {
    "confirm": gettext_lazy("Confirm your e-mail address for %(name)s"),
    "known": gettext_lazy("You can sign in at %(name)s already"),
    "refused": gettext_lazy("Your registration at %(name)s"),
}


def registration_is_open() -> bool:
    return bool(setting("customer_portal.self_registration"))


def request_ask(*, request: Any, values: dict[str, str]) -> None:
    """Keep the wish and mail the link that proves the address. The answer is the same for every address.

    Raises InvalidInput (name, firm, email that is none), Refused: closed, or too many from here today.
    Must run in a transaction.
    """
    if not registration_is_open():
        raise Refused(_("Registration is closed."), code="closed")
    email, address = values["email"].strip().lower(), client_address(request)
    token = secrets.token_urlsafe(32)
    row = PortalRequest(**{**values, "email": email}, address=address, token_hash=_hash(token))
    clean_instance(row)
    _not_too_often(address)
    enough = _mailed_enough(email)
    row.save()  # whatever the address is, so that the limits tell nothing about it
    if enough or not _domain_allowed(email):
        return
    if User.objects.filter(email=email, deleted_at=None).exists():
        _mail("known", email, row.language, f"{link_base(request)}{reverse('login')}", row)
        return
    path = reverse("portal_join_confirm", args=[token])
    _mail("confirm", email, row.language, f"{link_base(request)}{path}", row)


def _not_too_often(address: str) -> None:
    if _since().filter(address=address).count() >= A_DAY_BY_ADDRESS:
        raise Refused(_("Too many registrations from here today."), code="throttled")


def _mailed_enough(email: str) -> bool:
    return _since().filter(email=email).count() >= A_DAY_BY_EMAIL


def _since() -> Any:
    return PortalRequest.objects.filter(created_at__gt=timezone.now() - timedelta(days=1))


def _domain_allowed(email: str) -> bool:
    allowed = {line.strip().lower().lstrip("@") for line in setting("customer_portal.domains").split("\n")}
    allowed.discard("")
    return not allowed or email.rpartition("@")[2] in allowed


def _hash(token: str) -> str:
    """Bound to the organisation, so that a token of one is unknown in every other."""
    return hashlib.sha256(f"portal-request:{current_schema()}:{token}".encode()).hexdigest()


def request_find(token: str) -> PortalRequest | None:
    """The wish of this link while it may be confirmed."""
    fresh = timezone.now() - CONFIRM_WITHIN
    rows = PortalRequest.objects.filter(
        token_hash=_hash(token), state=RequestState.UNVERIFIED, created_at__gt=fresh
    )
    return rows.first()


def request_confirm(token: str, *, request: Any = None) -> PortalRequest:
    """The address is proved. A known firm's person is invited at once where no approval is needed and the
    operator never changed the firm; everybody else waits and whoever decides is told.

    Raises InvalidInput for a used or old link. In a transaction.
    """
    found = request_find(token)
    row = lock_row(PortalRequest, found.pk) if found else None
    if row is None or row.state != RequestState.UNVERIFIED or not registration_is_open():
        raise InvalidInput(
            _("This link was used already or has expired. Please ask for a new one."),
            field="token",
            code="link_expired",
        )
    row.verified_at, row.state = timezone.now(), RequestState.WAITING
    row.party = party_of_address(row.email)
    row.save()
    if row.party is not None and not setting("customer_portal.approval") and not _by_operator(row.party):
        return _approved(row, row.party, Sees.OWN, by=None, request=request)
    _tell_deciders(row)
    return row


def _by_operator(party: Party) -> bool:
    """Whether the platform's operator changed this party on a visit: then somebody of the organisation looks
    first, or he could enter his own address there and come back by it."""
    return party.history.filter(actor_kind="operator").exists()


def party_of_address(email: str) -> Party | None:
    """The one party whose own address or contact this is, else the only one whose people have this domain."""
    live = Party.objects.filter(deleted_at=None, active=True).filter(Q(is_customer=True) | Q(is_vendor=True))
    exact = live.filter(Q(email__iexact=email) | Q(contacts__email__iexact=email)).distinct()[:2]
    if exact:
        return exact[0] if len(exact) == 1 else None
    domain = email.rpartition("@")[2]
    if domain in COMMON_DOMAINS:
        return None
    ending = f"@{domain}"
    rows = live.filter(Q(email__iendswith=ending) | Q(contacts__email__iendswith=ending)).distinct()[:2]
    return rows[0] if len(rows) == 1 else None


def request_approve(
    row: PortalRequest, *, party: Party | None = None, sees: str = Sees.FIRM, by: Any, request: Any = None
) -> PortalRequest:
    """Let the person in as one of ``party`` (none: the one that was found). Raises InvalidInput, Refused."""
    row = _waiting(row)
    party = party or row.party
    if party is None:
        raise InvalidInput(_("Choose the party that this person belongs to."), field="party", code="required")
    return _approved(row, party, sees, by=by, request=request)


def _approved(row: PortalRequest, party: Party, sees: str, *, by: Any, request: Any) -> PortalRequest:
    _decide(row, RequestState.APPROVED)
    row.party = party
    row.save()
    member_invite(
        party=party, email=row.email, name=row.name, sees=sees, language=row.language, by=by, request=request
    )
    return row


def request_refuse(row: PortalRequest, *, reason: str, by: Any) -> PortalRequest:
    """Say no; the person gets a mail with the reason. Raises InvalidInput, Refused."""
    reason = " ".join(str(reason or "").split())[:300]
    if not reason:
        raise InvalidInput(_("Please give a reason."), field="reason", code="required")
    row = _waiting(row)
    _decide(row, RequestState.REFUSED)
    row.reason = reason
    row.save()
    _mail("refused", row.email, row.language, "", row)
    return row


def _waiting(row: PortalRequest) -> PortalRequest:
    locked = lock_row(PortalRequest, row.pk)
    if locked.state != RequestState.WAITING:
        raise Refused(_("This registration doesn't wait for a decision."), code="invalid_transition")
    return locked


def _decide(row: PortalRequest, state: str) -> None:
    row.state, row.decided_at, row.decided_by = state, timezone.now(), current_actor().label[:200]


def _tell_deciders(row: PortalRequest) -> None:
    notify(
        users_holding(MAY_DECIDE),
        event="portal.registration",
        title=lazy_text(gettext_lazy("%(who)s of %(firm)s asks for the portal"), who=row.name, firm=row.firm),
        text=row.email,
        url=reverse("portal_request", args=[row.pk]),
        tone="warning",
    )


def _mail(name: str, to: str, language: str, link: str, row: PortalRequest) -> None:
    organisation = current_organisation()
    with override(language if language in dict(settings.LANGUAGES) else "en"):
        context = {
            "row": row,
            "url": link,
            "organisation": organisation,
            "hours": int(CONFIRM_WITHIN.total_seconds() // 3600),
        }
        mail_send(
            to=to,
            subject=str(_SUBJECTS[name]) % {"name": organisation.name},
            text=render_to_string(f"customer_portal/mail/{name}.txt", context),
        )


def requests_clean() -> int:
    """Forget wishes whose address nobody proved in time, and decided ones past their keeping (DPDP Act 2023,
    s.8(7): their purpose is served). Returns how many."""
    now = timezone.now()
    late = Q(state=RequestState.UNVERIFIED, created_at__lt=now - 2 * CONFIRM_WITHIN)
    served = Q(
        state__in=(RequestState.APPROVED, RequestState.REFUSED),
        decided_at__lt=now - timedelta(days=setting("customer_portal.request_days")),
    )
    return PortalRequest.objects.filter(late | served).delete()[0]
