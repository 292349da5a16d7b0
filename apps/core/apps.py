from apps.core.modules import BahiAppConfig, Module


class CoreConfig(BahiAppConfig):
    """No tables: bases, registries and helpers for all the other apps."""

    name = "apps.core"
    label = "core"
    default = True
    declares = Module(key="", title="", switchable=False)

    def ready(self) -> None:
        """All models are loaded now: apply the patches, then let the apps register."""
        from apps.core.admin.theme_patches import apply_theme_patches
        from apps.core.database.base import unused_types_pass
        from apps.core.database.loading import apply_loading
        from apps.core.events import load_subscribers
        from apps.core.lean_imports import optional_packages_pass
        from apps.core.registry import load_modules
        from apps.core.secrets import keyring
        from apps.core.start_checks import register_start_check
        from apps.core.tenant_patches import apply_tenant_patches
        from apps.core.triggers import triggers_always_fire

        optional_packages_pass()
        apply_loading()
        apply_tenant_patches()
        unused_types_pass()
        apply_theme_patches()
        triggers_always_fire()
        load_modules("permissions")
        load_modules("lifecycle")
        load_modules("contributions")
        load_subscribers()
        register_start_check(keyring)  # better no start than a fault at the first secret
