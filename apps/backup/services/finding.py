"""Which target holds a backup, when somebody outside its organisation asks for it."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _

from apps.backup.services.plan import own_bucket, plan_get
from apps.backup.targets import Target, backup_target
from apps.core.errors import InvalidInput, NotFound
from apps.core.tenant import organisation_context
from apps.tenancy.hosts import schema_exists
from apps.tenancy.models import Organisation
from apps.tenancy.services.provisioning import SLUG


def target_holding(name: str) -> Target:
    """The target that has ``<slug>/<file>``: the installation's, else the own bucket of the organisation that
    made it, while it is here. Raises NotFound."""
    slug = name.partition("/")[0]
    if not re.fullmatch(SLUG, slug):  # else it could be a way out of the folder
        raise NotFound(_("There is no such backup."))
    shelf = backup_target()
    if name in {item.name for item in shelf.list(slug)}:
        return shelf
    own = _own(slug)
    if own is not None and name in {item.name for item in own.list(slug)}:
        return own
    raise NotFound(_("There is no such backup."))


def _own(slug: str) -> Target | None:
    organisation = Organisation.objects.filter(slug=slug).first()
    if organisation is None or not schema_exists(organisation.schema_name):
        return None
    with organisation_context(organisation.schema_name):
        return own_bucket(plan_get())


def backup_check(name: str) -> None:
    """Raises InvalidInput naming ``name`` where nobody has this backup, BucketRefused where the own bucket
    that may have it doesn't answer. Calls a store: never inside a unit of work."""
    try:
        target_holding(name)
    except NotFound as error:
        raise InvalidInput(_("There is no such backup."), field="name") from error
