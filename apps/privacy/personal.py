"""Personal data in consents: the address. That somebody agreed stays as a proof (DPDP Act s.6(10))."""

from apps.core.personal import SWEPT, Holding, register_holding

register_holding(
    *(
        Holding(
            "privacy.consent",
            kind,
            "target",
            {"email": SWEPT},
            ("target_kind", "given_means", "withdrawn_means"),
        )
        for kind in ("parties.party", "parties.partycontact")
    )
)
