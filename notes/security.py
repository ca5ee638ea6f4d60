"""The headers that every answer carries."""

from __future__ import annotations

from flask import Flask, Response, g, request

# images in notes may come from anywhere; styles only from our own stylesheet; scripts from nowhere
CSP = (
    "default-src 'none'; style-src 'self'; img-src 'self' https: http:; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = (
    ("Content-Security-Policy", CSP),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "same-origin"),
)
PRIVATE = "private, no-store"
STATIC_SECONDS = 31_536_000  # the stylesheet's address holds its version


def install(app: Flask) -> None:
    """Keep what is somebody's own out of caches."""

    @app.after_request
    def keep_private(response: Response) -> Response:
        if "principal" in g or "HTTP_AUTHORIZATION" in request.environ:
            response.headers["Cache-Control"] = PRIVATE
        return response
