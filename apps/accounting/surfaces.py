"""Access of operations that are no resource."""

from apps.core.surfaces import codes, declare

declare(
    {
        "accounting_revaluations": codes("accounting.view_openitem"),
        "accounting_statement_send": codes("accounting.view_openitem", "accounting.send_invoice"),
        "accounting_revaluations:post": codes("accounting.post_revaluation"),
    }
)
