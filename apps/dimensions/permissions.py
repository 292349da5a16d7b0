"""What the ready roles may do with cost centres and projects."""

from apps.core.modules import Role
from apps.core.permissions import register_roles, register_stand_in

_SEE = ("dimensions.view_costcentre", "dimensions.view_project")

register_roles(
    [
        Role("accounts", "Accounts", ("dimensions.*",)),
        Role("auditor", "Auditor (read only)", _SEE),
        Role("sales_user", "Sales user", _SEE),
        Role(
            "sales_manager", "Sales manager", (*_SEE, "dimensions.add_project", "dimensions.change_project")
        ),
        Role("purchase", "Purchase", _SEE),
        Role("stores", "Stores", _SEE),
        Role("production", "Production", _SEE),
        Role("payroll", "Payroll", ("dimensions.view_costcentre",)),
        Role(
            "project_manager",
            "Project manager",
            (*_SEE, "dimensions.add_project", "dimensions.change_project", "dimensions.export_project"),
        ),
        Role("developer", "Developer", ("dimensions.view_project",)),
    ]
)
register_stand_in("dimensions", models=("costcentre", "project"))
