from apps.core.modules import BahiAppConfig, Module


class PortalConfig(BahiAppConfig):
    name = "apps.portal"
    label = "portal"
    default = True
    declares = Module(key="", title="", switchable=False)
