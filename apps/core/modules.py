"""Module declarations: each app says in ``apps.py`` what it is; menus, switches and roles read it here."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

from django.apps import AppConfig, apps
from django.conf import settings
from django.utils.functional import Promise


@dataclass(frozen=True)
class Role:
    """A ready role: code, name, permissions (``sales.*`` for all of an app) and record levels by kind."""

    code: str
    name: str
    permissions: tuple[str, ...] = ()
    levels: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Module:
    """What an app is to the organisation. ``key`` is the catalogue key; empty = part of the platform."""

    key: str
    title: str
    icon: str = "apps"
    switchable: bool = True
    order: int = 100
    depends: tuple[str, ...] = ()


class BahiAppConfig(AppConfig):
    """Base of every app's configuration."""

    default = False
    default_auto_field = "django.db.models.BigAutoField"
    declares: Module = Module(key="", title="", switchable=False)

    def __init__(self, app_name: str, app_module: object) -> None:
        # Breadcrumbs and the menu call it the same. Asking whether it is empty would translate it, too early.
        if isinstance(self.declares.title, Promise):
            self.verbose_name = self.declares.title
        super().__init__(app_name, app_module)


def bahi_apps() -> list[BahiAppConfig]:
    """Configurations of our own apps, in layer order."""
    return [config for config in apps.get_app_configs() if isinstance(config, BahiAppConfig)]


def module_of_app(app_label: str) -> Module | None:
    """What an app declares itself to be, None for one that is not ours."""
    config = apps.app_configs.get(app_label)
    return config.declares if isinstance(config, BahiAppConfig) else None


@lru_cache(maxsize=1024)
def module_key_of_app(app_label: str) -> str:
    """Catalogue key that switches this app; empty when it can't be switched off."""
    module = module_of_app(app_label)
    return module.key if module and module.switchable else ""


def all_modules() -> list[Module]:
    """Every module with a title, in menu order."""
    return sorted((c.declares for c in bahi_apps() if c.declares.title), key=lambda m: (m.order, m.title))


def switchable_keys() -> list[str]:
    """Catalogue keys of the modules that an organisation may switch off."""
    return [module.key for module in all_modules() if module.switchable and module.key]


def app_of_view(view: object) -> str:
    """Label of the app whose code the view is (``apps.sales.api`` → ``sales``); empty for foreign code."""
    target = getattr(view, "cls", None) or getattr(view, "view_class", None) or view
    model_admin = getattr(view, "model_admin", None)
    if model_admin is not None:
        return model_admin.model._meta.app_label
    name = getattr(target, "bahi_app", "")
    if name:
        return name
    parts = (getattr(target, "__module__", "") or "").split(".")
    return parts[1] if len(parts) > 1 and parts[0] == "apps" else ""


def default_modules() -> list[str]:
    """What a new organisation has on when nobody chose."""
    return getattr(settings, "DEFAULT_MODULES", None) or switchable_keys()
