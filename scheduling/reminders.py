"""Reminders by mail: who is called today, each at most once, and the links to stop it."""

import logging
from collections.abc import Iterator
from datetime import date, datetime, timedelta

from allauth.account.models import EmailAddress
from django.core import signing
from django.core.mail import EmailMessage
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from cards.models import Card
from scheduling import nudges
from scheduling.models import CardState, Learner, Reminder
from scheduling.stats.log import counted, days_off

SALT = "scheduling.reminders"
SNOOZE = timedelta(days=7)
logger = logging.getLogger(__name__)


def candidates() -> QuerySet[Learner]:
    """Return the learners who asked for reminders and confirmed the address. One statement."""
    confirmed = EmailAddress.objects.filter(
        user=OuterRef("user"), email=OuterRef("user__email"), verified=True
    )
    return (
        Learner.objects.filter(Exists(confirmed), reminders=True, user__is_active=True)
        .exclude(user__email="").select_related("user").order_by("pk")
    )  # fmt: skip


def send(now: datetime, site: str) -> Iterator[tuple[Learner, bool]]:
    """Send the mails that are due now; yield each learner called, and whether the mail left.

    `site` is the address of this site, for the links. The row is claimed before
    the mail leaves: killed in between, a mail is lost rather than sent twice.
    """
    for learner in candidates().iterator():
        today = learner.today(now)
        count = worth(learner, today)
        if count and claim(learner, today):
            yield learner, deliver(learner, today, count, site)


def worth(learner: Learner, today: date) -> int:
    """Return how many cards wait for the learner, or 0 if they should not be called. Four statements at most."""
    if learner.reminders_from is not None and today < learner.reminders_from:
        return 0
    last = counted(learner).order_by("-study_day").values_list("study_day", flat=True).first()
    sent = set(learner.user.reminders.values_list("day", flat=True))
    if not nudges.is_time(today, last, sent, days_off(learner)):
        return 0
    cards = waiting(learner, today)
    ready = sum(card.due_on <= today for card in cards)
    return min(ready, learner.review_limit(today)) if nudges.reason(cards, today) else 0


def waiting(learner: Learner, today: date) -> list[nudges.Held]:
    """Return the cards due now or within a week that would be shown. One statement."""
    visible = Card.objects.visible_to(learner.user).filter(pk=OuterRef("card"))
    soon = CardState.objects.filter(
        Exists(visible), user=learner.pk, due_on__lte=today + timedelta(days=nudges.WEEK)
    )
    rows = soon.rested(today).values_list("due_on", "last_reviewed_on", "stability")
    return [nudges.Held(*row) for row in rows]


def claim(learner: Learner, today: date) -> bool:
    """Take today's reminder; False if another run has it. One statement, at once committed."""
    try:
        with transaction.atomic():
            Reminder.objects.create(user=learner.user, day=today)
    except IntegrityError:
        return False
    return True


def deliver(learner: Learner, today: date, count: int, site: str) -> bool:
    """Send one mail, and note when; a refused one is logged and not tried again."""
    try:
        message(learner, count, site).send()
    except (OSError, ValueError) as error:  # smtplib's errors are among the first, bad addresses the second
        logger.error("The reminder of user %s was not sent: %s", learner.pk, type(error).__name__)
        return False
    Reminder.objects.filter(user=learner.pk, day=today).update(sent_at=timezone.now())
    return True


def message(learner: Learner, count: int, site: str) -> EmailMessage:
    """Return the mail, with the header that lets mail programs unsubscribe at one click (RFC 8058)."""
    token = token_of(learner)
    links = {
        "study": site + reverse("scheduling:study"),
        "snooze": site + reverse("scheduling:snooze", args=[token]),
        "unsubscribe": site + reverse("scheduling:unsubscribe", args=[token]),
    }
    subject = f"{count} card{'' if count == 1 else 's'} to keep"
    headers = {
        "List-Unsubscribe": f"<{links['unsubscribe']}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
    body = render_to_string("scheduling/mail/reminder.txt", {"count": count, **links})
    return EmailMessage(f"Anneal: {subject}", body, to=[learner.user.email], headers=headers)


def token_of(learner: Learner) -> str:
    """Return what a link proves itself with; it opens nothing but the two links."""
    return signing.dumps(learner.pk, salt=SALT)


def learner_of(token: str) -> Learner | None:
    """Return the learner whom a link names, or None. One statement."""
    try:
        return Learner.objects.filter(pk=signing.loads(token, salt=SALT)).first()
    except signing.BadSignature:
        return None


def snooze(learner: Learner, now: datetime) -> None:
    Learner.objects.filter(pk=learner.pk).update(reminders_from=learner.today(now) + SNOOZE)


def unsubscribe(learner: Learner) -> None:
    Learner.objects.filter(pk=learner.pk).update(reminders=False)
