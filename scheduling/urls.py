"""Addresses of everything a learner sees. Pages answer GET; actions take POST."""

from django.urls import path

from scheduling.views import account, browse, plan, progress, study, today

app_name = "scheduling"
urlpatterns = [
    path("", today.today, name="today"),
    path("study/", study.page, name="study"),
    path("study/undo/", study.undo, name="undo"),
    path("study/<int:card_id>/grade/", study.grade, name="grade"),
    path("study/<int:card_id>/skip/", study.skip, name="skip"),
    path("study/<int:card_id>/suspend/", study.suspend, name="suspend"),
    path("cards/", browse.cards, name="cards"),
    path("cards/<slug:slug>/", browse.card, name="card"),
    path("progress/", progress.progress, name="progress"),
    path("plan/", plan.plan, name="plan"),
    path("settings/", account.preferences, name="settings"),
]
