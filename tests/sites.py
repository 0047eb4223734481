"""Sites in processes of their own, each on a database of its own, with the site's own settings."""

import json
import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg

ROOT = Path(__file__).parent.parent


def new_database(folder):
    """Return the address of an empty database of the engine under test."""
    name = f"site_{uuid4().hex[:8]}"
    if os.environ["ANNEAL_TEST_ENGINE"] == "sqlite":
        return f"sqlite:///{folder}/{name}.sqlite3"
    host = urlsplit(os.environ["ANNEAL_TEST_DATABASE_URL"]).query.removeprefix("host=")
    with psycopg.connect(host=host, user="anneal", dbname="postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return f"postgres://anneal@/{name}?host={host}"


class Site:
    """A migrated site, HTTPS off, spoken to by its commands."""

    def __init__(self, url):
        kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        self.env = {
            **kept, "SECRET_KEY": "only for this test 0123456789 abcdefghijklmnopqrstuvwxyz",
            "ALLOWED_HOSTS": "127.0.0.1", "HTTPS": "off", "DATABASE_URL": url,
        }  # fmt: skip
        self.manage("migrate", "--verbosity", "0")

    def start_command(self, *args, before=(), **options):
        call = [*before, sys.executable, "-W", "ignore", "manage.py", *map(str, args)]
        return subprocess.Popen(call, cwd=ROOT, env=self.env, text=True, **options)

    def attempt(self, *args, **options):
        """Run a command to its end; return (exit code, output, errors)."""
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        with self.start_command(*args, **pipes, **options) as process:
            out, errors = process.communicate(timeout=120)
        return process.returncode, out, errors

    def manage(self, *args):
        code, out, errors = self.attempt(*args)
        assert code == 0, errors
        return out

    def ask(self, code):
        """Run Python in the site; return what it prints as JSON after READY."""
        out = self.manage("shell", "--no-imports", "-c", code)
        return json.loads(out.split("READY")[1])
