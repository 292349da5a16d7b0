from django.db import models
from django.utils.translation import gettext_lazy as _


class AccessEvent(models.TextChoices):
    """What the access log knows."""

    SIGN_IN = "sign_in", _("Signed in")
    SIGN_IN_FAILED = "sign_in_failed", _("Sign-in failed")
    LOCKED = "locked", _("Locked after failures")
    UNLOCKED = "unlocked", _("Unlocked")
    SIGN_OUT = "sign_out", _("Signed out")
    SESSION_ENDED = "session_ended", _("Session ended by hand")
    TOKEN_REUSED = "token_reused", _("Old refresh token used again")
    REFUSED = "refused", _("Refused")
    INVITED = "invited", _("Invited")
    INVITATION_ACCEPTED = "invitation_accepted", _("Invitation accepted")
    RESET_ASKED = "reset_asked", _("Asked for a new password")
    PASSWORD_CHANGED = "password_changed", _("Password changed")
    SECOND_FACTOR_FAILED = "factor_failed", _("Second factor wrong")
    SECOND_FACTOR_ADDED = "factor_added", _("Second factor set up")
    SECOND_FACTOR_REMOVED = "factor_removed", _("Second factor removed")
    SECOND_FACTOR_RESET = "factor_reset", _("Second factors reset by administrator")
    BACKUP_CODES_MADE = "backup_codes_made", _("Backup codes made")
    BACKUP_CODE_USED = "backup_code_used", _("Backup code used")
    CONFIRMED = "confirmed", _("Proved again who he is")
    POLICY_CHANGED = "policy_changed", _("Sign-in rules changed")
    KEY_MADE = "key_made", _("API key made")
    KEY_REVOKED = "key_revoked", _("API key revoked")
    EMAIL_CHANGED = "email_changed", _("E-mail changed")
    USER_CHANGED = "user_changed", _("Rights of a user changed")
    USER_DEACTIVATED = "user_deactivated", _("User switched off")
    USER_RESTORED = "user_restored", _("User restored")
    ROLE_CHANGED = "role_changed", _("Role changed")
    GRANT_CHANGED = "grant_changed", _("Access to a record changed")
    EXPORT = "export", _("Exported")
    PRINTED = "printed", _("Printed")
    BACKUP = "backup", _("Backed up")
