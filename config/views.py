"""Health, and the error pages: each plain, each safe to show when little else works."""

import sys

from django.db import DatabaseError, InterfaceError, OperationalError, connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from config.middleware import beside_the_card, unavailable


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Say ok when the database answers, else 503. One statement."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return HttpResponse(
            "database away", status=503, content_type="text/plain", headers={"Retry-After": "5"}
        )
    return HttpResponse("ok", content_type="text/plain")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 400 without reading the request again: its body may be what is bad."""
    if request.headers.get("HX-Request"):
        sentence = "Not saved: this request could not be understood."
        return beside_the_card(request, {"status": "refused", "message": sentence}, 400)
    return HttpResponse("This request could not be understood.", status=400, content_type="text/plain")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer 403 to a form whose token is old: a fragment that keeps the card, or a page."""
    if request.headers.get("HX-Request"):
        return beside_the_card(request, "forbidden", 403)
    return render(request, "403_csrf.html", status=403)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer 500 with a plain page, or 503 where a middleware met a database that is away."""
    if isinstance(sys.exception(), OperationalError | InterfaceError):
        return unavailable(request)
    if request.headers.get("HX-Request"):
        sentence = "Something broke, and this may not be saved. Press again: it will count once."
        return beside_the_card(request, {"status": "broken", "message": sentence}, 500)
    return render(request, "500.html", status=500)
