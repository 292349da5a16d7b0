"""What a customer or vendor does with a document of his. Each act stands on its timeline."""

from __future__ import annotations

import base64
import binascii
import io
from typing import Any

from django.utils.translation import gettext as _
from PIL import Image, UnidentifiedImageError

from apps.core.access import may
from apps.core.errors import InvalidInput, NotAllowed, NotFound, Refused
from apps.core.scope import kind_of
from apps.customer_portal.registry import Act, Answer, Section
from apps.customer_portal.selectors import Visit, record_of
from apps.documents.models import Comment, TimelineEntry
from apps.documents.services.comments import comment_add
from apps.documents.services.printing import document_pdf
from apps.documents.services.timeline import timeline_add

NAME_LENGTH, TEXT_LENGTH = 120, 2000
SIGNATURE_BYTES, SIGNATURE_SIZE = 200_000, (1600, 800)
_PREFIX = "data:image/png;base64,"


def document_seen(visit: Visit, record: Any) -> None:
    """Note on the timeline that this person opened the document: the first time only."""
    user, kind = visit.member.user, kind_of(record)
    known = TimelineEntry.objects.filter(
        target_kind=kind, target_id=record.pk, verb="portal_viewed", actor_id=user.pk
    )
    if not known.exists():
        timeline_add(record, "portal_viewed", text=_("Seen in the portal"))


def document_print(visit: Visit, section: Section, pk: int) -> tuple[bytes, str]:
    """(PDF, file name) of a document of this person; the timeline tells. Raises NotFound."""
    record = record_of(visit, section, pk)
    return document_pdf(record, by=visit.member.user)


def document_comment(visit: Visit, record: Any, *, text: Any) -> Comment:
    """A comment that both sides read. Raises InvalidInput naming ``text``."""
    if isinstance(text, str) and len(text) > TEXT_LENGTH:
        raise InvalidInput(
            _("At most %(n)d characters.") % {"n": TEXT_LENGTH}, field="text", code="max_length"
        )
    return comment_add(record, text=_clean(text), by=visit.member.user, public=True)


def _clean(text: Any) -> Any:
    return text.replace("\x00", "") if isinstance(text, str) else text


def act_of(section: Section, name: str) -> Act:
    """Raises NotFound."""
    found = next((act for act in section.acts if act.name == name), None)
    if found is None:
        raise NotFound(_("Not found."))
    return found


def acts_open(section: Section, record: Any, user: Any) -> list[Act]:
    """What this person may do with the record just now."""
    return [act for act in section.acts if may(user, act.permission) and act.shown(record)]


def document_act(visit: Visit, section: Section, record: Any, act: Act, answer: Answer) -> None:
    """Run an act. Raises InvalidInput (text, name), NotAllowed, Refused. Must run in a transaction."""
    user = visit.member.user
    if not may(user, act.permission):
        raise NotAllowed(_("You may not do this."))
    if not act.shown(record):
        raise Refused(_("This can't be done any more."), code="invalid_transition")
    if act.needs_text and not answer.text:
        raise InvalidInput(_("Please write a few words."), field="text", code="required")
    if act.signed and not answer.name:
        raise InvalidInput(_("Please sign with your name."), field="name", code="required")
    act.run(record, user, answer)


def answer_read(
    *, text: Any = "", name: Any = "", signature: Any = "", chosen: Any = (), options: Any = None
) -> Answer:
    """The parts of an act as they came from form or API. Raises InvalidInput naming the field."""
    for field, value, longest in (("text", text, TEXT_LENGTH), ("name", name, NAME_LENGTH)):
        if not isinstance(value, str):
            raise InvalidInput(_("A text is needed."), field=field)
        if len(value) > longest:
            raise InvalidInput(
                _("At most %(n)d characters.") % {"n": longest}, field=field, code="max_length"
            )
    for field, ids in (("chosen", chosen), ("options", () if options is None else options)):
        if not isinstance(ids, (list, tuple)) or not all(type(pk) is int for pk in ids):
            raise InvalidInput(_("Send the ids of what is chosen."), field=field)
    taken = None if options is None else tuple(options)
    return Answer(_clean(text).strip(), _clean(name).strip(), signature_read(signature), tuple(chosen), taken)


def signature_read(text: Any) -> bytes | None:
    """The drawn signature of a ``data:image/png`` address, drawn anew so that nothing hidden stays; None for
    an empty one. Raises InvalidInput (``signature``)."""
    if text in ("", None):
        return None
    bad = InvalidInput(_("The signature can't be read."), field="signature")
    if not isinstance(text, str) or not text.startswith(_PREFIX):
        raise bad
    if len(text) > SIGNATURE_BYTES * 4 // 3 + len(_PREFIX):
        raise InvalidInput(_("The signature is too large."), field="signature", code="too_large")
    try:
        with Image.open(
            io.BytesIO(base64.b64decode(text[len(_PREFIX) :], validate=True)), formats=["PNG"]
        ) as drawn:
            if drawn.width > SIGNATURE_SIZE[0] or drawn.height > SIGNATURE_SIZE[1]:
                raise InvalidInput(_("The signature is too large."), field="signature", code="too_large")
            return _redrawn(drawn)
    except (binascii.Error, UnidentifiedImageError, OSError, ValueError, SyntaxError) as error:
        raise bad from error


def _redrawn(drawn: Any) -> bytes:
    """On white, so that it can be read in a dark window and on paper."""
    ink = drawn.convert("RGBA")
    page = Image.new("RGB", ink.size, "white")
    page.paste(ink, mask=ink.getchannel("A"))
    out = io.BytesIO()
    page.save(out, "PNG")
    return out.getvalue()
