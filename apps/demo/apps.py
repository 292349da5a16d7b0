from apps.core.modules import BahiAppConfig, Module


class DemoConfig(BahiAppConfig):
    """The demo organisation: a year of an electrical wholesaler, made through the services. No tables."""

    name = "apps.demo"
    label = "demo"
    default = True
    declares = Module(key="", title="", switchable=False)
