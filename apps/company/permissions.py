"""Business permissions of company."""

from apps.core.permissions import register_permissions

register_permissions(
    "company",
    {
        "close_period": "Close accounting periods",
        "reopen_period": "Open closed periods again",
        "post_soft_closed": "Post into softly closed periods",
        "change_series": "Change number series",
        "release_lock": "Release the billing company lock",
    },
)
