"""How sign-in pages look: colours that can be read, a small logo, a sentence."""

from __future__ import annotations

import base64
import hashlib
import io
from typing import Any

from django.utils.translation import gettext as _
from PIL import Image, UnidentifiedImageError

from apps.accounts.brand import contrast, readable_on
from apps.backup.services.public_side import PublicPart
from apps.core.errors import ErrorList, InvalidInput
from apps.core.platform_log import platform_log
from apps.core.tenant import current_organisation, is_public
from apps.core.validation import clean_instance
from apps.files.services.kinds import Unfit
from apps.files.services.scanner import scan
from apps.platform.models import SignInLook

MOST_BYTES, MOST_PIXELS = 1024 * 1024, 16_000_000
LOGO_SIZE = (480, 160)
SEEN_AGAINST = 3.0  # WCAG 2.2, 1.4.11: parts of controls against what is beside them
PAGE = "#f5f6f8"


def look_of(organisation: Any) -> SignInLook | None:
    """The organisation's look, else the platform's."""
    if organisation is not None:
        own = SignInLook.objects.filter(organisation_id=organisation.pk).first()
        if own is not None:
            return own
    return SignInLook.objects.filter(organisation=None).first()


def look_now() -> SignInLook | None:
    return look_of(None if is_public() else current_organisation())


def look_save(
    organisation: Any, *, text: str, accent: str, background: str, logo: Any = None, remove_logo: bool = False
) -> SignInLook:
    """Keep the look. Raises InvalidInput: no colour, buttons hard to see, a bad picture."""
    look = SignInLook.objects.filter(organisation=organisation).first() or SignInLook(
        organisation=organisation
    )
    look.text, look.accent, look.background = text.strip(), accent.strip().lower(), background.strip().lower()
    clean_instance(look)
    _seen(look)
    if remove_logo:
        look.logo, look.logo_digest = None, ""
    if logo is not None:
        look.logo = logo_small(logo)
        look.logo_digest = picture_digest(look.logo)
    look.save()
    platform_log("look", organisation=organisation)
    return look


def _seen(look: SignInLook) -> None:
    errors = ErrorList()
    ratio = contrast(look.accent, look.background or PAGE) if look.accent else SEEN_AGAINST
    if ratio < SEEN_AGAINST:
        errors.add(
            "accent",
            _("Buttons of this colour are hard to see: contrast %(r).1f, at least 3 is needed.")
            % {"r": ratio},
            "contrast",
        )
    errors.raise_if_any()


def logo_small(uploaded: Any, *, field: str = "logo", size: tuple[int, int] = LOGO_SIZE) -> bytes:
    """The picture, shown to the virus scanner and drawn anew as a small PNG: nothing hidden in it stays.

    Raises InvalidInput naming the field.
    """
    if uploaded.size > MOST_BYTES:
        raise InvalidInput(_("The picture is larger than 1 MB."), field=field, code="too_large")
    content = uploaded.read()
    try:
        scan(content)
        with Image.open(io.BytesIO(content), formats=["PNG", "JPEG", "WEBP"]) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise InvalidInput(_("The picture has too many points."), field=field, code="too_large")
            small = picture.convert("RGBA")
            small.thumbnail(size)
            out = io.BytesIO()
            small.save(out, "PNG", optimize=True)
    except Unfit as error:
        raise InvalidInput(error.detail, field=field, code="unfit_file") from error
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise InvalidInput(_("Send a PNG, JPEG or WebP picture."), field=field, code="unfit_file") from error
    return out.getvalue()


def picture_digest(content: bytes) -> str:
    """What tells this picture from the one before it; empty without one."""
    return hashlib.sha256(content).hexdigest()[:16] if content else ""


def look_css(look: SignInLook | None) -> str:
    """Style sheet of the sign-in pages; empty when nothing was chosen."""
    if look is None:
        return ""
    rules = []
    if look.background:
        rules.append(f"body.portal{{background:{look.background};color:{readable_on(look.background)}}}")
        rules.append(".portal-panel{color:var(--bahi-text)}")
    if look.accent:
        rules.append(
            ".portal-panel .bahi-button--primary{"
            f"background:{look.accent};border-color:{look.accent};color:{readable_on(look.accent)}}}"
        )
    return "\n".join(rules) + "\n"


# --- in a backup ----------------------------------------------------------------------------------


def _look_read(organisation: Any) -> dict[str, str] | None:
    look = SignInLook.objects.filter(organisation_id=organisation.pk).first()
    if look is None:
        return None
    logo = base64.b64encode(look.logo).decode() if look.logo else ""
    return {"text": look.text, "accent": look.accent, "background": look.background, "logo": logo}


def _look_write(organisation: Any, kept: dict[str, str] | None) -> list[str]:
    if kept is None:
        return []
    logo = base64.b64decode(kept["logo"])
    SignInLook.objects.create(
        organisation_id=organisation.pk,
        text=kept["text"],
        accent=kept["accent"],
        background=kept["background"],
        logo=logo or None,
        logo_digest=picture_digest(logo),
    )
    return []


LOOK_PART = PublicPart("look", _look_read, _look_write)
