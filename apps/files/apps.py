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
        from apps.core.start_checks import register_ready_part, register_start_check
        from apps.files.selectors import bytes_stored
        from apps.files.services.place_checks import place_check_at_start, place_state

        register_quota_source("storage", bytes_stored)
        register_start_check(place_check_at_start)
        register_ready_part("files", place_state)
