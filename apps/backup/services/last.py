"""The last backup of an organisation, before its deletion."""

from __future__ import annotations

from typing import Any

from apps.backup.services.making import backup_make
from apps.core.tenant import organisation_context
from apps.tenancy.hosts import schema_exists


def backup_before_delete(organisation: Any) -> dict[str, Any]:
    """Facts for the deletion's record. Raises what the backup raises: then nothing is deleted.

    A demo is not kept, nor one whose tables are gone already (a deletion that goes on after a crash).
    """
    said = {"operator_access": organisation.operator_access}  # a restore is never laxer than this
    if organisation.is_demo or not schema_exists(organisation.schema_name):
        return said
    with organisation_context(organisation.schema_name):
        made = backup_make()
    return said | {"backup": made.name, "backup_bytes": made.size, "backup_rows": made.rows}
