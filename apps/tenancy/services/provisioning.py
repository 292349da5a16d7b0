"""From a name to a working organisation: schema, masters, first administrator, first company."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from apps.core.errors import InvalidInput, Refused
from apps.core.modules import all_modules, default_modules, switchable_keys
from apps.core.platform_log import platform_log
from apps.core.seeding import run_seeds
from apps.core.setup_steps import setup_steps
from apps.core.tenant import organisation_context
from apps.core.validation import field_errors
from apps.tenancy.choices import OrganisationState
from apps.tenancy.hosts import forget_hosts, schema_exists
from apps.tenancy.lifecycle import organisation_step
from apps.tenancy.models import DeletionRecord, Domain, Organisation, Plan
from apps.tenancy.services.schema_build import schema_drop, schema_replay

SLUG = r"[a-z][a-z0-9-]{1,38}[a-z0-9]"
RESERVED = {
    "public", "platform", "www", "api", "app", "admin", "static", "media", "template", "mail", "smtp", "imap",
    "ftp", "support", "help", "status", "billing", "login", "account", "accounts", "security", "root", "test",
    "localhost", "signup", "sign-up", "operator", "system", "internal", "autoconfig", "autodiscover",
    "postmaster", "webmaster",
}  # fmt: skip
RESERVED_STARTS = ("pg-", "bahi-", "xn--")
Progress = Callable[[str], None]
STEP_TABLES = gettext_noop("Building the tables")
STEP_MASTERS = gettext_noop("Filling the masters")


def organisation_create(
    *,
    slug: str,
    name: str = "",
    modules: Iterable[str] | None = None,
    is_demo: bool = False,
    setup: dict[str, Any] | None = None,
    state: str = OrganisationState.PROVISIONING,
    again: bool = False,
    **details: Any,
) -> Organisation:
    """Enter a new organisation, to be provisioned (``state``); ``again``: one that was deleted comes back.

    Raises InvalidInput naming the field.
    """
    slug, plan = slug_check(slug), details.get("plan")
    if not again:
        slug_unused(slug)
    chosen = list(modules) if modules is not None else modules_of(plan)
    organisation = Organisation(
        slug=slug,
        schema_name=f"org_{slug.replace('-', '_')}",
        name=name or slug.replace("-", " ").title(),
        enabled_modules=modules_check(chosen, plan=plan),
        is_demo=is_demo,
        is_default=state != OrganisationState.REQUESTED
        and not Organisation.objects.filter(is_default=True).exists(),
        setup=setup or {},
        state=state,
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


def slug_check(slug: str) -> str:
    """The short name, tidied. Raises InvalidInput for one that is malformed or reserved (not: taken)."""
    slug = slug.strip().lower()
    if not re.fullmatch(SLUG, slug):
        raise InvalidInput(_("3 to 40 of a-z, 0-9 and -, beginning with a letter."), field="slug")
    if slug in RESERVED or slug.startswith(RESERVED_STARTS):
        raise InvalidInput(_("This name is reserved."), field="slug", code="reserved")
    return slug


def slug_was_used(slug: str) -> bool:
    """Whether an organisation of this short name was deleted; demos don't count."""
    facts = DeletionRecord.objects.filter(slug=slug).values_list("facts", flat=True)
    return any(not each.get("demo") for each in facts)


def slug_unused(slug: str) -> None:
    """Raises InvalidInput where an organisation of this short name was deleted: its backups lie under it, and
    mailed links, clients and identity providers still call its address. Only a restore gives it back."""
    if slug_was_used(slug):
        text = _("An organisation of this short name was deleted: restore its backup, or choose another.")
        raise InvalidInput(text, field="slug", code="reserved")


def modules_of(plan: Plan | None) -> list[str]:
    """What a new organisation has on when nobody chose: the usual, as far as the plan has it."""
    keys = default_modules()
    return [key for key in keys if key in plan.modules] if plan and plan.modules else keys


def modules_known(keys: list[str]) -> None:
    """Raises InvalidInput for a key that is no module."""
    unknown = sorted(set(keys) - set(switchable_keys()))
    if unknown:
        raise InvalidInput(_("Unknown module: %(names)s.") % {"names": ", ".join(unknown)}, field="modules")


def modules_check(keys: list[str], *, plan: Plan | None = None) -> list[str]:
    """The keys, in order and once. Raises InvalidInput: unknown, not in the plan, lacking what it needs."""
    modules_known(keys)
    outside = sorted(set(keys) - set(plan.modules)) if plan and plan.modules else []
    if outside:
        text = _("The plan “%(plan)s” has no: %(names)s.")
        raise InvalidInput(
            text % {"plan": plan, "names": ", ".join(outside)}, field="modules", code="limit_reached"
        )
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
        progress(text)

    organisation_step(organisation, "provision")
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
    organisation_step(organisation, "activate")


def organisation_opened(organisation: Organisation) -> None:
    """Let people in after its tables were filled by other means than seeds (a restore)."""
    organisation_step(organisation, "activate")


def removal_begin(organisation: Organisation) -> None:
    """Close a demo organisation, whose deletion is queued: its pages show the progress. Raises Refused."""
    if not organisation.is_demo:
        raise Refused(_("Only a demo organisation can be removed from within."), code="not_demo")
    organisation_step(organisation, "remove")


def removal_undo(organisation: Organisation) -> None:
    """Open the demo again after a deletion that did not go through."""
    if organisation.state == OrganisationState.REMOVING:
        organisation_step(organisation, "reopen")


def modules_switch(organisation: Organisation, *, keys: list[str]) -> None:
    """Switch modules on and off. Raises InvalidInput for an unknown one."""
    organisation.enabled_modules = modules_check(keys, plan=organisation.plan)
    platform_log("modules", organisation=organisation, modules=organisation.enabled_modules)
    organisation.save(update_fields=["enabled_modules", "updated_at"])
    forget_hosts()
