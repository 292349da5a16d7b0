"""Personal data in timelines, comments and files of records."""

from apps.core.personal import EMPTY, NAME, SWEPT, Holding, register_holding

_PEOPLE = ("parties.party",)

register_holding(
    Holding(
        "documents.timelineentry", "accounts.user", "actor_id",
        {"actor_label": NAME, "text": SWEPT, "data": SWEPT}, ("target_kind", "verb"),
    ),
    Holding("documents.comment", "accounts.user", "author_id", {"text": SWEPT}, ("target_kind",)),
    *(
        Holding(
            "documents.timelineentry", kind, "target", {"text": "blank", "data": EMPTY, "actor_label": SWEPT},
            ("target_kind", "verb"),
        )
        for kind in _PEOPLE
    ),
    *(Holding("documents.comment", kind, "target", {"text": "blank"}, ("target_kind",)) for kind in _PEOPLE),
    *(Holding("documents.attachment", kind, "target", {}, ("target_kind",), True) for kind in _PEOPLE),
)  # fmt: skip
