"""What follows every posting within a second of its commit: linking, folding, and the daily heads."""

from __future__ import annotations

import json
from pathlib import Path

from django.conf import settings

from apps.accounting.ledger.balances import FOLD_LIMIT, balances_fold
from apps.accounting.ledger.chain import BATCH, chain_seal, ledger_heads
from apps.company.selectors import company_today
from apps.core.tenant import require_organisation
from apps.core.uow import run_in_unit_of_work
from apps.runtime.services.dispatcher import register_follower


def follow_ledger() -> None:
    """Seal what was committed and fold its deltas."""
    while run_in_unit_of_work(chain_seal) == BATCH:
        pass
    while run_in_unit_of_work(balances_fold) == FOLD_LIMIT:
        pass
    heads_export()


def heads_export(folder: Path | None = None) -> Path:
    """Write the heads of all chains into a file of the day (once a day)."""
    folder = folder or settings.DATA_DIR / "ledger-heads" / require_organisation()
    path = folder / f"{company_today():%Y-%m-%d}.json"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(ledger_heads(), indent=1), encoding="utf-8")
    return path


register_follower(follow_ledger)
