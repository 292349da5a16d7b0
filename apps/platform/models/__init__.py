from apps.platform.models.announcement import Announcement, AnnouncementSeen
from apps.platform.models.figures import Figures
from apps.platform.models.look import SignInLook
from apps.platform.models.override import Override
from apps.platform.models.sign_up import SignUp

__all__ = ["Announcement", "AnnouncementSeen", "Figures", "Override", "SignInLook", "SignUp"]
