"""The settings as a site has them: a bad one stops the start with one sentence."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
GOOD = {
    "SECRET_KEY": "a long and random value: 0123456789 abcdefghijklmnopqrstuvwxyz",
    "ALLOWED_HOSTS": "anneal.example",
}


def manage(*args, **environment):
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    call = [sys.executable, "-W", "ignore", "manage.py", *args]
    return subprocess.run(
        call, cwd=ROOT, env={**kept, **environment}, capture_output=True, text=True, timeout=60, check=False
    )


def test_a_site_with_its_secrets_passes_the_deployment_check(tmp_path):
    done = manage(
        "check",
        "--deploy",
        "--fail-level",
        "WARNING",
        **GOOD,
        DATABASE_URL=f"sqlite:///{tmp_path}/db.sqlite3",
    )

    assert done.returncode == 0, done.stderr


def test_static_files_go_where_the_site_wants_them(tmp_path):
    done = manage(
        "collectstatic",
        "--no-input",
        **GOOD,
        DATABASE_URL=f"sqlite:///{tmp_path}/db.sqlite3",
        STATIC_ROOT=str(tmp_path / "served"),
    )

    assert done.returncode == 0, done.stderr
    assert (tmp_path / "served" / "staticfiles.json").exists()


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY is not set"),
        ({"ALLOWED_HOSTS": ""}, "ALLOWED_HOSTS must name"),
        ({"ALLOWED_HOSTS": "*"}, "`*` is not allowed"),
        ({"DEBUG": "perhaps"}, "DEBUG='perhaps' is neither on nor off"),
        ({"DATABASE_URL": "mysql://host/name"}, "DATABASE_URL must begin with"),
        ({"DATABASE_URL": "not a url"}, "DATABASE_URL"),
        ({"EMAIL_URL": "pigeon://"}, "EMAIL_URL is not understood"),
        ({"EMAIL_VERIFICATION": "sometimes"}, "is not one of: optional, mandatory"),
        ({"SIGN_UP": "ajar"}, "is not one of: open, closed"),
        ({"SENTRY_DSN": "https://key@sentry.example/1"}, "sentry-sdk is not installed"),
    ],
)
def test_a_bad_setting_stops_the_start_with_one_sentence(change, sentence):
    done = manage("check", **{**GOOD, **change})

    assert done.returncode == 1
    assert sentence in done.stderr
    assert done.stderr.startswith("anneal: ")
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_debug_is_off_and_cookies_are_safe_unless_asked_otherwise():
    code = (
        "from django.conf import settings as s;"
        "print(s.DEBUG, s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SESSION_COOKIE_NAME, s.SECURE_SSL_REDIRECT)"
    )

    done = manage("shell", "--no-imports", "-c", code, **GOOD)

    assert done.stdout.split() == ["False", "True", "True", "__Host-sessionid", "True"], done.stderr
