from apps.core.modules import BahiAppConfig, Module


class MessagingConfig(BahiAppConfig):
    name = "apps.messaging"
    label = "messaging"
    default = True
    declares = Module(key="", title="", switchable=False)
