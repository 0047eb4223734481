"""What nearly every test needs."""

import pytest
from django.contrib.auth.models import User

from scheduling.models import Learner


@pytest.fixture
def user(db):
    return User.objects.create_user("ada", "ada@example.com", "correct horse")


@pytest.fixture
def learner(user):
    return Learner.of(user)


@pytest.fixture
def signed_in(client, user):
    client.force_login(user)
    return client
