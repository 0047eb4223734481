"""The site's addresses. Accounts are django-allauth's; the rest is in the two applications."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path

from config.views import healthz

admin.site.site_header = "Anneal curation"
admin.site.site_title = "Anneal"
admin.site.index_title = "The shared bank of cards"
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]  # with the site's limits

urlpatterns = [
    path("", include("scheduling.urls")),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("healthz", healthz, name="healthz"),
]
handler400 = "config.views.bad_request"
handler500 = "config.views.server_error"
