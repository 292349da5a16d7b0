from apps.core.modules import BahiAppConfig, Module


class FilesConfig(BahiAppConfig):
    """Stored files and the checked pipeline through which uploads come in."""

    name = "apps.files"
    label = "files"
    default = True
    declares = Module(key="", title="", switchable=False)
