"""Who curates the cards."""

import pytest
from django.contrib.auth.models import Group, User


@pytest.fixture
def curator(client):
    """Give a client signed in as a member of the group Curators."""
    user = User.objects.create_user("curator", "c@example.com", "pw", is_staff=True)
    user.groups.add(Group.objects.get(name="Curators"))
    client.force_login(user)
    return client
