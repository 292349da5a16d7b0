"""What the organisation says about itself: name, zone, language, formats, colour, logo and mark."""

from __future__ import annotations

import base64
from typing import Any

from django.utils.translation import gettext as _

from apps.accounts.choices import AccessEvent
from apps.accounts.services.access_log import access_log_write
from apps.backup.services.public_side import PublicPart
from apps.company.models import Currency
from apps.core.errors import InvalidInput
from apps.core.locks import lock_row
from apps.core.platform_log import platform_log
from apps.core.tenant import current_organisation
from apps.core.validation import clean_instance
from apps.platform.services.look import LOGO_SIZE, logo_small, picture_digest
from apps.tenancy.choices import BrandPart
from apps.tenancy.hosts import forget_hosts
from apps.tenancy.models import BrandPicture, Organisation

FIELDS = (
    "name", "time_zone", "language", "country", "currency", "fiscal_year_start",
    "number_format", "date_format", "accent",
)  # fmt: skip
PARTS = {BrandPart.LOGO: "logo_digest", BrandPart.MARK: "mark_digest"}
SIZES = {BrandPart.LOGO: LOGO_SIZE, BrandPart.MARK: (192, 192)}


def organisation_now() -> Organisation:
    """The organisation in use as it is now; that of the request may be some seconds old."""
    return Organisation.objects.select_related("plan").get(pk=current_organisation().pk)


def profile_data(organisation: Organisation) -> dict[str, Any]:
    """What may be changed, and which pictures there are."""
    data: dict[str, Any] = {name: getattr(organisation, name) for name in FIELDS}
    data |= {part.value: bool(getattr(organisation, digest)) for part, digest in PARTS.items()}
    return data


def organisation_save(organisation: Organisation, *, values: dict[str, Any]) -> list[str]:
    """Change some of ``FIELDS``; gives the names of those that changed. Raises InvalidInput naming each."""
    row = lock_row(Organisation, organisation.pk)
    currency = str(values.get("currency", row.currency)).strip().upper()
    if "currency" in values and not Currency.objects.filter(code=currency, active=True).exists():
        raise InvalidInput(_("There is no such currency."), field="currency", code="not_found")
    changes = profile_set(row, values)
    if changes:
        _log(row, changes)
    return list(changes)


def profile_set(row: Organisation, values: dict[str, Any]) -> dict[str, list[Any]]:
    """Set and save some columns of a locked row; gives {name: [before, after]} of those that changed.

    Raises InvalidInput naming each that is wrong.
    """
    before = {name: getattr(row, name) for name in values}
    for name, value in values.items():
        setattr(row, name, value.strip() if isinstance(value, str) else value)
    row.country, row.currency, row.accent = row.country.upper(), row.currency.upper(), row.accent.lower()
    clean_instance(row, exclude={column.name for column in row._meta.concrete_fields} - set(values))
    changes = {name: [was, getattr(row, name)] for name, was in before.items() if getattr(row, name) != was}
    if changes:
        row.save(update_fields=[*changes, "updated_at"])
    return changes


def picture_save(organisation: Organisation, part: str, uploaded: Any) -> None:
    """Keep a logo or mark, drawn anew as PNG after the virus scanner. Raises InvalidInput naming the part."""
    known = _part(part)
    content = logo_small(uploaded, field=known.value, size=SIZES[known])
    row = lock_row(Organisation, organisation.pk)
    BrandPicture.objects.update_or_create(organisation=row, part=known, defaults={"content": content})
    _digest(row, known, picture_digest(content))


def picture_remove(organisation: Organisation, part: str) -> None:
    """Without a logo or mark; nothing happens where there is none. Raises InvalidInput."""
    known = _part(part)
    row = lock_row(Organisation, organisation.pk)
    BrandPicture.objects.filter(organisation=row, part=known).delete()
    if getattr(row, PARTS[known]):
        _digest(row, known, "")


def picture_of(organisation: Organisation, part: str) -> bytes | None:
    """The PNG, or None."""
    found = BrandPicture.objects.filter(organisation_id=organisation.pk, part=part).first()
    return bytes(found.content) if found else None


def _part(part: str) -> BrandPart:
    if part not in BrandPart.values:
        raise InvalidInput(_("There is no such picture."), field="part", code="not_found")
    return BrandPart(part)


def _digest(row: Organisation, part: BrandPart, digest: str) -> None:
    column = PARTS[part]
    was = bool(getattr(row, column))
    setattr(row, column, digest)
    row.save(update_fields=[column, "updated_at"])
    _log(row, {part.value: [was, bool(digest)]})


def _log(row: Organisation, changes: dict[str, list[Any]]) -> None:
    """Both trails: the organisation's own and the platform's."""
    access_log_write(AccessEvent.PLATFORM, detail={"action": "organisation_profile", "changes": changes})
    platform_log("organisation_profile", organisation=row, changes=changes)
    forget_hosts()


# --- in backups -----------------------------------------------------------------------------------


def _pictures_read(organisation: Organisation) -> dict[str, str]:
    rows = BrandPicture.objects.filter(organisation_id=organisation.pk)
    return {row.part: base64.b64encode(bytes(row.content)).decode() for row in rows}


def _pictures_write(organisation: Organisation, kept: dict[str, str]) -> list[str]:
    for part, text in kept.items():
        content = base64.b64decode(text)
        BrandPicture.objects.create(organisation_id=organisation.pk, part=part, content=content)
        setattr(organisation, PARTS[BrandPart(part)], picture_digest(content))
    organisation.save(update_fields=[*PARTS.values(), "updated_at"])
    return []


PICTURES_PART = PublicPart("pictures", _pictures_read, _pictures_write)
