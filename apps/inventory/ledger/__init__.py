"""The stock ledger's public side: the only writers of stock movements, and what came back of them."""

from apps.inventory.ledger.door import move, move_sets, reverse_moves
from apps.inventory.ledger.errors import InsufficientStock
from apps.inventory.ledger.request import Move, MoveSet, movement_kind
from apps.inventory.ledger.worth import returned_so_far

__all__ = [
    "InsufficientStock",
    "Move",
    "MoveSet",
    "move",
    "move_sets",
    "movement_kind",
    "returned_so_far",
    "reverse_moves",
]
