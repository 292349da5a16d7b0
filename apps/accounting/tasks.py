"""What follows every posting within a second of its commit: linking and folding; the heads leave daily."""

from __future__ import annotations

from apps.accounting.ledger.balances import FOLD_LIMIT, balances_fold
from apps.accounting.ledger.chain import BATCH, chain_seal, ledger_heads
from apps.audit.services.heads import register_heads
from apps.core.uow import run_in_unit_of_work
from apps.runtime.services.dispatcher import register_follower


def follow_ledger() -> None:
    """Seal what was committed and fold its deltas."""
    while run_in_unit_of_work(chain_seal) == BATCH:
        pass
    while run_in_unit_of_work(balances_fold) == FOLD_LIMIT:
        pass


register_heads("ledger", ledger_heads)
register_follower(follow_ledger)
