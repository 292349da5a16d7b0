"""Serial numbers in a call of the door: a piece is in one place at a time."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection
from django.db.models import Q
from django.utils.translation import gettext as _
from simple_history.utils import bulk_create_with_history

from apps.core.errors import ErrorList
from apps.core.locks import lock_found
from apps.inventory.ledger.request import Move, MoveSet, serial_code
from apps.inventory.models import Serial

Key = tuple[int, str]


class SerialBook:
    """The serial numbers of a call, locked; knows where each piece is while the moves are worked out."""

    def __init__(self, sets: Sequence[MoveSet]) -> None:
        self._found: dict[Key, Serial] = {}
        self._new: list[Serial] = []
        self._moved: dict[int, Serial] = {}
        wanted: dict[int, set[str]] = {}
        for item in sets:
            for move in item.moves:
                if move.serials:
                    wanted.setdefault(move.product.pk, set()).update(map(serial_code, move.serials))
        condition = Q()
        for product, codes in wanted.items():
            condition |= Q(product_id=product, code__in=codes)
        if wanted:
            self._found = {
                (row.product_id, row.code): row for row in lock_found(Serial.objects.filter(condition))
            }

    def take(self, move: Move, errors: ErrorList) -> list[Serial] | None:
        """The pieces of a move, now at its new place; None when one of them isn't where it should be."""
        pieces = [self._piece(move, serial_code(serial)) for serial in move.serials]
        wrong = [
            code for code, piece in zip(move.serials, pieces, strict=True) if not self._right(move, piece)
        ]
        if wrong:
            errors.add(
                f"{move.line_path}.serials",
                _("Not at %(place)s: %(serials)s.")
                % {"place": move.from_place, "serials": ", ".join(map(serial_code, wrong[:5]))},
                "insufficient_stock",
            )
            return None
        for piece in pieces:
            piece.place = move.to_place
            if move.batch is not None:
                piece.batch = move.batch
            self._moved[id(piece)] = piece
        return pieces

    def _piece(self, move: Move, code: str) -> Serial:
        key = (move.product.pk, code)
        if key not in self._found:
            piece = Serial(product=move.product, code=code, batch=move.batch)
            piece.search_text = piece.make_search_text()
            self._found[key] = piece
            if not move.from_place.holds_stock:
                self._new.append(piece)
        return self._found[key]

    @staticmethod
    def _right(move: Move, piece: Serial) -> bool:
        """An issue needs the piece at its place; a receipt needs it to be outside our stock."""
        if move.from_place.holds_stock:
            return piece.pk is not None and piece.place_id == move.from_place.pk
        return piece.place_id is None or not piece.place.holds_stock

    def create(self) -> None:
        """Enter the new numbers, before the movements that name them."""
        if self._new:
            for piece, made in zip(self._new, bulk_create_with_history(self._new, Serial), strict=True):
                piece.pk = made.pk

    def store(self) -> None:
        """Write where the pieces are now."""
        known = [piece for piece in self._moved.values() if piece not in self._new]
        if not known:
            return
        with connection.cursor() as cursor:
            cursor.execute(
                """UPDATE inventory_serial s SET place_id = d.place, batch_id = d.batch
                     FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[]) AS d(id, place, batch)
                    WHERE s.id = d.id""",
                [
                    [piece.pk for piece in known],
                    [piece.place_id for piece in known],
                    [piece.batch_id for piece in known],
                ],
            )
