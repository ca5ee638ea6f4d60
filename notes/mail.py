"""Sending mail without making anybody wait for it, or learn from it whether an address exists."""

from __future__ import annotations

import smtplib
from concurrent.futures import ThreadPoolExecutor
from email.message import EmailMessage
from typing import Protocol
from urllib.parse import unquote, urlsplit

from notes.serving.logs import get_logger
from notes.settings import Settings

SMTP_SECONDS = 10
log = get_logger("notes")


class Mailer(Protocol):
    """Sends mail; never raises for what a mail server does."""

    def send(self, to: str, subject: str, text: str) -> None:
        """Send a mail of plain text, or say in the log why not."""


class NoMailer:
    """Where no mail server is set: says so, without the mail's secrets."""

    def send(self, to: str, subject: str, text: str) -> None:  # noqa: ARG002
        """Write a warning."""
        log.warning("mail not sent", reason="NOTES_MAIL is not set", subject=subject)


class LogMailer:
    """For a developer's own machine: the mail is in the log."""

    def send(self, to: str, subject: str, text: str) -> None:
        """Write the mail to the log."""
        log.info("mail", to=to, subject=subject, text=text)


class SmtpMailer:
    """Sends by an SMTP server, one mail at a time, in the background."""

    def __init__(self, url: str, sender: str) -> None:
        self._server = urlsplit(url)
        self._sender = sender
        self._queue = ThreadPoolExecutor(max_workers=1, thread_name_prefix="mail")

    def send(self, to: str, subject: str, text: str) -> None:
        """Queue the mail."""
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = self._sender, to, subject
        message.set_content(text)
        self._queue.submit(self._deliver, message)

    def _deliver(self, message: EmailMessage) -> None:
        try:
            with smtplib.SMTP(self._server.hostname or "", self._server.port or 25, timeout=SMTP_SECONDS) as server:
                if self._server.username:
                    server.starttls()
                    server.login(unquote(self._server.username), unquote(self._server.password or ""))
                server.send_message(message)
        except (OSError, smtplib.SMTPException) as error:
            log.error("mail not sent", reason=f"{type(error).__name__}: {error}")


def mailer(settings: Settings) -> Mailer:
    """Return the mailer that the settings ask for."""
    if settings.mail == "log":
        return LogMailer()
    return SmtpMailer(settings.mail, settings.mail_from) if settings.mail else NoMailer()
