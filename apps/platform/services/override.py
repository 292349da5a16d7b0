"""The operator inside an organisation: with a reason, for a limited time, seen by everybody.

Asked for on the platform, granted by the organisation's setting or its administrator, entered by a one-time
link. Inside he is the stand-in user, whose rights come from the open visit alone: reading, unless the visit
says otherwise, and then what the apps of the records opened to him (``core.permissions.register_stand_in``).
Both logs get every step and every write. What he made to come back by ends with the visit.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from importlib import import_module
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from apps.accounts.models import SignInSession, User
from apps.accounts.selectors import OPERATOR_EMAIL, is_stand_in, users_holding
from apps.accounts.services.keys import key_revoke, keys_open
from apps.accounts.services.sessions import browser_session_start, session_end
from apps.core.access import Access
from apps.core.address import client_address
from apps.core.errors import InvalidInput, NotFound, Refused
from apps.core.locks import lock_row
from apps.core.permissions import all_permissions, stand_in_permissions
from apps.core.platform_log import platform_log
from apps.core.tenant import current_organisation, organisation_context, public_context
from apps.core.visits import Visit
from apps.messaging.services.notifications import lazy_text, notify
from apps.platform.choices import OverrideState
from apps.platform.models import Override
from apps.platform.services.audit import organisation_entry
from apps.platform.services.sign_up import organisation_link
from apps.tenancy.choices import OperatorAccess, OrganisationState
from apps.tenancy.models import Organisation

SESSION_KEY = "bahi_override"
LINK_LASTS = timedelta(minutes=10)
EVENT = "platform.operator"
FORBIDDEN = "forbidden_by_organisation"
LIVE = (OverrideState.ASKED, OverrideState.GRANTED, OverrideState.OPEN)


# --- on the platform ------------------------------------------------------------------------------


def override_ask(
    organisation: Organisation, *, by: User, reason: str, minutes: int = 60, may_write: bool = False
) -> Override:
    """Ask to enter. Raises InvalidInput (reason, minutes), Refused (forbidden, or not open)."""
    organisation = Organisation.objects.get(pk=organisation.pk)
    if len(reason.strip()) < 5:
        raise InvalidInput(_("Please give a reason that the organisation can understand."), field="reason")
    if not 5 <= minutes <= 240:
        raise InvalidInput(_("Between 5 and 240 minutes."), field="minutes")
    if organisation.state != OrganisationState.ACTIVE:
        raise Refused(_("Only an active organisation can be entered."), code="invalid_transition")
    if organisation.operator_access == OperatorAccess.FORBID:
        raise Refused(_("This organisation does not let the operator in."), code=FORBIDDEN)
    asks = organisation.operator_access == OperatorAccess.ASK
    with public_context(), transaction.atomic():
        visit = Override.objects.create(
            organisation=organisation,
            operator_id=by.pk,
            operator=str(by)[:200],
            reason=reason.strip()[:300],
            minutes=minutes,
            may_write=may_write,
            state=OverrideState.ASKED if asks else OverrideState.GRANTED,
        )
        _log(visit, "override_asked")
    if asks:
        _tell(visit, gettext_lazy("The platform's operator asks to enter"))
    return visit


@contextmanager
def forbidden_kept(organisation: Organisation, *, reason: str) -> Iterator[None]:
    """Around a surface's asking: that the organisation didn't let the operator in stays in the log, although
    the refusal takes back what was written in its transaction."""
    try:
        yield
    except Refused as error:
        if error.code == FORBIDDEN:
            platform_log("override_forbidden", organisation=organisation, reason=reason.strip()[:300])
        raise


def override_link(visit: Override, *, by: User) -> str:
    """The token of a link that opens the organisation once, within ten minutes. Raises Refused."""
    with public_context(), transaction.atomic():
        row = lock_row(Override, visit.pk)
        if row.state != OverrideState.GRANTED or row.operator_id != by.pk:
            raise Refused(_("This visit can't be opened."), code="invalid_transition")
        token = secrets.token_urlsafe(32)
        row.token_hash, row.link_until = _hash(row, token), timezone.now() + LINK_LASTS
        row.save(update_fields=["token_hash", "link_until"])
    return token


def override_address(visit: Override, token: str) -> str:
    """The link to open in a browser, on the organisation's own host."""
    return f"{organisation_link(visit.organisation)}organisation/override/{token}/"


def override_decide(visit: Override, *, granted: bool, by: User) -> Override:
    """An administrator of the organisation answers. Raises Refused when it was answered already."""
    with public_context(), transaction.atomic():
        row = lock_row(Override, visit.pk)
        if row.state != OverrideState.ASKED:
            raise Refused(_("This was answered already."), code="invalid_transition")
        row.state = OverrideState.GRANTED if granted else OverrideState.REFUSED
        row.decided_by = f"{by.name} <{by.email}>"[:200]
        row.save(update_fields=["state", "decided_by"])
        _log(row, "override_granted" if granted else "override_refused", decided_by=row.decided_by)
    return row


# --- inside the organisation ----------------------------------------------------------------------


def override_find(token: str) -> Override | None:
    """The visit that a link opens in the organisation in use; None when it is used, late or another's."""
    organisation = current_organisation()
    granted = Override.objects.filter(
        organisation_id=organisation.pk, state=OverrideState.GRANTED, link_until__gt=timezone.now()
    )
    for visit in granted:
        if secrets.compare_digest(visit.token_hash, _hash(visit, token)):
            return visit
    return None


def override_enter(token: str, *, request: Any) -> Override:
    """Sign this browser in as the operator. Raises NotFound when the link is no longer good."""
    found = override_find(token)
    if found is None:
        raise NotFound(_("This link was used already or has expired."))
    if current_organisation().operator_access == OperatorAccess.FORBID:
        raise Refused(_("This organisation does not let the operator in."), code=FORBIDDEN)
    with transaction.atomic():
        visit = lock_row(Override, found.pk)
        if visit.state != OverrideState.GRANTED or visit.token_hash != found.token_hash:
            raise NotFound(_("This link was used already or has expired."))
        browser_session_start(request, stand_in(), proven=False)  # nobody proved himself here
        now = timezone.now()
        visit.state, visit.token_hash = OverrideState.OPEN, ""
        visit.entered_at, visit.expires_at = now, now + timedelta(minutes=visit.minutes)
        visit.session_key, visit.address = request.session.session_key or "", client_address(request)
        visit.save()
        request.session[SESSION_KEY] = visit.pk
        request.session.set_expiry(visit.minutes * 60)
        _log(visit, "override_entered", address=visit.address)
        organisation_entry(
            request=request, label=label_of(visit), action="entered", reason=visit.reason,
            minutes=visit.minutes, may_write=visit.may_write,
        )  # fmt: skip
        _notify(visit, gettext_lazy("The platform's operator is inside"))
    return visit


def stand_in() -> User:
    """The user that stands for the operator in this organisation: no password, no role, in no list."""
    user = User.objects.filter(email=OPERATOR_EMAIL).first()
    if user is None:
        user = User(email=OPERATOR_EMAIL, name="Platform operator")
        user.set_unusable_password()
        user.save()
    return user


def override_current(request: Any) -> Override | None:
    """The open visit of this browser session, in time; None for everybody else (at no cost)."""
    pk = request.session.get(SESSION_KEY) if request.user.is_authenticated else None
    return _open(pk, current_organisation().pk) if pk else None


def _open(pk: int, organisation_id: int) -> Override | None:
    return Override.objects.filter(
        pk=pk, organisation_id=organisation_id, state=OverrideState.OPEN, expires_at__gt=timezone.now()
    ).first()


def visit_of(pk: int, user: Any) -> Visit | None:
    """For ``core.visits``: an open visit of the organisation in use, and only to its stand-in."""
    found = _open(pk, current_organisation().pk) if is_stand_in(user) else None
    return Visit(label_of(found), access_of_visit(found, user)) if found else None


def access_of_visit(visit: Override, user: User) -> Access:
    """What the operator may: see everything, and with writing what was opened to him, code by code."""
    codes = {code for code in all_permissions() if code.split(".", 1)[1].startswith("view_")}
    if visit.may_write:
        codes |= stand_in_permissions()
    return Access(user_id=user.pk, permissions=frozenset(codes))


def label_of(visit: Override) -> str:
    return f"{visit.operator} (platform operator)"


def override_end(visit: Override, *, why: str, by: str = "") -> None:
    """End a visit, asked for or open: its browser is signed out at once. Ended twice is ended once."""
    with public_context(), transaction.atomic():
        row = lock_row(Override, visit.pk)
        if row.state not in LIVE:
            return
        was_open = row.state == OverrideState.OPEN
        row.state, row.ended_at, row.ended_why, row.token_hash = OverrideState.ENDED, timezone.now(), why, ""
        row.save(update_fields=["state", "ended_at", "ended_why", "token_hash"])
        _log(row, "override_ended", why=why, by=by)
    if was_open:
        with organisation_context(row.organisation.schema_name), transaction.atomic():
            for session in SignInSession.objects.filter(session_key=row.session_key, ended_at=None):
                session_end(session, why="override", by=by or row.operator)
            for key in keys_open(stand_in()):
                key_revoke(key, by=None)
            organisation_entry(request=None, label=label_of(row), action="left", why=why)


def overrides_expire() -> int:
    """End the visits whose time is over, and those that nobody took up within a day."""
    now = timezone.now()
    over = Override.objects.filter(state=OverrideState.OPEN, expires_at__lte=now)
    stale = Override.objects.filter(
        state__in=(OverrideState.ASKED, OverrideState.GRANTED), created_at__lt=now - timedelta(days=1)
    )
    due = [*over.select_related("organisation"), *stale.select_related("organisation")]
    for visit in due:
        override_end(visit, why="time")
    return len(due)


def operator_inside(request: Any, organisation: Any) -> bool:
    """For maintenance: is this browser an operator's, on his way in or inside? No session is loaded yet."""
    if request.path.startswith(("/organisation/override/", "/organisation/look")):
        return True
    key = request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")
    if not key:
        return False
    with organisation_context(organisation.schema_name):
        pk = import_module(settings.SESSION_ENGINE).SessionStore(key).get(SESSION_KEY)
        return bool(pk and _open(pk, organisation.pk))


# --- logs and news --------------------------------------------------------------------------------


def _log(visit: Override, action: str, **detail: Any) -> None:
    platform_log(action, organisation=visit.organisation, operator=visit.operator, reason=visit.reason,
                 visit=visit.pk, **detail)  # fmt: skip


def write_log(visit: Override, request: Any, status: int) -> None:
    """One action inside, in both logs."""
    detail = {"method": request.method, "path": request.path[:300], "status": status}
    organisation_entry(request=request, label=label_of(visit), action="did", **detail)
    platform_log(
        "override_did", organisation=visit.organisation, operator=visit.operator, visit=visit.pk, **detail
    )


def administrators() -> list[User]:
    """Who runs the organisation in use."""
    return list(users_holding("*"))


def _tell(visit: Override, title: Any) -> None:
    with organisation_context(visit.organisation.schema_name), transaction.atomic():
        _notify(visit, title)


def _notify(visit: Override, title: Any) -> None:
    text = lazy_text(
        gettext_noop("%(who)s: %(why)s (%(n)d minutes)"),
        who=visit.operator,
        why=visit.reason,
        n=visit.minutes,
    )
    notify(
        administrators(), event=EVENT, title=title, text=text, url="/organisation/operator/", tone="warning"
    )


def _hash(visit: Override, token: str) -> str:
    return hashlib.sha256(f"override:{visit.organisation_id}:{visit.pk}:{token}".encode()).hexdigest()
