"""The site's addresses. Accounts are django-allauth's; the rest is in the two applications."""

from django.contrib import admin
from django.urls import include, path

from config.views import healthz

admin.site.site_header = "Anneal curation"
admin.site.site_title = "Anneal"
admin.site.index_title = "The shared bank of cards"

urlpatterns = [
    path("", include("scheduling.urls")),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("healthz", healthz, name="healthz"),
]
handler400 = "config.views.bad_request"
handler500 = "config.views.server_error"
