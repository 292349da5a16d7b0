"""People of customers and vendors: invited, active, ended; and which documents are their own."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.services.factors import factors_reset
from apps.accounts.services.passwords import invitation_send
from apps.accounts.services.portal_people import portal_user_end, portal_user_make
from apps.core.errors import InvalidInput, NotAllowed, Refused
from apps.core.locks import lock_row
from apps.core.scope import kind_of, record_open_or_refuse, scope_of
from apps.customer_portal.choices import MemberState, Sees
from apps.customer_portal.models import PortalMember, PortalShare
from apps.customer_portal.selectors import Visit, portal_in_use_forget
from apps.documents.services.timeline import timeline_add
from apps.parties.models import Party


def member_invite(
    *,
    party: Party,
    email: str,
    name: str,
    sees: str = Sees.FIRM,
    language: str = "",
    by: Any,
    request: Any = None,
) -> PortalMember:
    """Invite a person of the party by mail (a link that works once). Raises InvalidInput; NotAllowed: ``by``
    was only given to see the party, and whoever is invited sees its documents.

    Must run in a transaction. ``by`` may be a colleague of the same firm: the caller has checked it.
    """
    if by is not None:
        record_open_or_refuse(party, by)
    member = _made(party, email=email, name=name, sees=sees, language=language, by=by)
    told = {"who": member.user.name, "mail": member.user.email}
    timeline_add(party, "portal_invited", text=_("%(who)s (%(mail)s) was invited to the portal") % told)
    invitation_send(user=member.user, by=by, request=request)
    return member


def member_enter(
    *, party: Party, email: str, name: str, password: str, sees: str = Sees.FIRM
) -> PortalMember:
    """Enter a person who comes in at once with this password, without mails. Raises InvalidInput."""
    member = _made(party, email=email, name=name, sees=sees)
    member.user.set_password(password)
    member.user.save()
    member_activate(member.user_id)
    return member


def _made(
    party: Party, *, email: str, name: str, sees: str, language: str = "", by: Any = None
) -> PortalMember:
    """The person of the party, invited. Raises InvalidInput."""
    if sees not in Sees.values:
        raise InvalidInput(_("This is not one of the choices."), field="sees", code="invalid_choice")
    if not (party.is_customer or party.is_vendor) or party.deleted_at is not None:
        raise InvalidInput(_("This party is neither customer nor vendor."), field="party")
    user = portal_user_make(email=email, name=name, language=language or party.language or "en")
    member = PortalMember.objects.filter(user=user).first() or PortalMember(user=user)
    if member.party_id not in (None, party.pk):
        member.shares.all().delete()  # somebody who changed firms brings nothing along
    member.party, member.sees, member.state = party, sees, MemberState.INVITED
    member.invited_by, member.ended_at, member.active_at = by, None, None
    member.save()
    return member


def member_invite_again(member: PortalMember, *, by: Any, request: Any = None) -> PortalMember:
    """A new link for somebody who hasn't come yet; the old one ends. Raises Refused."""
    row = lock_row(PortalMember, member.pk)
    if row.state != MemberState.INVITED:
        raise Refused(_("Only somebody who hasn't come yet is invited again."), code="invalid_transition")
    invitation_send(user=row.user, by=by, request=request)
    return row


def member_activate(user_id: int) -> None:
    """The invitation was accepted."""
    row = PortalMember.objects.filter(user_id=user_id, state=MemberState.INVITED).first()
    if row is not None:
        row.state, row.active_at = MemberState.ACTIVE, timezone.now()
        row.save()
        transaction.on_commit(portal_in_use_forget)
        timeline_add(row.party, "portal_joined", text=_("%(who)s came to the portal") % {"who": row.user})


def member_end(member: PortalMember, *, by: Any) -> PortalMember:
    """End a person's access at once: signed out everywhere, no link works any more. Raises Refused."""
    row = lock_row(PortalMember, member.pk)
    if row.state == MemberState.ENDED:
        raise Refused(_("The access of this person has ended already."), code="invalid_transition")
    if by is not None and row.user_id == by.pk:
        raise Refused(_("You can't end your own access."), code="own_rights")
    row.state, row.ended_at = MemberState.ENDED, timezone.now()
    row.save()
    portal_user_end(row.user, by=by)
    text = _("The access of %(who)s to the portal ended") % {"who": row.user}
    timeline_add(row.party, "portal_ended", text=text)
    return row


def member_factors_reset(member: PortalMember, *, by: Any, request: Any = None) -> PortalMember:
    """Help a person who lost his second factor: it goes, every sign-in ends, he is told by mail.

    Raises Refused (whose access has ended), NotAllowed. The caller has asked ``by`` for a fresh proof.
    """
    if member.state == MemberState.ENDED:
        raise Refused(_("The access of this person has ended already."), code="invalid_transition")
    factors_reset(user=member.user, by=by, request=request)
    text = _("The second factor of %(who)s was removed") % {"who": member.user}
    timeline_add(member.party, "portal_factor_reset", text=text)
    return member


def member_sees(member: PortalMember, *, sees: str, by: Any) -> PortalMember:
    """Let a person see all of his firm, or his own documents only. Raises InvalidInput."""
    if sees not in Sees.values:
        raise InvalidInput(_("This is not one of the choices."), field="sees", code="invalid_choice")
    row = lock_row(PortalMember, member.pk)
    row.sees = sees
    row.save()
    return row


def colleague_invite(visit: Visit, values: dict[str, Any], *, request: Any = None) -> PortalMember:
    """Invite somebody of one's own firm. Raises NotAllowed, InvalidInput. Must run in a transaction."""
    _may_look_after(visit)
    return member_invite(
        party=visit.party,
        email=values["email"],
        name=values["name"],
        sees=values["sees"],
        language=values.get("language") or "",
        by=visit.member.user,
        request=request,
    )


def colleague_end(visit: Visit, member: PortalMember) -> PortalMember:
    """End the access of somebody of one's own firm. Raises NotAllowed, Refused."""
    _may_look_after(visit)
    return member_end(member, by=visit.member.user)


def _may_look_after(visit: Visit) -> None:
    if not visit.may_invite:
        raise NotAllowed(_("You may not do this."))


def document_share(member: PortalMember, record: Any, *, by: Any) -> None:
    """Make a document a person's own. Raises InvalidInput: it is of another party, or has none; NotAllowed:
    ``by`` was only given to see it."""
    if not scope_of(type(record)).party or getattr(record, "party_id", None) != member.party_id:
        raise InvalidInput(_("This document is not of this person's firm."), field="target")
    record_open_or_refuse(record, by)
    _share([member], kind_of(record), record.pk)
    timeline_add(record, "portal_shared", text=_("Shared with %(who)s") % {"who": member.user})


def shares_of_mail(addresses: tuple[str, ...], target_kind: str, target_id: int) -> None:
    """A document that was mailed to a person is his own."""
    wanted = [address.strip().lower() for address in addresses]
    members = list(PortalMember.objects.filter(user__email__in=wanted).exclude(state=MemberState.ENDED))
    _share(members, target_kind, target_id)


def _share(members: list[PortalMember], kind: str, pk: int) -> None:
    if members:
        PortalShare.objects.bulk_create(
            [PortalShare(member=member, target_kind=kind, target_id=pk) for member in members],
            ignore_conflicts=True,
        )
