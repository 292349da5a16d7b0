from apps.core.modules import BahiAppConfig, Module


class DatatoolsConfig(BahiAppConfig):
    name = "apps.datatools"
    label = "datatools"
    default = True
    declares = Module(key="", title="", switchable=False)
