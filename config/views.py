"""Health, and the error pages: each plain, each safe to show when little else works."""

import sys

from django.db import DatabaseError, InterfaceError, OperationalError, connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from config.middleware import unavailable


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
    return HttpResponse("This request could not be understood.", status=400, content_type="text/plain")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer 403 to a form whose token is old: a fragment that keeps the card, or a page."""
    if request.headers.get("HX-Request"):
        response = render(request, "scheduling/_notice.html", {"outcome": "forbidden"}, status=403)
        response.headers["HX-Retarget"] = "#notice"
        response.headers["HX-Reswap"] = "outerHTML"
        return response
    return render(request, "403_csrf.html", status=403)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer 500 with a plain page, or 503 where a middleware met a database that is away."""
    if isinstance(sys.exception(), OperationalError | InterfaceError):
        return unavailable(request)
    return render(request, "500.html", status=500)
