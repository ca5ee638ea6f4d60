"""Which port a part gets: a fixed one or none, else last time's, else the default, else the next free one."""

import pytest

from ops import ports
from ops.errors import OpsError

DEFAULTS = {"notes": 8000, "hello": 8001}


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> set[int]:
    ports_taken: set[int] = set()
    monkeypatch.setattr(ports, "is_free", lambda port: port not in ports_taken)
    monkeypatch.setattr(ports, "owner", lambda _port: "'python3' (pid 7)")
    return ports_taken


@pytest.mark.usefixtures("taken")
def test_free_defaults_are_taken_without_a_word() -> None:
    assert ports.allot(DEFAULTS, {}, {}) == (DEFAULTS, [])


def test_a_taken_default_gives_way_to_a_port_that_is_nobodys_default(taken: set[int]) -> None:
    taken.update({8000, 8002})
    chosen, said = ports.allot(DEFAULTS, {}, {})
    assert chosen == {"notes": 8003, "hello": 8001}
    assert said == ["port 8000 is taken by 'python3' (pid 7): notes gets 8003"]


@pytest.mark.usefixtures("taken")
def test_last_times_port_is_kept_although_the_default_is_free_again() -> None:
    chosen, said = ports.allot(DEFAULTS, {}, {"notes": 8003})
    assert chosen["notes"] == 8003
    assert not said


def test_last_times_port_gives_way_when_another_program_has_it_now(taken: set[int]) -> None:
    taken.add(8003)
    chosen, said = ports.allot(DEFAULTS, {}, {"notes": 8003})
    assert chosen["notes"] == 8000
    assert "port 8003 is taken" in said[0]


def test_a_fixed_port_wins_over_last_times(taken: set[int]) -> None:
    taken.add(8000)
    assert ports.allot(DEFAULTS, {"notes": 9000}, {"notes": 8003})[0]["notes"] == 9000


def test_a_fixed_port_that_is_taken_is_an_error_that_names_who_has_it(taken: set[int]) -> None:
    taken.add(9000)
    with pytest.raises(OpsError, match="port 9000, set for 'notes', is taken") as caught:
        ports.allot(DEFAULTS, {"notes": 9000}, {})
    assert "'python3' (pid 7)" in caught.value.seen


def test_no_free_port_at_all_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ports, "is_free", lambda _port: False)
    with pytest.raises(OpsError, match="no free port from 8000 on"):
        ports.next_free(8000, set())
