"""Personal data in views that people keep, and in what imports wrote over."""

from apps.core.personal import EMPTY, SWEPT, Holding, register_holding

_PEOPLE = ("parties.party", "accounts.user")  # a contact person stands in what his party was, and is swept

register_holding(
    Holding(
        "datatools.savedview", "accounts.user", "owner_id",
        {"name": SWEPT, "query": SWEPT, "columns": EMPTY, "widths": EMPTY},
        ("list_kind",), removed=True,
    ),
    Holding(
        "datatools.exportfile", "accounts.user", "owner_id", {"title": SWEPT, "asked": EMPTY},
        ("source", "key", "form", "rights"),
    ),
    *(
        Holding(
            "datatools.importedrecord", kind, "target", {"before": EMPTY, "refusal": SWEPT}, ("target_kind",)
        )
        for kind in _PEOPLE
    ),
)  # fmt: skip
