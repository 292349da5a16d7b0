"""Masters that lie inside each other: categories, departments, places, accounts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import connection, models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.core.models.bases import MasterModel
from apps.core.triggers import no_circle

_BELOW = """WITH RECURSIVE below AS (SELECT unnest(%s::bigint[]) AS id
    UNION SELECT t.id FROM {table} t JOIN below b ON t.parent_id = b.id)
SELECT id FROM below"""


class TreeMaster(MasterModel):
    """A master with a record above it. However far up one looks, it never comes back to itself.

    ``clean`` says so on the form and the API; the trigger stands for two people who put two branches into
    each other at the same moment, when neither sees yet what the other did.
    """

    parent = models.ForeignKey(
        "self",
        verbose_name=_("part of"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="children",
    )

    class Meta(MasterModel.Meta):
        abstract = True
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(parent__isnull=True) | ~Q(parent=F("id")),
                name="%(app_label)s_%(class)s_not_own_parent",
            ),
        ]
        triggers: ClassVar[list[object]] = [no_circle()]

    def clean(self) -> None:
        super().clean()
        self.ancestors()

    def ancestors(self) -> list[Any]:
        """The records above, nearest first. Raises ValidationError on ``parent`` when they lead back here."""
        found: list[Any] = []
        seen, above = {self.pk} - {None}, self.parent
        while above is not None:
            if above.pk in seen:
                text = _("It would lie inside itself.")
                raise ValidationError({"parent": ValidationError(text, code="circle")})
            seen.add(above.pk)
            found.append(above)
            above = above.parent
        return found

    @classmethod
    def below(cls, ids: Iterable[int]) -> list[int]:
        """Ids of these records and of all that lie in them, however deep, in one query."""
        sql = _BELOW.format(table=connection.ops.quote_name(cls._meta.db_table))
        with connection.cursor() as cursor:
            cursor.execute(sql, [list(ids)])
            return [row[0] for row in cursor.fetchall()]
