from apps.core.modules import BahiAppConfig, Module


class DatatoolsConfig(BahiAppConfig):
    """Import and export engines, global search, saved views."""

    name = "apps.datatools"
    label = "datatools"
    default = True
    declares = Module(key="", title="", switchable=False)
