"""The end of an organisation: backup, schema, files, then a signed record of it. Owner's connection.

Each part may run again after a crash. What must happen before the schema goes (a backup) is registered:
``register_before_delete(function)``, ``function(organisation) -> dict`` with facts for the record, such as
where the backup lies. When it raises, nothing is deleted and the organisation stays scheduled.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from apps.core.errors import Refused
from apps.core.platform_log import platform_log
from apps.files.places import tree_remove
from apps.tenancy.choices import OrganisationState
from apps.tenancy.hosts import forget_hosts
from apps.tenancy.lifecycle import organisation_step
from apps.tenancy.models import DeletionRecord, Organisation
from apps.tenancy.services.provisioning import removal_undo
from apps.tenancy.services.schema_build import schema_drop
from apps.tenancy.services.signed_rows import row_signature, signature_holds

BeforeDelete = Callable[[Organisation], dict[str, Any]]
STEP_BACKUP = gettext_noop("Keeping a backup")
STEP_DROP = gettext_noop("Removing the tables")
STEP_FILES = gettext_noop("Removing the files")
SALT = "tenancy.deletion"
_before: list[BeforeDelete] = []


def register_before_delete(function: BeforeDelete) -> None:
    """Called in ``ready()`` by what has to look at an organisation before it goes."""
    if function not in _before:
        _before.append(function)


def organisation_delete(
    organisation: Organisation, *, by: str = "", progress: Callable[[str], None] = lambda text: None
) -> DeletionRecord:
    """Delete for good; safe to repeat. Raises what a registered function raises, before anything is gone."""
    if organisation.schema_name in (settings.PUBLIC_SCHEMA_NAME, settings.TEMPLATE_SCHEMA):
        raise Refused("This schema is not an organisation.")
    facts: dict[str, Any] = {"schema": organisation.schema_name, "created": str(organisation.created_at)}
    if organisation.is_demo:
        facts["demo"] = True  # its name may be given to another
    progress(STEP_BACKUP)
    for function in _before:
        facts.update(function(organisation))
    progress(STEP_DROP)
    Organisation.objects.filter(pk=organisation.pk).update(progress=STEP_DROP)
    schema_drop(organisation.schema_name)
    progress(STEP_FILES)
    tree_remove(organisation.schema_name)
    with transaction.atomic():
        record = record_write(organisation, by=by, facts=facts)
        platform_log("deleted", organisation=organisation, by=by)
        organisation.delete(force_drop=False)  # type: ignore[call-arg]  # TenantMixin takes it
        if organisation.is_default:
            _default_hand_on()
    forget_hosts()
    return record


def _default_hand_on() -> None:
    """The only organisation that is left opens on this machine's own addresses from now on."""
    left = list(Organisation.objects.order_by("pk")[:2])
    if len(left) == 1:
        left[0].is_default = True
        left[0].save(update_fields=["is_default", "updated_at"])


def deletion_failed(organisation: Organisation, *, reason: str) -> None:
    """Back to the waiting list, with the reason; nothing or not all was removed."""
    removal_undo(organisation)
    if organisation.state == OrganisationState.DELETING:
        organisation_step(organisation, "keep", reason=reason)


def record_write(organisation: Organisation, *, by: str, facts: dict[str, Any]) -> DeletionRecord:
    """Keep what happened, signed with the platform's key."""
    record = DeletionRecord(
        slug=organisation.slug,
        name=organisation.name,
        requested_by=by[:200],
        facts=facts,
        deleted_at=timezone.now(),
    )
    record.signature = row_signature(SALT, _content(record))
    record.save(force_insert=True)
    return record


def record_is_true(record: DeletionRecord) -> bool:
    """Whether the row is as it was written."""
    return signature_holds(SALT, _content(record), record.signature)


def organisations_due() -> list[Organisation]:
    """Those whose thirty days are over."""
    return list(
        Organisation.objects.filter(state=OrganisationState.SCHEDULED, delete_after__lt=timezone.now())
    )


def _content(record: DeletionRecord) -> list[Any]:
    return [record.slug, record.name, record.requested_by, record.facts, record.deleted_at.isoformat()]
