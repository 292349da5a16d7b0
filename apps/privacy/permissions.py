"""Business permissions of privacy; administrators have them all."""

from apps.core.permissions import register_permissions

MANAGE, ERASE, CONSENT = "privacy.give_personal_data", "privacy.erase_person", "privacy.note_consent"
register_permissions(
    "privacy",
    {
        "give_personal_data": "Find people and give out all that is held about one",
        "erase_person": "Erase people",
        "note_consent": "Note that people gave a consent or took it back",
        "change_settings": "Change settings of privacy: contact for complaints, how long data is kept",
    },
)
