"""Which target holds a backup, when somebody outside its organisation asks for it."""

from __future__ import annotations

from apps.backup.models import BackupPlace
from apps.backup.services.plan import own_target, place_now, plan_get
from apps.backup.targets import Target, backup_target
from apps.core.errors import BahiError, NotFound
from apps.core.tenant import organisation_context
from apps.tenancy.hosts import schema_exists
from apps.tenancy.models import Organisation


def target_holding(name: str) -> Target:
    """The target that has ``<slug>/<file>``: the installation's, else the own bucket of the organisation that
    made it, while it is here. Raises NotFound."""
    slug = name.partition("/")[0]
    shelf = backup_target()
    if name in {item.name for item in shelf.list(slug)}:
        return shelf
    own = _own(slug)
    if own is not None and name in {item.name for item in own.list(slug)}:
        return own
    raise NotFound("There is no such backup.")


def _own(slug: str) -> Target | None:
    organisation = Organisation.objects.filter(slug=slug).first()
    if organisation is None or not schema_exists(organisation.schema_name):
        return None
    with organisation_context(organisation.schema_name):
        plan = plan_get()
        return own_target(plan) if place_now(plan) == BackupPlace.BUCKET else None


def own_bucket_has(name: str) -> bool:
    """Whether the organisation that the name begins with is here and has this backup in its own bucket."""
    slug = name.partition("/")[0]
    try:
        own = _own(slug)
        return own is not None and name in {item.name for item in own.list(slug)}
    except BahiError:
        return False
