"""What every answer goes through: isolation headers, a database that is away, sign-in redirects."""

from collections.abc import Callable
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.contrib.auth import get_user_model, logout
from django.core.exceptions import ObjectDoesNotExist
from django.db import DatabaseError, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
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
        # At a 503 not even the session can be read, to know whose page it is.
        if response.status_code == 503 or (hasattr(request, "user") and request.user.is_authenticated):
            response.headers["Cache-Control"] = "no-store, private"
        return response

    return middleware


def plain_cookies(get_response: Handler) -> Handler:
    """Drop cookies with control characters: none is ours, and PostgreSQL stores no NUL."""

    def middleware(request: HttpRequest) -> HttpResponse:
        request.COOKIES = {name: value for name, value in request.COOKIES.items() if value.isprintable()}
        return get_response(request)

    return middleware


def account_gone(get_response: Handler) -> Handler:
    """Send to sign-in who deletes their account in one tab while another one writes."""

    def middleware(request: HttpRequest) -> HttpResponse:
        return get_response(request)

    def process_exception(request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, OperationalError) or not request.user.is_authenticated:
            return None
        if not isinstance(exception, DatabaseError | ObjectDoesNotExist):
            return None
        if get_user_model()._default_manager.filter(pk=request.user.pk).exists():
            return None
        logout(request)
        return redirect(settings.LOGIN_URL)

    middleware.process_exception = process_exception
    return middleware


def database_away(get_response: Handler) -> Handler:
    """Answer 503 with Retry-After, page or fragment, while the database does not answer."""

    def middleware(request: HttpRequest) -> HttpResponse:
        return get_response(request)

    def process_exception(request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, OperationalError | InterfaceError):
            return unavailable(request)
        return None

    middleware.process_exception = process_exception
    return middleware


def unavailable(request: HttpRequest) -> HttpResponse:
    """Return the 503 that says: nothing was saved, try again."""
    if request.headers.get("HX-Request"):
        response = beside_the_card(request, "unavailable", 503)
    else:
        response = render(request, "503.html", status=503)
    response.headers["Retry-After"] = "5"
    return response


def beside_the_card(request: HttpRequest, outcome: object, status: int) -> HttpResponse:
    """Return an error to htmx as the notice alone, so that the turn and what was typed survive."""
    response = render(request, "scheduling/_notice.html", {"outcome": outcome}, status=status)
    response.headers["HX-Retarget"] = "#notice"
    response.headers["HX-Reselect"] = "#notice"  # whatever the form itself selects
    response.headers["HX-Reswap"] = "outerHTML"
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
        if request.method not in ("GET", "HEAD"):
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
        path = f"/{parts.path.lstrip('/')}"  # //host would be another site
        return f"{path}?{parts.query}" if parts.query else path
    return reverse("scheduling:study")
