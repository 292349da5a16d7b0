from django.urls import path

from apps.files.views import MediaView

PREFIX = "media/"
urlpatterns = [path("<int:pk>/<str:name>", MediaView.as_view(), name="media")]
