"""What every page shows of the platform: the operator's banner, announcements, the look of sign-in pages."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from apps.backup.services.running import backup_late
from apps.core.access import may
from apps.core.tenant import current_organisation, is_public
from apps.platform.services.announcements import announcements_for
from apps.platform.services.look import look_now
from apps.platform.services.profile import PARTS


def platform_shell(request: HttpRequest) -> dict[str, Any]:
    """Lazy, so that a template that shows none of it asks nothing."""
    look, brand = SimpleLazyObject(look_now), brand_of(None if is_public() else current_organisation())
    return {
        "override": getattr(request, "override", None),
        "announcements": SimpleLazyObject(lambda: _announcements(request)),
        "sign_in_look": look,
        "sign_in_logo": SimpleLazyObject(lambda: _sign_in_logo(look, brand["logo"])),
        "brand": brand,
        "backup_late": SimpleLazyObject(lambda: _backup_late(request)),
    }


def _sign_in_logo(look: Any, own: str) -> str:
    """That of the organisation's sign-in page, else its own, else the platform's; empty where none is."""
    if not look or not look.logo or (own and look.organisation_id is None):
        return own
    return f"{reverse('sign_in_logo')}?{look.logo_digest}"


def brand_of(organisation: Any) -> dict[str, str]:
    """Addresses of the organisation's own pictures; empty where it has none."""
    found = {}
    for part, column in PARTS.items():
        digest = getattr(organisation, column, "")
        found[part.value] = f"{reverse('organisation_picture', args=[part])}?{digest}" if digest else ""
    return found


def shell_name(_request: HttpRequest | None) -> str:
    """What the back office calls itself."""
    return "Bahi platform" if is_public() else str(current_organisation())


def shell_icon(_request: HttpRequest | None) -> str | None:
    """The picture at the head of the back office's menu; None: the usual sign."""
    brand = brand_of(None if is_public() else current_organisation())
    return brand["mark"] or brand["logo"] or None


def account_links(_request: HttpRequest | None) -> list[dict[str, Any]]:
    """What the menu behind one's name leads to, in the back office and on the platform's own pages."""
    pages = (("profile", _("Your profile")), ("security", _("Sign-in and security")))
    return [{"title": title, "link": reverse(name)} for name, title in pages]


def _backup_late(request: HttpRequest) -> str:
    """For those who may make backups: when the last good one was, where a night was missed."""
    user = getattr(request, "user", None)
    return "" if is_public() or not may(user, "backup.make_backup") else backup_late()


def _announcements(request: HttpRequest) -> list[Any]:
    user = getattr(request, "user", None)
    if is_public() or user is None or not user.is_authenticated:
        return []
    return announcements_for(current_organisation(), user)
