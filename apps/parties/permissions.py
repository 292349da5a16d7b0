"""Business permissions of the party book, and what the ready roles may do with it."""

from apps.core.modules import Role
from apps.core.permissions import register_permissions, register_roles, register_stand_in

register_permissions(
    "parties",
    {
        "see_pan": "See whole PANs of parties",
        "see_bank_account": "See whole bank account numbers of parties",
        "set_bank_account": "Change bank accounts and UPI ids of parties",
        "set_credit": "Set credit limits, credit days and what happens over the limit",
        "set_own_company": "Say which party stands for a company of ours",
    },
)

_SEE = ("parties.view_party", "parties.view_paymentterms")
_EDIT = ("parties.add_party", "parties.change_party")

register_roles(
    [
        Role("accounts", "Accounts", ("parties.*",)),
        Role(
            "auditor",
            "Auditor (read only)",
            (*_SEE, "parties.export_party", "parties.see_pan", "parties.see_bank_account"),
        ),
        Role("sales_user", "Sales user", (*_SEE, *_EDIT), {"parties.party": "own"}),
        Role(
            "sales_manager",
            "Sales manager",
            (*_SEE, *_EDIT, "parties.delete_party", "parties.export_party", "parties.import_party",
             "parties.set_credit"),
            {"parties.party": "department"},
        ),
        Role("purchase", "Purchase", (*_SEE, *_EDIT)),
        Role("stores", "Stores", _SEE),
        Role("project_manager", "Project manager", _SEE, {"parties.party": "department"}),
        Role("support_agent", "Support agent", _SEE),
        Role("support_manager", "Support manager", (*_SEE, "parties.change_party")),
        Role("cashier", "Cashier", _SEE),
    ]
)  # fmt: skip
register_stand_in("parties", models=("party", "paymentterms"))
