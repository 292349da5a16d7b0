from __future__ import annotations

from typing import Any

from apps.accounts.services.users import roles_seed
from apps.core.seeding import seed


@seed
def roles(organisation: Any) -> None:
    roles_seed()
