"""Access of the home page: everybody's own, of what he may open; strips of roles for who gives them."""

from apps.core.surfaces import PERSONAL, codes, declare
from apps.portal.permissions import CHANGE, SEE_ROLES

declare(
    dict.fromkeys(("home", "quick_create", "favourite", "checklist", "home_quick_create"), PERSONAL)
    | dict.fromkeys(("role_strips", "role_strip"), codes(SEE_ROLES, CHANGE))
)
