from apps.core.modules import BahiAppConfig, Module


class PortalConfig(BahiAppConfig):
    name = "apps.portal"
    label = "portal"
    default = True
    module = Module(key="", title="", switchable=False)
