from django.urls import path

from apps.sso import setup_views as setup
from apps.sso import sign_out_views as out
from apps.sso import views

PREFIX = "accounts/sso/"
urlpatterns = [
    path("", setup.setup, name="sso_setup"),
    path("key/<str:what>/", setup.key, name="sso_key"),
    path("<int:pk>/check/", setup.check, name="sso_check"),
    path("<int:pk>/address/", setup.address, name="sso_address"),
    path("signed-out/", out.signed_out, name="sso_signed_out"),
    path("<slug:code>/start/", views.start, name="sso_start"),
    path("<slug:code>/confirm/", views.confirm, name="sso_confirm"),
    path("<slug:code>/test/", views.test, name="sso_test"),
    path("<slug:code>/return/", views.oidc_return, name="sso_return"),
    path("<slug:code>/acs/", views.saml_acs, name="sso_acs"),
    path("<slug:code>/finish/", views.finish, name="sso_finish"),
    path("<slug:code>/metadata/", setup.metadata, name="sso_metadata"),
    path("<slug:code>/slo/", out.saml_slo, name="sso_slo"),
    path("<slug:code>/back-channel/", out.back_channel, name="sso_back_channel"),
]
