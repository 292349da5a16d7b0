"""Who gives roles their quick-create strip: whoever sees roles and may change strips. It grants no right."""

SEE_ROLES, CHANGE = "accounts.view_role", "portal.change_rolestrip"
