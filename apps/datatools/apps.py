from apps.core.modules import BahiAppConfig, Module


class DatatoolsConfig(BahiAppConfig):
    name = "apps.datatools"
    label = "datatools"
    default = True
    module = Module(key="", title="", switchable=False)
