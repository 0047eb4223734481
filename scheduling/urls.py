"""Addresses of everything a learner sees. Pages answer GET; actions take POST."""

from django.urls import path

from scheduling.views import account, browse, mine, origin, plan, progress, reports, study, today, wishes

app_name = "scheduling"
urlpatterns = [
    path("", today.today, name="today"),
    path("study/", study.page, name="study"),
    path("study/undo/", study.undo, name="undo"),
    path("study/<int:card_id>/grade/", study.grade, name="grade"),
    path("study/more/", study.more, name="more"),
    path("study/end/", study.end, name="end"),
    path("study/aside/", wishes.aside, name="aside"),
    path("study/<int:card_id>/skip/", wishes.skip, name="skip"),
    path("study/<int:card_id>/unbury/", wishes.unbury, name="unbury"),
    path("study/unbury/", wishes.unbury_all, name="unbury-all"),
    path("study/<int:card_id>/suspend/", wishes.suspend, name="suspend"),
    path("study/<int:card_id>/flag/", wishes.flag, name="flag"),
    path("study/<int:card_id>/note/", wishes.note, name="note"),
    path("study/<int:card_id>/reset/", wishes.reset, name="reset"),
    path("study/<int:card_id>/known/", wishes.known, name="known"),
    path("study/<int:card_id>/why/", wishes.why, name="why"),
    path("cards/", browse.cards, name="cards"),
    path("cards/<slug:slug>/", browse.card, name="card"),
    path("cards/<slug:slug>/report/", reports.report, name="report"),
    path("reports/", reports.reports, name="reports"),
    path("progress/", progress.progress, name="progress"),
    path("progress/answers/", origin.answers, name="answers"),
    path("progress/cards/", origin.cards, name="holdings"),
    path("plan/", plan.plan, name="plan"),
    path("reminders/<str:token>/snooze/", mine.snooze, name="snooze"),
    path("reminders/<str:token>/unsubscribe/", mine.unsubscribe, name="unsubscribe"),
    path("settings/export/", mine.export, name="export"),
    path("settings/delete/", mine.delete, name="delete"),
    path("settings/", account.preferences, name="settings"),
]
