"""The WSGI entry: `gunicorn config.wsgi`."""

import os
from collections.abc import Callable, Iterable
from typing import Any

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def utf8_only(site: Wsgi) -> Wsgi:
    """Read every request as UTF-8, as the HTML standard has it: forms know no other charset.

    Django would decode by whatever `charset` names: rot13 breaks the request
    before any error page, utf-7 makes lone surrogates that no database takes.
    """

    def call(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        kind, *parameters = environ.get("CONTENT_TYPE", "").split(";")
        kept = [each for each in parameters if each.strip().lower().split("=")[0].strip() != "charset"]
        environ["CONTENT_TYPE"] = ";".join([kind, *kept])
        return site(environ, start_response)

    return call


application = utf8_only(get_wsgi_application())
