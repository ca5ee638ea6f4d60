"""A real Chromium, driven as a person would: by what is to be read, by keys, on a phone or a desktop."""

import shutil
from collections.abc import Callable
from pathlib import Path

from selenium import webdriver
from selenium.common.exceptions import WebDriverException
from selenium.webdriver import ActionChains, Keys
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.wait import WebDriverWait

SIZES = {"phone": (360, 740), "desktop": (1280, 900)}
FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars",
)  # fmt: skip
WITHOUT_SCRIPTS = {"profile.managed_default_content_settings.javascript": 2}


def missing() -> str:
    """What a test of the browser lacks on this machine; "" when nothing."""
    lacking = [program for program in ("chromium", "chromedriver") if shutil.which(program) is None]
    return (
        f"no {' and no '.join(lacking)} on PATH (Debian: apt-get install chromium chromium-driver)" if lacking else ""
    )


class Reader:
    """One Chromium with a profile of its own in `folder`."""

    def __init__(self, base_url: str, folder: Path, size: str, *, scripts: bool = True) -> None:
        self.base_url = base_url
        options = Options()
        options.binary_location = str(shutil.which("chromium"))
        for flag in (*FLAGS, f"--user-data-dir={folder / 'profile'}"):
            options.add_argument(flag)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        if not scripts:
            options.add_experimental_option("prefs", WITHOUT_SCRIPTS)
        log = str(folder / "chromedriver.log")
        self.driver = webdriver.Chrome(options, Service(str(shutil.which("chromedriver")), log_output=log))
        self.driver.set_page_load_timeout(30)
        width, height = SIZES[size]
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": size == "phone"}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)

    def quit(self) -> None:
        self.driver.quit()

    def open(self, path: str) -> None:
        self.driver.get(self.base_url + path)

    @property
    def path(self) -> str:
        """Path and query of the page that is shown."""
        return self.driver.current_url.removeprefix(self.base_url)

    @property
    def heading(self) -> str:
        return self.find("h1").text

    def find(self, selector: str) -> WebElement:
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def all(self, selector: str) -> list[WebElement]:
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def follow(self, text: str) -> None:
        """Click the link that reads `text`."""
        self.leave_by(self.driver.find_element(By.LINK_TEXT, text).click)

    def press(self, text: str) -> None:
        """Click the button that reads `text`."""
        self.leave_by(self.driver.find_element(By.XPATH, f"//main//button[normalize-space()={text!r}]").click)

    def enter(self) -> None:
        """Press Enter, and wait for the page that follows."""
        self.leave_by(lambda: self.type(Keys.ENTER))

    def leave_by(self, act: Callable[[], None]) -> None:
        """Do this, and wait until the page that was there is gone."""
        before = self.find("html").id
        act()
        # in between there may be no document at all, which chromedriver calls an unknown error
        wait = WebDriverWait(self.driver, 20, ignored_exceptions=[WebDriverException])
        wait.until(lambda _: self.find("html").id != before)

    def fill(self, **fields: str) -> None:
        """Type into the fields of these names."""
        for name, value in fields.items():
            field = self.find(f"main [name={name}]")
            if field.tag_name != "select":
                field.clear()
            field.send_keys(value)

    def type(self, *keys: str) -> None:
        """Press these keys wherever the focus is."""
        ActionChains(self.driver).send_keys(*keys).perform()

    def focused(self) -> WebElement:
        return self.driver.switch_to.active_element

    def tab_to(self, name: str) -> None:
        """Press Tab until the field or button of this name, text or address has the focus."""
        for _ in range(30):
            self.type(Keys.TAB)
            here = self.focused()
            if name in (here.get_attribute("name"), here.text, here.get_attribute("href")):
                return
        raise AssertionError(f"Tab never reaches {name!r} on {self.path}")

    def overflow(self) -> int:
        """Pixels by which the page is wider than the window."""
        found = self.driver.execute_script(
            "return document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        return int(found)

    def complaints(self) -> list[str]:
        """What the browser has put on its console since the last call."""
        return [str(entry["message"]) for entry in self.driver.get_log("browser")]

    def picture(self, file: Path) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        assert self.driver.save_screenshot(str(file))
