from apps.core.modules import BahiAppConfig, Module


class DocumentsConfig(BahiAppConfig):
    """What every document shares: lifecycle, numbers, links, timeline, comments, files, print."""

    name = "apps.documents"
    label = "documents"
    default = True
    declares = Module(key="", title="", switchable=False)

    def ready(self) -> None:
        from apps.core.quota import register_quota_source
        from apps.documents.selectors import documents_this_month
        from apps.documents.services.attachments import attached_file_visible, picture_bytes
        from apps.documents.services.printing import register_pictures
        from apps.files.access import register_file_guard

        register_quota_source("documents", documents_this_month)
        register_file_guard(attached_file_visible)
        register_pictures(picture_bytes)
