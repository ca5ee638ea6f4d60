"""Section 6 and the settings: no secret has a public default, and a wrong setting is named."""

import pytest

from notes import create_app
from notes.settings import Settings, SettingsError
from tests.support.process import python

URL = "postgresql://a:b@127.0.0.1:1/c"


@pytest.mark.parametrize("key", [None, "", "short", "x" * 31])
def test_without_a_secret_key_of_32_characters_there_is_no_application(key: str | None) -> None:
    given = {"NOTES_DATABASE_URL": URL} | ({} if key is None else {"NOTES_SECRET_KEY": key})
    with pytest.raises(SettingsError, match="NOTES_SECRET_KEY"):
        create_app(Settings.from_env(given))


def test_without_a_database_there_is_no_application() -> None:
    with pytest.raises(SettingsError, match="NOTES_DATABASE_URL"):
        create_app(Settings.from_env({"NOTES_SECRET_KEY": "x" * 32}))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("WORKERS", "many"),
        ("CONCURRENCY", "0"),
        ("MAIL", "sendmail"),
        ("FAULTS", "yes"),
        ("PUBLIC_URL", "notes"),
        ("TRUSTED_PROXIES", "-1"),
        ("BIND", "x"),
        ("LOG_LEVEL", "loud"),
    ],
)
def test_a_malformed_setting_is_refused_by_its_name(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=f"NOTES_{name}"):
        Settings.from_env({f"NOTES_{name}": value})


def test_a_secret_may_be_given_by_a_file(tmp_path: object) -> None:
    file = tmp_path / "key"  # type: ignore[operator]
    file.write_text("k" * 40 + "\n")
    assert Settings.from_env({"NOTES_SECRET_KEY_FILE": str(file)}).secret_key == "k" * 40


def test_a_process_without_a_secret_key_says_so_in_one_line() -> None:
    done = python("-m", "notes", "migrate", env={"NOTES_DATABASE_URL": URL})
    assert done.returncode != 0
    assert "NOTES_SECRET_KEY" in done.stderr
    assert "Traceback" not in done.stderr


def test_secrets_are_not_in_the_settings_repr() -> None:
    settings = Settings.from_env({"NOTES_SECRET_KEY": "k" * 40, "NOTES_DATABASE_URL": "postgresql://a:secretpw@h/d"})
    assert "kkkk" not in repr(settings)
    assert "secretpw" not in repr(settings)
