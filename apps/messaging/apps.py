from apps.core.modules import BahiAppConfig, Module


class MessagingConfig(BahiAppConfig):
    name = "apps.messaging"
    label = "messaging"
    default = True
    module = Module(key="", title="", switchable=False)
