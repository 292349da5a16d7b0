from apps.core.modules import BahiAppConfig, Module


class CoreConfig(BahiAppConfig):
    """No tables: bases, registries and helpers for all the other apps."""

    name = "apps.core"
    label = "core"
    default = True
    declares = Module(key="", title="", switchable=False)

    def ready(self) -> None:
        from apps.core.tenant_patches import apply_tenant_patches

        apply_tenant_patches()
