from apps.core.modules import BahiAppConfig, Module


class TenancyConfig(BahiAppConfig):
    """The public schema: organisations, their domains and how they come to life."""

    name = "apps.tenancy"
    label = "tenancy"
    default = True
    declares = Module(key="", title="", switchable=False)
