from django.utils.translation import gettext_lazy as _

from apps.core.modules import BahiAppConfig, Module


class DimensionsConfig(BahiAppConfig):
    """Cost centres and projects: what postings are analysed by."""

    name = "apps.dimensions"
    label = "dimensions"
    default = True
    declares = Module(
        key="dimensions", title=_("Dimensions"), icon="account_tree", switchable=False, order=85
    )
