"""Read settings from the environment; a missing or bad value is one clear sentence."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured
from django.core.management.utils import get_random_secret_key

env = environ.Env()

SWITCH = {
    "1": True,
    "on": True,
    "true": True,
    "yes": True,
    "": False,
    "0": False,
    "off": False,
    "false": False,
    "no": False,
}


def switch(name: str, default: bool) -> bool:
    """Return the on/off value of a variable; anything but on or off is refused."""
    value = os.environ.get(name)
    if value is None:
        return default
    if value.strip().lower() not in SWITCH:
        raise ImproperlyConfigured(f"{name}={value!r} is neither on nor off.")
    return SWITCH[value.strip().lower()]


def choice(name: str, allowed: Sequence[str]) -> str:
    """Return the variable's value, which must be one of `allowed`; the first is the default."""
    value = os.environ.get(name, allowed[0])
    if value not in allowed:
        raise ImproperlyConfigured(f"{name}={value!r} is not one of: {', '.join(allowed)}.")
    return value


def secret_key(debug: bool, folder: Path) -> str:
    """Return SECRET_KEY; with DEBUG a generated one is kept in `folder`, else it is required."""
    if os.environ.get("SECRET_KEY"):
        return os.environ["SECRET_KEY"]
    if not debug:
        raise ImproperlyConfigured("SECRET_KEY is not set: give it 50 or more random characters.")
    folder.mkdir(exist_ok=True)
    path = folder / "secret_key"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(get_random_secret_key())
    return path.read_text()


def hosts(debug: bool) -> list[str]:
    """Return ALLOWED_HOSTS: this machine alone with DEBUG, else required and never `*`."""
    if debug and not os.environ.get("ALLOWED_HOSTS"):
        return ["127.0.0.1", "localhost", "[::1]", "testserver"]
    found = [host.strip() for host in os.environ.get("ALLOWED_HOSTS", "").split(",") if host.strip()]
    if not found or "*" in found:
        raise ImproperlyConfigured(
            "ALLOWED_HOSTS must name the site's hosts, with commas between; `*` is not allowed."
        )
    return found


def database(debug: bool, default: Path) -> dict[str, Any]:
    """Return the one database: PostgreSQL with a connection pool, or SQLite with safe options."""
    url = os.environ.get("DATABASE_URL") or f"sqlite:///{default}"
    try:
        found = env.db_url_config(url)
    except Exception as error:
        raise ImproperlyConfigured(
            "DATABASE_URL is not understood: use sqlite:///PATH or postgres://USER:PASSWORD@HOST/NAME."
        ) from error
    if found.get("ENGINE") == "django.db.backends.postgresql":
        return found | {
            "OPTIONS": {**found.get("OPTIONS", {}), **({} if debug else {"pool": {"timeout": 5}})},
            "CONN_HEALTH_CHECKS": True,
        }
    if found.get("ENGINE") != "django.db.backends.sqlite3":
        raise ImproperlyConfigured("DATABASE_URL must begin with sqlite:/// or postgres://.")
    Path(found["NAME"]).parent.mkdir(parents=True, exist_ok=True)
    options = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
    }
    return found | {"OPTIONS": options, "CONN_MAX_AGE": 0 if debug else None}


def mail(debug: bool) -> dict[str, Any]:
    """Return the e-mail settings of EMAIL_URL; without it mails are printed on the console."""
    url = os.environ.get("EMAIL_URL") or "consolemail://"
    try:
        return env.email_url_config(url)
    except Exception as error:
        raise ImproperlyConfigured(
            "EMAIL_URL is not understood: use smtp+tls://USER:PASSWORD@HOST:587."
        ) from error


def start_sentry(dsn: str) -> None:
    """Report errors to Sentry, which is not among the pinned packages: its user installs it."""
    try:
        import sentry_sdk
    except ImportError as error:
        raise ImproperlyConfigured(
            "SENTRY_DSN is set but the package sentry-sdk is not installed."
        ) from error
    sentry_sdk.init(dsn, send_default_pii=False)
