from django.utils.translation import gettext_lazy as _

from apps.core.modules import BahiAppConfig, Module


class PlatformConfig(BahiAppConfig):
    """The platform operator's tools, and what organisations see of the platform."""

    name = "apps.platform"
    label = "platform"
    default = True
    declares = Module(key="organisation", title=_("Organisation"), icon="domain", switchable=False, order=890)

    def ready(self) -> None:
        from apps.accounts.services.restored import sign_ins_end
        from apps.audit.services.heads import register_heads_copy
        from apps.backup.services.heads import heads_copy
        from apps.backup.services.public_side import register_public_part
        from apps.backup.services.restoring import register_before_opening
        from apps.core.platform_log import register_platform_log
        from apps.core.visits import register_visits
        from apps.messaging.services.holding import waiting_hold
        from apps.platform.services.audit import entry_write
        from apps.platform.services.look import LOOK_PART
        from apps.platform.services.override import operator_inside, visit_of
        from apps.platform.services.profile import PICTURES_PART
        from apps.privacy.services.replaying import erasures_replay
        from apps.runtime.services.holding import jobs_hold
        from apps.tenancy.middleware import register_operator_pass

        register_platform_log(entry_write)
        register_operator_pass(operator_inside)
        register_visits(visit_of)
        register_public_part(LOOK_PART)
        register_public_part(PICTURES_PART)
        register_before_opening(waiting_hold)
        register_before_opening(jobs_hold)
        register_before_opening(sign_ins_end)
        register_before_opening(erasures_replay)
        register_heads_copy(heads_copy)
