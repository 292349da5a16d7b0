from apps.core.modules import BahiAppConfig, Module


class DocumentsConfig(BahiAppConfig):
    """What every document shares: lifecycle, numbers, links, timeline, comments, files, print."""

    name = "apps.documents"
    label = "documents"
    default = True
    declares = Module(key="", title="", switchable=False)
