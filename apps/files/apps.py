from django.utils.translation import gettext_lazy as _

from apps.core.modules import BahiAppConfig, Module


class FilesConfig(BahiAppConfig):
    """Stored files and the checked pipeline through which uploads come in."""

    name = "apps.files"
    label = "files"
    default = True
    declares = Module(key="", title=_("Files"), icon="folder", switchable=False, order=958)

    def ready(self) -> None:
        from apps.core.quota import register_quota_source
        from apps.files.selectors import bytes_stored

        register_quota_source("storage", bytes_stored)
