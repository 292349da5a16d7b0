"""Access of what organisations see of the platform."""

from apps.core.surfaces import ANYONE, PERSONAL, codes, declare

declare(
    dict.fromkeys(  # override_enter: by its token
        (
            "sign_in_look_css",
            "sign_in_logo",
            "organisation_picture",
            "override_over",
            "override_enter",
        ),
        ANYONE,
    )
    | dict.fromkeys(("announcement_dismiss", "override_end"), PERSONAL)
    | {
        "organisation_profile": codes("platform.manage_organisation"),
        "organisation_modules": codes("platform.manage_modules"),
        "organisation_usage": codes("platform.view_usage"),
        "organisation_domains": codes("platform.manage_domains"),
        "organisation_look": codes("platform.manage_look"),
        "organisation_operator": codes("platform.manage_operator"),
        "organisation_leave": codes("platform.delete_organisation"),
    }
)
