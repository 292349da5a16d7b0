"""Personal data in views that people keep."""

from apps.core.personal import EMPTY, SWEPT, Holding, register_holding

register_holding(
    Holding(
        "datatools.savedview", "accounts.user", "owner_id", {"name": SWEPT, "query": SWEPT, "columns": EMPTY},
        ("list_kind",), removed=True,
    ),
)  # fmt: skip
