"""Reads of the portal: who is here, which sections are open to him, what is his own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core.cache import cache
from django.db import models
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext as _

from apps.core.access import may
from apps.core.errors import NotFound
from apps.core.formats import show_money
from apps.core.scope import kind_of
from apps.core.typed_settings import settings_of
from apps.customer_portal.choices import MemberState, Sees, Side
from apps.customer_portal.models import PortalFirm, PortalMember
from apps.customer_portal.registry import Account, Section, account, sections

_IN_USE, IN_USE_SECONDS = "customer_portal_in_use", 60
_OWN_SQL = """
WITH RECURSIVE own AS (
    SELECT s.target_kind AS kind, s.target_id AS id FROM customer_portal_portalshare s
    JOIN customer_portal_portalmember m ON m.id = s.member_id WHERE m.user_id = %s
    UNION
    SELECT l.target_kind, l.target_id FROM documents_documentlink l
    JOIN own ON l.source_kind = own.kind AND l.source_id = own.id
) SELECT id FROM own WHERE kind = %s
"""
_NAMES = tuple(
    f"customer_portal.{name}"
    for name in ("features", "colleagues", "welcome", "support_email", "support_phone")
)


@dataclass(frozen=True)
class Visit:
    """A person of a customer or vendor, and what the portal shows him. ``account``: statement and balance."""

    member: PortalMember
    sections: tuple[Section, ...]
    account: Account | None
    may_invite: bool
    welcome: str
    support_email: str
    support_phone: str

    @property
    def party(self) -> Any:
        return self.member.party

    @property
    def whole(self) -> bool:
        return self.member.sees == Sees.FIRM

    def section(self, key: str) -> Section:
        """The open section of this key. Raises NotFound: unknown, switched off, or of the other side."""
        found = next((item for item in self.sections if item.key == key), None)
        if found is None:
            raise NotFound(_("Not found."))
        return found


def visit_of(user: Any) -> Visit:
    """What the portal shows this person: three queries. Raises NotFound for anybody else."""
    member = (
        PortalMember.objects.select_related("party", "user")
        .filter(user_id=getattr(user, "pk", None), state=MemberState.ACTIVE)
        .first()
    )
    if member is None or not user.is_portal:
        raise NotFound(_("Not found."))
    return _visit(member, user, _firm_of(member.party_id))


def _firm_of(party_id: int) -> PortalFirm | None:
    return PortalFirm.objects.filter(party_id=party_id).first()


def _visit(member: PortalMember, user: Any, firm: PortalFirm | None) -> Visit:
    """Raises NotFound where the portal is closed for the firm."""
    if firm is not None and firm.closed:
        raise NotFound(_("Not found."))
    asked = settings_of(_NAMES)
    features = set(firm.features if firm and firm.own_features else asked["customer_portal.features"])
    whole = member.sees == Sees.FIRM
    return Visit(
        member=member,
        sections=tuple(s for s in sections() if _open(s, user, member.party, features)),
        account=_account_of(user, features) if whole else None,
        may_invite=whole and asked["customer_portal.colleagues"],
        welcome=asked["customer_portal.welcome"],
        support_email=asked["customer_portal.support_email"],
        support_phone=asked["customer_portal.support_phone"],
    )


def _open(section: Section, user: Any, party: Any, features: set[str]) -> bool:
    sided = party.is_vendor if section.side == Side.VENDOR else party.is_customer
    return sided and section.switch in features and may(user, section.permission)


def _account_of(user: Any, features: set[str]) -> Account | None:
    found = account()
    if found is None or "statement" not in features or not may(user, found.permission):
        return None
    return found


def record_of(visit: Visit, section: Section, pk: int) -> Any:
    """The record, if this person may see it. Raises NotFound."""
    record = section.rows(visit.member.user).filter(pk=pk).first() if 0 < pk < 2**63 else None
    if record is None:
        raise NotFound(_("Not found."))
    return record


def cards_of(visit: Visit) -> list[dict[str, Any]]:
    """What waits for this person: one count for each part of a list that wants attention."""
    return [
        {"section": section, "part": part, "count": part.apply(section.rows(visit.member.user)).count()}
        for section in visit.sections
        for part in section.filters
        if part.attention
    ]


def balances_of(visit: Visit) -> list[dict[str, Any]]:
    """What the firm owes by currency (negative: it has a credit); empty without the account."""
    if visit.account is None:
        return []
    return [
        {"currency": code, "amount": amount, "shown": show_money(abs(amount), code), "credit": amount < 0}
        for code, amount in visit.account.balances(visit.party)
    ]


def own_documents(model: type[models.Model], user_id: int) -> Any:
    """Ids of the documents of a kind that are this person's own, or came of those; for the scope."""
    return RawSQL(_OWN_SQL, [user_id, kind_of(model)])  # noqa: S611 - a constant statement, values are parameters


def portal_in_use() -> bool:
    """Whether any customer or vendor comes here; kept for a minute, forgotten when somebody joins."""
    known = cache.get(_IN_USE)
    if known is None:
        known = PortalMember.objects.filter(state=MemberState.ACTIVE).exists()
        cache.set(_IN_USE, known, IN_USE_SECONDS)
    return bool(known)


def portal_in_use_forget() -> None:
    cache.delete(_IN_USE)


def colleagues(visit: Visit) -> list[PortalMember]:
    """The people of the same firm, those who ended last."""
    rows = PortalMember.objects.filter(party_id=visit.member.party_id).select_related("user")
    return sorted(rows, key=lambda row: (row.state == MemberState.ENDED, row.user.name.casefold()))


def colleague_of(visit: Visit, pk: int) -> PortalMember:
    """Somebody of the same firm. Raises NotFound."""
    row = PortalMember.objects.filter(pk=pk, party_id=visit.member.party_id).first()
    if row is None:
        raise NotFound(_("Not found."))
    return row


def members_for(record: Any) -> list[PortalMember]:
    """Active people who may see the record and whose portal shows its kind; for announcements."""
    rows = PortalMember.objects.filter(
        party_id=record.party_id, state=MemberState.ACTIVE, user__is_active=True
    ).select_related("party", "user")
    firm = _firm_of(record.party_id)
    return [row for row in rows if _sees(row, firm, record)]


def _sees(member: PortalMember, firm: PortalFirm | None, record: Any) -> bool:
    try:
        visit = _visit(member, member.user, firm)
    except NotFound:
        return False
    section = next((item for item in visit.sections if item.model is type(record)), None)
    return section is not None and section.rows(member.user).filter(pk=record.pk).exists()
