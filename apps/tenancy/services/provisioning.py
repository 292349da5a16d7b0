"""From a name to a working organisation: schema, masters, first administrator."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from apps.core.errors import InvalidInput, Refused
from apps.core.modules import default_modules, switchable_keys
from apps.core.seeding import run_seeds
from apps.core.tenant import organisation_context
from apps.tenancy.choices import OrganisationState
from apps.tenancy.hosts import forget_hosts
from apps.tenancy.models import Domain, Organisation
from apps.tenancy.services.schema_build import schema_drop, schema_exists, schema_replay

RESERVED = {"public", "platform", "www", "api", "admin", "static", "media", "template", "mail"}
Progress = Callable[[str], None]


def organisation_create(
    *, slug: str, name: str = "", modules: Iterable[str] | None = None, is_demo: bool = False, **details: Any
) -> Organisation:
    """Enter a new organisation (state provisioning). Raises InvalidInput naming the field."""
    slug = slug.strip().lower()
    if slug in RESERVED:
        raise InvalidInput(_("This name is reserved."), field="slug", code="reserved")
    chosen = list(modules) if modules is not None else default_modules()
    unknown = sorted(set(chosen) - set(switchable_keys()))
    if unknown:
        raise InvalidInput(_("Unknown module: %(names)s.") % {"names": ", ".join(unknown)}, field="modules")
    organisation = Organisation(
        slug=slug,
        schema_name=f"org_{slug.replace('-', '_')}",
        name=name or slug.replace("-", " ").title(),
        enabled_modules=chosen,
        is_demo=is_demo,
        is_default=not Organisation.objects.filter(is_default=True).exists(),
        **details,
    )
    _validate(organisation)
    with transaction.atomic():
        organisation.save()
        Domain.objects.create(domain=f"{slug}.localhost", tenant=organisation, is_primary=True)
    forget_hosts()
    return organisation


def _validate(organisation: Organisation) -> None:
    from django.core.exceptions import ValidationError

    from apps.core.validation import field_errors

    try:
        organisation.full_clean()
    except ValidationError as error:
        raise InvalidInput(field_errors(error)) from error


def organisation_provision(organisation: Organisation, *, progress: Progress = lambda text: None) -> None:
    """Build the schema and fill the masters; safe to repeat after a crash half way."""
    schema = organisation.schema_name

    def step(text: str) -> None:
        Organisation.objects.filter(pk=organisation.pk).update(progress=text)
        progress(text)

    if organisation.state == OrganisationState.ACTIVE:
        raise Refused(_("This organisation is already set up."))
    step(_("Building the tables"))
    if schema_exists(schema):
        schema_drop(schema)
    schema_replay(schema)
    step(_("Filling the masters"))
    with organisation_context(schema):
        run_seeds(organisation)
    organisation.state = OrganisationState.ACTIVE
    organisation.progress = ""
    organisation.save(update_fields=["state", "progress", "updated_at"])
    forget_hosts()


def organisation_suspend(organisation: Organisation, *, reason: str) -> None:
    """Refuse sign-in with the reason; the data stay."""
    organisation.state = OrganisationState.SUSPENDED
    organisation.state_reason = reason
    organisation.save(update_fields=["state", "state_reason", "updated_at"])
    forget_hosts()


def organisation_restore(organisation: Organisation) -> None:
    """Open a suspended organisation again."""
    organisation.state = OrganisationState.ACTIVE
    organisation.state_reason = ""
    organisation.save(update_fields=["state", "state_reason", "updated_at"])
    forget_hosts()


def organisation_delete(organisation: Organisation) -> None:
    """Drop the schema and forget the organisation. Owner's connection; nothing can bring it back."""
    if organisation.schema_name in (settings.PUBLIC_SCHEMA_NAME, settings.TEMPLATE_SCHEMA):
        raise Refused(_("This schema is not an organisation."))
    schema_drop(organisation.schema_name)
    organisation.delete(force_drop=False)  # type: ignore[call-arg]  # TenantMixin takes it
    forget_hosts()
