"""The API fuzzed from its own OpenAPI document (figure R10): all checks but the two that the rules contradict."""

from typing import Any

import hypothesis
import pytest
import schemathesis
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.core.parameters import ParameterLocation

from notes import create_app
from notes.settings import Settings
from tests.conftest import SECRET_KEY
from tests.support.accounts import Account
from tests.support.database import Database, Rows

EXAMPLES = 25  # of each call, beside those that schemathesis derives from the document
# the rules refuse what the document allows (another's pad, an address in use), and keep deleted notes in the trash
LEFT_OUT = ("positive_data_acceptance", "use_after_free")

load_all_checks()


# only for its document: there is no database at this address
DRAFT = create_app(
    Settings.from_env({"NOTES_DATABASE_URL": "postgresql://a:b@127.0.0.1:1/c", "NOTES_SECRET_KEY": SECRET_KEY})
)
SCHEMA = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", DRAFT)


@pytest.fixture
def furnished(alice: Account, database: Database) -> tuple[Account, Rows, dict[str, int]]:
    """Alice with a pad, notes in it and in the trash; the rows to go back to; her ids."""
    pad = alice.api.pad()["id"]
    note = alice.api.note(pad_id=pad)["id"]
    for number in range(3):
        alice.api.note(f"note {number}", "words to be found", pad)
    trashed = alice.api.note("trashed")["id"]
    alice.api.delete(f"notes/{trashed}")
    token = alice.api.post("tokens", {"email": alice.email, "password": alice.password}).json()["id"]
    return alice, database.save(), {"note": note, "pad": pad, "token": token, "trashed": trashed}


@SCHEMA.parametrize()
@hypothesis.settings(
    max_examples=EXAMPLES,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(hypothesis.HealthCheck),
)
def test_no_call_breaks_its_own_description(
    case: schemathesis.Case, furnished: tuple[Account, Rows, dict[str, int]], database: Database, app: Any
) -> None:
    account, rows, ids = furnished
    database.load(rows)
    broken = {place for place, data in case.meta.components.items() if data.mode.is_negative}
    for name, value in (case.path_parameters or {}).items():
        # half of the calls that are meant to be right meet an object that is there
        if ParameterLocation.PATH not in broken and isinstance(value, int) and value % 2:
            kind = name.removesuffix("_id") if name != "id" else case.path.split("/")[-2].rstrip("s")
            case.path_parameters[name] = ids["trashed" if case.path.endswith("restore") else kind]
    left_out = [check for name in LEFT_OUT for check in CHECKS.get_by_names([name])]
    # a header left out on purpose may be the token itself
    headers = {} if ParameterLocation.HEADER in broken else {"Authorization": f"Bearer {account.api.token}"}
    case.call_and_validate(app=app, headers=headers, excluded_checks=left_out)
