"""The customer's page of a quotation: no sign-in, one document, while the offer stands."""

from django.urls import path

from apps.sales import public

PREFIX = "q/"
urlpatterns = [
    path("<str:token>/", public.quotation_page, name="sales_quotation_public"),
    path("<str:token>/pdf/", public.quotation_pdf, name="sales_quotation_public_pdf"),
]
