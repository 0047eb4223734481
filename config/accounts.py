"""What django-allauth asks this site, and how a session becomes a user."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import User
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):
    """Open or close sign-up by the setting SIGN_UP."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return settings.SIGN_UP == "open"


class LearnerBackend(AuthenticationBackend):
    """Sign in by e-mail; a session's user comes with their learner row in one statement."""

    def get_user(self, user_id: int) -> User | None:
        user = get_user_model()._default_manager.select_related("learner").filter(pk=user_id).first()
        return user if user and self.user_can_authenticate(user) else None
