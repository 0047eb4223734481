"""A real Chromium against a real server, under the site's own policy."""

import os
import shutil

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import expect

from scheduling.models import Learner
from tests.browser.steps import sign_in

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


def pytest_collection_modifyitems(items):
    for item in items:
        if item.path.parent.name == "browser":
            item.add_marker(pytest.mark.browser)


@pytest.fixture(autouse=True)
def chromium_is_here():
    if CHROMIUM is None:
        if os.environ.get("CI"):
            pytest.fail("no Chromium found: a browser test may not be skipped in CI")
        pytest.skip("no Chromium found")
    expect.set_options(timeout=10_000)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    return {**browser_type_launch_args, "executable_path": CHROMIUM, "args": FLAGS}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args):
    return {**browser_context_args, "reduced_motion": "reduce", "viewport": {"width": 1200, "height": 900}}


@pytest.fixture
def ada():
    user = User.objects.create_user("ada", "ada@example.com", "correct horse")
    return Learner.of(user)


@pytest.fixture
def problems(page):
    """Collect what the page complains of: a broken policy is an error here."""
    found = []
    page.on("console", lambda message: found.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: found.append(str(error)))
    return found


@pytest.fixture
def signed_in(page, live_server, ada, client):
    sign_in(page.context, live_server, client, ada)
    return page


@pytest.fixture
def study(signed_in, live_server):
    def open_page(query=""):
        signed_in.goto(f"{live_server.url}/study/{query}")
        return signed_in

    return open_page


@pytest.fixture
def without_javascript(browser, live_server, ada, client):
    context = browser.new_context(java_script_enabled=False, base_url=live_server.url)
    sign_in(context, live_server, client, ada)
    yield context.new_page()
    context.close()
