from django.utils.translation import gettext_lazy as _

from apps.core.modules import BahiAppConfig, Module


class RuntimeConfig(BahiAppConfig):
    """Outbox and inbox of events, idempotency keys, jobs."""

    name = "apps.runtime"
    label = "runtime"
    default = True
    declares = Module(
        key="runtime", title=_("Background work"), icon="pending_actions", switchable=False, order=950
    )

    def ready(self) -> None:
        from apps.core.api.transaction import IdempotencyGuard, register_idempotency
        from apps.core.events import register_sink
        from apps.runtime.services.idempotency import idempotency_claim, idempotency_keep
        from apps.runtime.services.outbox import outbox_write

        register_sink(outbox_write)
        register_idempotency(IdempotencyGuard(claim=idempotency_claim, keep=idempotency_keep))
