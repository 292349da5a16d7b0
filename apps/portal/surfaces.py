"""Access of the home page: everybody's own, holding only what he may open."""

from apps.core.surfaces import PERSONAL, declare

declare(dict.fromkeys(("home", "quick_create", "favourite", "checklist"), PERSONAL))
