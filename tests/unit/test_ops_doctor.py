"""doctor judges what it sees, and runs where nothing is installed."""

import subprocess
import sys
from pathlib import Path

import pytest

from ops import doctor, files, ports, run, settings
from ops.paths import ROOT


@pytest.fixture(autouse=True)
def no_sockets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ports, "is_free", lambda port: port != settings.PORTS["notes"])


def test_a_missing_program_tells_what_needs_it_and_how_to_get_it() -> None:
    found = doctor.tool(doctor.Tool("thing", ["no-such-program"], "the browser tests", "apt-get install thing"))
    assert (found.state, found.needed_for, found.mend) == ("missing", "the browser tests", "apt-get install thing")


def test_a_program_that_is_there_but_fails_is_missing() -> None:
    words = [sys.executable, "-c", "raise SystemExit('no engine')"]
    found = doctor.tool(doctor.Tool("engine", words, "-", "start it"))
    assert (found.state, found.seen) == ("missing", "no engine")


def test_a_version_is_found_in_what_a_program_prints() -> None:
    words = [sys.executable, "-c", "print('kind v0.33.0 go1.27.2 linux/amd64')"]
    assert doctor.tool(doctor.Tool("kind", words, "-", "-")).seen == "0.33.0"


def test_little_space_is_low_and_vital(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "free_mib", lambda _folder: 100)
    found = doctor.disk()
    assert (found.state, found.is_vital) == ("low", True)
    assert "1948 MiB more" in found.mend


@pytest.mark.parametrize(("kib", "state"), [(1_048_576, "ok"), (1_048_575, "low")])
def test_memory_is_what_is_available_now(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kib: int, state: str) -> None:
    (tmp_path / "meminfo").write_text(f"MemTotal: 9 kB\nMemAvailable:   {kib} kB\n")
    monkeypatch.setattr(doctor, "MEMORY", tmp_path / "meminfo")
    assert doctor.memory().state == state


@pytest.mark.parametrize(("mib", "state"), [(doctor.CLUSTER_MEMORY_MIB, "ok"), (doctor.CLUSTER_MEMORY_MIB - 1, "low")])
def test_a_cluster_wants_more_memory_and_its_lack_is_not_vital(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mib: int, state: str
) -> None:
    (tmp_path / "meminfo").write_text(f"MemAvailable:   {mib << 10} kB\n")
    monkeypatch.setattr(doctor, "MEMORY", tmp_path / "meminfo")
    found = doctor.cluster_memory()
    assert (found.state, found.is_vital) == (state, False)


def test_a_taken_port_of_the_cluster_is_shown_and_harms_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ports, "is_free", lambda port: port != 5001)
    found = doctor.cluster_ports()
    assert (found.state, found.seen) == ("ok", "taken: REGISTRY_PORT 5001")


@pytest.mark.parametrize(("limit", "state"), [("128", "low"), ("1024", "ok")])
def test_linux_own_limit_of_watchers_is_low_for_kind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str, state: str
) -> None:
    (tmp_path / "limit").write_text(f"{limit}\n")
    monkeypatch.setattr(doctor, "INOTIFY", tmp_path / "limit")
    found = doctor.inotify()
    assert (found.state, found.is_vital) == (state, False)
    assert "sysctl fs.inotify.max_user_instances=1024" in found.mend


def test_a_taken_port_is_shown_and_harms_nothing() -> None:
    found = doctor.port_range()
    assert (found.state, found.seen) == ("ok", "taken: 8000")


def test_a_machine_without_any_tool_still_gets_its_target(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("shutil.which", lambda _name: None)
    assert doctor.report()
    shown = capsys.readouterr()
    assert shown.out.count("missing") == len(doctor.TOOLS)
    assert "chromium: apt-get install chromium\n" in shown.err
    assert "target: embedded" in shown.err


def test_a_vital_lack_fails_and_says_so(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("shutil.which", lambda _name: None)
    monkeypatch.setattr(files, "free_mib", lambda _folder: 0)
    assert not doctor.report()
    assert "no target can run yet" in capsys.readouterr().err


def test_doctor_needs_nothing_but_the_standard_library() -> None:
    words = [sys.executable, "-S", "-I", "-c", f"import sys; sys.path.insert(0, {str(ROOT)!r}); import ops.doctor"]
    done = subprocess.run(words, capture_output=True, text=True, env=run.environment(None), check=False)
    assert (done.returncode, done.stderr) == (0, "")
