"""The stock ledger's public side: the only writers of stock movements."""

from apps.inventory.ledger.door import move, move_sets, reverse_moves
from apps.inventory.ledger.errors import InsufficientStock
from apps.inventory.ledger.request import Move, MoveSet, movement_kind

__all__ = ["InsufficientStock", "Move", "MoveSet", "move", "move_sets", "movement_kind", "reverse_moves"]
