from django.utils.translation import gettext_lazy as _

from apps.core.modules import BahiAppConfig, Module


class MessagingConfig(BahiAppConfig):
    """Notifications, the page's socket, mail, text messages."""

    name = "apps.messaging"
    label = "messaging"
    default = True
    declares = Module(key="messaging", title=_("Mail"), icon="mail", switchable=False, order=940)

    def ready(self) -> None:
        from django.contrib.auth.signals import user_logged_out

        from apps.core.mailing import register_mail_sender
        from apps.core.sockets import register_socket
        from apps.core.texting import register_text_sender
        from apps.files.access import register_file_guard
        from apps.messaging.consumers import LiveConsumer
        from apps.messaging.services.mail import plain_mail_queue
        from apps.messaging.services.sign_out import sockets_close_on_sign_out
        from apps.messaging.services.texts import text_queue
        from apps.messaging.stream import mailed_file_visible

        register_file_guard(mailed_file_visible)
        register_mail_sender(plain_mail_queue)
        register_text_sender(text_queue)
        register_socket(LiveConsumer.as_asgi())
        user_logged_out.connect(sockets_close_on_sign_out, dispatch_uid="messaging-sign-out")
