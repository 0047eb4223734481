"""What every answer goes through: isolation headers, a database that is away, sign-in redirects."""

from collections.abc import Callable
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render, resolve_url
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django_htmx.http import HttpResponseClientRedirect

Handler = Callable[[HttpRequest], HttpResponse]


def isolation(get_response: Handler) -> Handler:
    """Keep other sites from embedding our answers, and learners' pages out of every cache."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.headers.setdefault("Cross-Origin-Embedder-Policy", "require-corp")
        if getattr(request, "user", None) is not None and request.user.is_authenticated:
            response.headers["Cache-Control"] = "no-store, private"
        return response

    return middleware


def database_away(get_response: Handler) -> Handler:
    """Answer 503 with Retry-After, page or fragment, while the database does not answer."""

    def middleware(request: HttpRequest) -> HttpResponse:
        return get_response(request)

    def process_exception(request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, OperationalError | InterfaceError):
            return unavailable(request)
        return None

    middleware.process_exception = process_exception  # type: ignore[attr-defined]
    return middleware


def unavailable(request: HttpRequest) -> HttpResponse:
    """Return the 503 that says: nothing was saved, try again."""
    if request.headers.get("HX-Request"):
        response = render(request, "scheduling/_notice.html", {"outcome": "unavailable"}, status=503)
        response.headers["HX-Retarget"] = "#notice"
        response.headers["HX-Reswap"] = "outerHTML"
    else:
        response = render(request, "503.html", status=503)
    response.headers["Retry-After"] = "5"
    return response


def sign_in_redirects(get_response: Handler) -> Handler:
    """Send a signed-out learner to sign in and back to a page, never back to an action.

    An htmx request gets 200 with HX-Redirect, so that the sign-in page does not
    land inside a card.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        sign_in = resolve_url(settings.LOGIN_URL)
        target = response.headers.get("Location", "")
        if response.status_code != 302 or urlsplit(target).path != sign_in or request.path == sign_in:
            return response
        if request.method != "GET":
            target = f"{sign_in}?{urlencode({'next': page_to_return_to(request)})}"
        if request.headers.get("HX-Request"):
            return HttpResponseClientRedirect(target)
        response.headers["Location"] = target
        return response

    return middleware


def page_to_return_to(request: HttpRequest) -> str:
    """Return the page that the htmx request came from if it is ours, else the study page."""
    current = request.headers.get("HX-Current-URL", "")
    if url_has_allowed_host_and_scheme(current, {request.get_host()}, require_https=request.is_secure()):
        parts = urlsplit(current)
        return f"{parts.path}?{parts.query}" if parts.query else parts.path
    return reverse("scheduling:study")
