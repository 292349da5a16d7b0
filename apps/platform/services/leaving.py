"""An organisation leaves: its administrator schedules the deletion, and may take it back for thirty days.

The deletion itself is the platform's: the life cycle closes the organisation at once, and after the thirty
days makes a last backup, removes everything and keeps a signed record.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.choices import AccessEvent
from apps.accounts.models import User
from apps.accounts.services.access_log import access_log_write
from apps.backup.models import DataExport
from apps.backup.targets import Stored
from apps.core.errors import InvalidInput, NotAllowed, NotFound
from apps.core.formats import show_date
from apps.core.mailing import mail_send
from apps.core.platform_log import platform_log
from apps.core.tenant import public_context
from apps.platform.permissions import LEAVE
from apps.platform.services.override import administrators
from apps.tenancy.choices import OrganisationState
from apps.tenancy.hosts import link_base
from apps.tenancy.lifecycle import organisation_step
from apps.tenancy.models import Organisation

FRESH = timedelta(days=1)


def copy_is_fresh(backups: list[Stored]) -> bool:
    """Whether the newest of its backups, or a whole export, is of the last day."""
    since = timezone.now() - FRESH
    return bool(backups and backups[0].at > since) or DataExport.objects.filter(ready_at__gt=since).exists()


def leaving_ask(organisation: Organisation, *, typed: str, by: Any, request: Any = None) -> None:
    """Schedule the deletion; the organisation is closed when the transaction commits.

    Raises NotAllowed, InvalidInput naming ``name`` when its name wasn't typed, Refused by the life cycle.
    Administrators get the link that takes it back, operators are told; both by mail that doesn't wait for
    the organisation's own queue, which rests from now on.
    """
    if by is None or not by.access.has(LEAVE):
        raise NotAllowed(_("You may not delete this organisation."))
    if _plain(typed) != _plain(organisation.name):
        raise InvalidInput(_("Type the name exactly as it stands above."), field="name", code="mismatch")
    told = [user.email for user in administrators()]
    access_log_write(AccessEvent.PLATFORM, request=request, user=by, detail={"action": "deletion_asked"})
    organisation_step(organisation, "schedule")
    _tell(organisation, by=str(by), to=told, link=True)
    _tell(organisation, by=str(by), to=_operators(), link=False)


def leaving_link(organisation: Organisation) -> str:
    """The address that takes this deletion back, on the organisation's own host (it is in use); of no use for
    a later one."""
    return f"{link_base()}/organisation/keep/{_signer().sign(_what(organisation))}/"


def leaving_find(organisation: Organisation | None, token: str) -> Organisation:
    """The organisation, fresh, if the link is of its deletion and in time. Raises NotFound."""
    with public_context():
        row = Organisation.objects.filter(pk=organisation.pk).first() if organisation else None
    try:
        what = _signer().unsign(token)
    except BadSignature:
        what = ""
    if row is None or row.state != OrganisationState.SCHEDULED or what != _what(row):
        raise NotFound(_("This link is no longer good."))
    return row


def leaving_undo(organisation: Organisation, token: str) -> Organisation:
    """Open the organisation again, as it was before. Raises NotFound and what the life cycle refuses."""
    row = leaving_find(organisation, token)
    with public_context(), transaction.atomic():
        organisation_step(row, "undo")
        platform_log("deletion_taken_back", organisation=row, by="link")
        subject = _("%(name)s is not deleted") % {"name": row.name}
        text = _("The deletion of %(name)s was taken back.") % {"name": row.name}
        _mail(_operators(), subject, text)
    return row


def _tell(organisation: Organisation, *, by: str, to: Iterable[str], link: bool) -> None:
    subject = _("%(name)s will be deleted") % {"name": organisation.name}
    values = {"who": by, "name": organisation.name, "day": show_date(organisation.delete_after)}
    text = _(
        "%(who)s asked to delete %(name)s. It is closed from now on. After %(day)s a last backup is made and "
        "everything is removed."
    )
    parts = [text % values]
    if link:
        parts += [
            _("Until then this link opens it again, with everything in it:"),
            leaving_link(organisation),
        ]
    _mail(to, subject, "\n\n".join(parts) + "\n")


def _mail(to: Iterable[str], subject: str, text: str) -> None:
    with public_context():
        for address in to:
            mail_send(to=address, subject=subject, text=text)


def _operators() -> list[str]:
    with public_context():
        rows = User.objects.filter(is_superuser=True, is_active=True, deleted_at=None)
        return list(rows.values_list("email", flat=True))


def _what(organisation: Organisation) -> str:
    after = organisation.delete_after
    return f"{organisation.pk}.{int(after.timestamp()) if after else 0}"


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


def _signer() -> Signer:
    return Signer(salt="platform.leaving", sep="~")
