"""Comments on any record, with mentions."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.accounts.selectors import OPERATOR_EMAIL, is_stand_in
from apps.core.errors import InvalidInput, NotAllowed
from apps.core.events import emit
from apps.core.locks import lock_row
from apps.core.scope import kind_of, scope_of, sees
from apps.documents.events import CommentAdded
from apps.documents.models import Comment
from apps.documents.services.attachments import may_attach

MAX_TEXT = 10_000
MAX_MENTIONS = 20
MOST_OFFERED = 8
_publishing: list[Callable[[], bool]] = []
_AT = re.compile(r"(?<![\w.@])@(\w[\w.+-]*)")


def comment_add(record: models.Model, *, text: str, by: Any, public: bool = False) -> Comment:
    """Write a comment; those whom it mentions (@Name or @mail) and who may see the record are told.

    ``public``: the customer or vendor of the record reads it in his portal; otherwise it stays with us.

    The caller has checked that ``by`` may see the record. Raises InvalidInput naming ``text``; NotAllowed to
    whom may only look, or is only a visitor, and would write to its customer.
    """
    if public:
        _write_out_or_refuse(record, by)
    comment = Comment.objects.create(
        target_kind=kind_of(record), target_id=record.pk, author=by, text=_checked(text), public=public
    )
    _announce(comment, record, by, set())
    return comment


def register_publishing(function: Callable[[], bool]) -> None:
    """Called once by the app that shows records to customers: ``function()`` says whether it is in use."""
    _publishing[:] = [function]


def may_publish(model: type[models.Model]) -> bool:
    """Whether a customer or vendor can read a public comment on records of this kind."""
    return bool(scope_of(model).party) and any(function() for function in _publishing)


def may_write_out(record: models.Model, user: Any) -> bool:
    """Whether what he says may go to the customer or vendor of the record: he works on such records, as one
    who may add files does, or it is their own person. Never the platform's operator, who speaks for nobody
    here."""
    return user.is_portal or (not is_stand_in(user) and may_attach(record, user))


def _write_out_or_refuse(record: models.Model, by: Any) -> None:
    if by is not None and not may_write_out(record, by):
        raise NotAllowed(_("You may see this record, but not write to its customer or vendor."))


def comment_change(comment: Comment, *, text: str, record: models.Model, by: Any) -> Comment:
    """Change one's own comment; only newly mentioned people are told."""
    row = _own(comment, by)
    if row.public:
        _write_out_or_refuse(record, by)
    before = {user.pk for user in mentioned_in(row.text)}
    row.text, row.edited_at = _checked(text), timezone.now()
    row.save(update_fields=["text", "edited_at"])
    _announce(row, record, by, before)
    return row


def comment_remove(comment: Comment, *, by: Any) -> None:
    """Take back one's own comment. It leaves the pages; the row stays."""
    row = _own(comment, by)
    row.removed_at = timezone.now()
    row.save(update_fields=["removed_at"])


def _own(comment: Comment, by: Any) -> Comment:
    row = lock_row(Comment, comment.pk)
    if row.author_id != by.pk:
        raise NotAllowed(_("Only its author may change a comment."))
    return row


def _checked(text: Any) -> str:
    if not isinstance(text, str) or not text.strip():
        raise InvalidInput(_("Write something."), field="text", code="required")
    if len(text) > MAX_TEXT:
        raise InvalidInput(_("At most %(n)d characters.") % {"n": MAX_TEXT}, field="text", code="max_length")
    return text.strip()


def mentionable(record: models.Model, said: str) -> list[dict[str, Any]]:
    """People whose name has a word that begins with ``said``, the first eight: name, the text that names just
    him (``insert``), and whether he may see the record and so would be told."""
    said = said.strip()[:60]
    people = User.objects.filter(is_active=True, deleted_at=None, is_portal=False).exclude(
        email=OPERATOR_EMAIL
    )
    by_word = Q(name__istartswith=said) | Q(name__icontains=f" {said}") | Q(email__istartswith=said)
    found = list(people.filter(by_word).order_by("name", "pk")[:MOST_OFFERED])
    shared = people.filter(name__in=[user.name for user in found]).order_by().values("name")
    twice = set(
        shared.annotate(number=models.Count("pk")).filter(number__gt=1).values_list("name", flat=True)
    )
    return [
        {
            "id": user.pk,
            "name": str(user),
            "insert": user.email if user.name in twice or not user.name else user.name,
            "sees": sees(record, user),
        }
        for user in found
    ]


def mentioned_in(text: str) -> list[User]:
    """Active users whom ``@Asha``, ``@Asha Rao`` or ``@asha@acme.example`` name; the longest name wins.

    A first name that several people share mentions none of them: the full name or address does.
    """
    found: dict[int, User] = {}
    for match in list(_AT.finditer(text))[:MAX_MENTIONS]:
        said = text[match.start() + 1 :].casefold()
        people = _candidates(match.group(1).rstrip(".-+"))
        named = [user for user in people if _starts(said, user.name) or _starts(said, user.email)]
        if named:
            longest = max(named, key=lambda user: len(user.name) if _starts(said, user.name) else 0)
            found[longest.pk] = longest
        elif len(people) == 1 and _starts(said, people[0].name.split()[0]):
            found[people[0].pk] = people[0]
    return list(found.values())


def _candidates(word: str) -> list[User]:
    by_word = Q(name__istartswith=word) | Q(email__istartswith=word)
    return list(
        User.objects.filter(by_word, is_active=True, deleted_at=None, is_portal=False).order_by("pk")[:50]
    )


def _starts(said: str, name: str) -> bool:
    """Whether the text begins with this whole name."""
    name = name.casefold()
    return bool(name) and said.startswith(name) and not said[len(name) : len(name) + 1].isalnum()


def _announce(comment: Comment, record: models.Model, by: Any, before: set[int]) -> None:
    told = tuple(
        user.pk
        for user in mentioned_in(comment.text)
        if user.pk not in before and user.pk != by.pk and sees(record, user)
    )
    emit(CommentAdded(kind_of(record), record.pk, comment.pk, by.pk, told, comment.public))
