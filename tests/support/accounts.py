"""Accounts made once a run through the pages and the API, and put back before each test by copying rows."""

from dataclasses import dataclass

from tests.support.api import Api
from tests.support.browser import Browser
from tests.support.wire import Transport

PASSWORD = "correct horse 1"


@dataclass(frozen=True)
class Account:
    """Somebody with a signed-in browser and an API token."""

    email: str
    password: str
    browser: Browser
    api: Api

    def fresh(self) -> "Account":
        """The same account with its own copy of the cookies."""
        return Account(self.email, self.password, self.browser.copy(), self.api)


def sign_in(browser: Browser, email: str, password: str = PASSWORD) -> Browser:
    """Sign in through the page; fails when that does not lead on."""
    page = browser.submit(browser.get("/signin/"), {"email": email, "password": password})
    assert page.status == 302, page.shown[:500]
    browser.get("/")  # shows the message that one is signed in, once
    return browser


def can_sign_in(transport: Transport, email: str, password: str) -> bool:
    """Whether this pair opens the account, tried through the page by a browser of its own."""
    browser = Browser(transport)
    page = browser.submit(browser.get("/signin/"), {"email": email, "password": password})
    assert page.status in (200, 302), page.shown[:500]
    return page.status == 302


def make_account(transport: Transport, email: str, password: str = PASSWORD) -> Account:
    """Sign up and in through the pages, then get a token from the API."""
    browser = Browser(transport)
    fields = {"email": email, "password": password, "repeat_password": password}
    page = browser.submit(browser.get("/signup/"), fields)
    assert page.status == 302, page.shown[:500]
    sign_in(browser, email, password)
    browser.page = None
    token = Api(transport).post("tokens", {"email": email, "password": password, "name": "tests"})
    assert token.status == 201, token.text
    return Account(email, password, browser, Api(transport, token.json()["token"]))
