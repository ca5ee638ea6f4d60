"""Section 2 and 6, what becomes of a mail: after the commit, with a server that is down, with none."""

import io
import re
import socket
import threading
import time
from collections.abc import Callable
from email.message import EmailMessage
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.conftest import as_deployed
from tests.support.accounts import PASSWORD, Account, can_sign_in
from tests.support.browser import Browser
from tests.support.process import Server, free_port
from tests.support.smtp import Mailbox, link_in
from tests.support.wire import Http, Wsgi

MakeApp = Callable[..., Any]


def ask(browser: Browser, email: str) -> None:
    page = browser.submit(browser.get("/forgot-password/"), {"email": email})
    assert (page.status, page.location) == (302, "/signin/")
    assert browser.follow(page).flashes == [("success", "Check your email to proceed.")]


def test_the_mail_is_sent_after_the_commit(anonymous: Browser, alice: Account, mailbox: Mailbox) -> None:
    seen: list[int] = []

    def open_link_at_once(mail: EmailMessage) -> None:
        seen.append(Browser(anonymous.transport).get(urlsplit(link_in(mail)).path).status)

    mailbox.on_mail = open_link_at_once
    ask(anonymous, alice.email)
    mailbox.wait()
    assert seen == [200]


def test_a_mail_server_that_is_down_changes_neither_answer_nor_password(alice: Account, make_app: MakeApp) -> None:
    browser = Browser(Wsgi(make_app(MAIL=f"smtp://127.0.0.1:{free_port()}")))
    ask(browser, alice.email)
    ask(browser, "nobody@example.com")
    assert can_sign_in(browser.transport, alice.email, PASSWORD)
    assert alice.browser.get("/").status == 200


def test_a_mail_server_that_never_answers_does_not_hold_up_the_answer(alice: Account, make_app: MakeApp) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        browser = Browser(Wsgi(make_app(MAIL=f"smtp://127.0.0.1:{silent.getsockname()[1]}")))
        start = time.monotonic()
        ask(browser, alice.email)
        assert time.monotonic() - start < 10


def test_a_mail_server_that_refuses_the_mail_changes_nothing(alice: Account, make_app: MakeApp) -> None:
    with socket.create_server(("127.0.0.1", 0)) as grumpy:

        def refuse() -> None:
            connection, _ = grumpy.accept()
            with connection:
                connection.sendall(b"554 no mail today\r\n")
                connection.recv(100)

        thread = threading.Thread(target=refuse, daemon=True)
        thread.start()
        ask(Browser(Wsgi(make_app(MAIL=f"smtp://127.0.0.1:{grumpy.getsockname()[1]}"))), alice.email)
        thread.join(10)


def test_with_no_mail_server_the_mail_is_written_to_the_log_where_that_is_allowed(
    alice: Account, env: dict[str, str], tmp_path: Any
) -> None:
    server = Server("notes:create_app()", tmp_path, as_deployed(env, MAIL="log"))
    try:
        browser = Browser(Http(server.url))
        ask(browser, alice.email)
        deadline = time.monotonic() + 5
        while "/recover-password/" not in server.stdout.read_text() and time.monotonic() < deadline:
            time.sleep(0.05)
        found = re.findall(r"http://notes\.example\.org(/recover-password/[^/\s\"\\]+/)", server.stdout.read_text())
        assert len(found) == 1
        assert browser.get(found[0]).status == 200
    finally:
        server.stop()


def test_with_no_mail_server_the_request_succeeds_and_no_link_is_logged_where_that_is_not_allowed(
    alice: Account, make_app: MakeApp, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stderr = io.StringIO()
    monkeypatch.setattr("sys.stderr", stderr)
    ask(Browser(Wsgi(make_app(MAIL=""))), alice.email)
    captured = capsys.readouterr()
    assert "/recover-password/" not in captured.out + captured.err + stderr.getvalue()
