"""From a name to a working organisation: schema, masters, first administrator, first company."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from apps.core.errors import InvalidInput, Refused
from apps.core.modules import all_modules, default_modules, switchable_keys
from apps.core.seeding import run_seeds
from apps.core.setup_steps import setup_steps
from apps.core.tenant import organisation_context
from apps.core.validation import field_errors
from apps.tenancy.choices import OrganisationState
from apps.tenancy.hosts import forget_hosts, schema_exists
from apps.tenancy.models import Domain, Organisation
from apps.tenancy.services.schema_build import schema_drop, schema_replay

RESERVED = {"public", "platform", "www", "api", "admin", "static", "media", "template", "mail"}
DELETE_AFTER = timedelta(days=30)
Progress = Callable[[str], None]
STEP_TABLES = gettext_noop("Building the tables")
STEP_MASTERS = gettext_noop("Filling the masters")
STEP_DROP = gettext_noop("Removing everything")


def organisation_create(
    *,
    slug: str,
    name: str = "",
    modules: Iterable[str] | None = None,
    is_demo: bool = False,
    setup: dict[str, Any] | None = None,
    **details: Any,
) -> Organisation:
    """Enter a new organisation (state provisioning). Raises InvalidInput naming the field."""
    slug = slug.strip().lower()
    if slug in RESERVED:
        raise InvalidInput(_("This name is reserved."), field="slug", code="reserved")
    organisation = Organisation(
        slug=slug,
        schema_name=f"org_{slug.replace('-', '_')}",
        name=name or slug.replace("-", " ").title(),
        enabled_modules=modules_check(default_modules() if modules is None else list(modules)),
        is_demo=is_demo,
        is_default=not Organisation.objects.filter(is_default=True).exists(),
        setup=setup or {},
        **details,
    )
    try:
        organisation.full_clean()
    except ValidationError as error:
        raise InvalidInput(field_errors(error)) from error
    with transaction.atomic():
        organisation.save()
        Domain.objects.create(domain=f"{slug}.localhost", tenant=organisation, is_primary=True)
    forget_hosts()
    return organisation


def modules_check(keys: list[str]) -> list[str]:
    """The keys, in order and once. Raises InvalidInput for an unknown one."""
    unknown = sorted(set(keys) - set(switchable_keys()))
    if unknown:
        raise InvalidInput(_("Unknown module: %(names)s.") % {"names": ", ".join(unknown)}, field="modules")
    switchable = set(switchable_keys())
    for module in all_modules():
        missing = sorted((set(module.depends) & switchable) - set(keys))
        if module.key in keys and missing:
            text = _("%(module)s needs: %(names)s.")
            raise InvalidInput(text % {"module": module.title, "names": ", ".join(missing)}, field="modules")
    return list(dict.fromkeys(keys))


def organisation_provision(organisation: Organisation, *, progress: Progress = lambda text: None) -> None:
    """Build the schema, fill the masters, do the set-up steps; safe to repeat after a crash half way.

    The owner's connection is needed. Raises Refused for an organisation that is set up already.
    """
    schema = organisation.schema_name

    def step(text: str) -> None:
        Organisation.objects.filter(pk=organisation.pk).update(progress=text)
        progress(_(text))

    if organisation.state not in (OrganisationState.PROVISIONING, OrganisationState.FAILED):
        raise Refused(_("This organisation is already set up."))
    step(STEP_TABLES)
    if schema_exists(schema):
        schema_drop(schema)
    schema_replay(schema)
    step(STEP_MASTERS)
    with organisation_context(schema):
        run_seeds(organisation)
    for item in setup_steps(organisation.setup):
        step(str(item.title))
        with organisation_context(schema), transaction.atomic():
            item.run(organisation, organisation.setup)
    organisation.setup = {}
    _set_state(organisation, OrganisationState.ACTIVE, "")


def organisation_opened(organisation: Organisation) -> None:
    """Let people in after its tables were filled by other means than seeds (a restore)."""
    organisation.setup = {}
    _set_state(organisation, OrganisationState.ACTIVE, "")


def organisation_failed(organisation: Organisation, *, reason: str) -> None:
    """Remember why the set-up stopped; it can be tried again."""
    _set_state(organisation, OrganisationState.FAILED, reason)


def organisation_retry(organisation: Organisation) -> None:
    """Let a failed set-up begin anew. Raises Refused in any other state."""
    if organisation.state != OrganisationState.FAILED:
        raise Refused(_("The set-up has not failed."), code="invalid_transition")
    _set_state(organisation, OrganisationState.PROVISIONING, "")


def organisation_suspend(organisation: Organisation, *, reason: str) -> None:
    """Refuse sign-in with the reason; the data stay. Raises InvalidInput, Refused."""
    if not reason.strip():
        raise InvalidInput(_("Please give a reason."), field="reason", code="required")
    _must_be(organisation, OrganisationState.ACTIVE)
    _set_state(organisation, OrganisationState.SUSPENDED, reason.strip()[:300])


def organisation_restore(organisation: Organisation) -> None:
    """Open a suspended organisation again, or one that was to be deleted. Raises Refused."""
    _must_be(organisation, OrganisationState.SUSPENDED, OrganisationState.SCHEDULED)
    organisation.delete_after = None
    _set_state(organisation, OrganisationState.ACTIVE, "")


def organisation_delete_schedule(organisation: Organisation) -> None:
    """Close the organisation now and delete it in thirty days unless it is restored. Raises Refused."""
    _must_be(organisation, OrganisationState.ACTIVE, OrganisationState.SUSPENDED, OrganisationState.FAILED)
    organisation.delete_after = timezone.now() + DELETE_AFTER
    day = timezone.localtime(organisation.delete_after)
    text = _("Closed; it is deleted after %(day)s.") % {"day": f"{day:%d-%m-%Y}"}
    _set_state(organisation, OrganisationState.SCHEDULED, text)


def organisation_delete(organisation: Organisation) -> None:
    """Drop the schema and forget the organisation. Owner's connection; nothing can bring it back."""
    if organisation.schema_name in (settings.PUBLIC_SCHEMA_NAME, settings.TEMPLATE_SCHEMA):
        raise Refused(_("This schema is not an organisation."))
    Organisation.objects.filter(pk=organisation.pk).update(progress=STEP_DROP)
    schema_drop(organisation.schema_name)
    organisation.delete(force_drop=False)  # type: ignore[call-arg]  # TenantMixin takes it
    if organisation.is_default:
        _default_hand_on()
    forget_hosts()


def _default_hand_on() -> None:
    """The only organisation that is left opens on this machine's own addresses from now on."""
    left = list(Organisation.objects.order_by("pk")[:2])
    if len(left) == 1:
        left[0].is_default = True
        left[0].save(update_fields=["is_default", "updated_at"])


def removal_begin(organisation: Organisation) -> None:
    """Close a demo organisation, whose deletion is queued: its pages show the progress. Raises Refused."""
    if not organisation.is_demo:
        raise Refused(_("Only a demo organisation can be removed from within."), code="not_demo")
    _must_be(organisation, OrganisationState.ACTIVE)
    _set_state(organisation, OrganisationState.REMOVING, "")


def removal_undo(organisation: Organisation) -> None:
    """Open the demo again after a deletion that did not go through."""
    if organisation.state == OrganisationState.REMOVING:
        _set_state(organisation, OrganisationState.ACTIVE, "")


def organisations_due() -> list[Organisation]:
    """Those whose thirty days are over."""
    return list(
        Organisation.objects.filter(state=OrganisationState.SCHEDULED, delete_after__lt=timezone.now())
    )


def modules_switch(organisation: Organisation, *, keys: list[str]) -> None:
    """Switch modules on and off. Raises InvalidInput for an unknown one."""
    organisation.enabled_modules = modules_check(keys)
    organisation.save(update_fields=["enabled_modules", "updated_at"])
    forget_hosts()


def _must_be(organisation: Organisation, *states: str) -> None:
    if organisation.state not in states:
        raise Refused(
            _("This is not possible while the organisation is “%(s)s”.")
            % {"s": organisation.get_state_display()},
            code="invalid_transition",
        )


def _set_state(organisation: Organisation, state: str, reason: str) -> None:
    organisation.state, organisation.state_reason, organisation.progress = state, reason[:300], ""
    organisation.save(
        update_fields=["state", "state_reason", "progress", "setup", "delete_after", "updated_at"]
    )
    forget_hosts()
