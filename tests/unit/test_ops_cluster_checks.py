"""What a kind cluster needs, and how it is refused where that lacks."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from ops import doctor, engine, ports
from ops.cluster import checks
from ops.cluster.place import place
from ops.errors import OpsError


def test_without_an_engine_kind_or_kubectl_it_says_which_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    answers: dict[str, str | None] = {"docker": None, "kind": None, "kubectl": None}

    def answer(words: Sequence[str]) -> str | None:
        return answers[words[0]]

    monkeypatch.setattr(engine, "answer", answer)
    for name, text, what in (
        ("docker", "28.5.2", "no 'Docker engine' answers"),
        ("kind", "kind v0.33.0 go1.27.2 linux/amd64", "no 'kind' answers"),
        ("kubectl", '{"clientVersion": {"gitVersion": "v1.36.4"}}', "no 'kubectl' answers"),
    ):
        with pytest.raises(OpsError, match=what):
            checks.tools()
        answers[name] = text
    checks.tools()
    answers["kind"] = "kind v0.27.0 go1.23 linux/amd64"
    with pytest.raises(OpsError, match="'kind' is too old"):
        checks.tools()


LEAST = doctor.CLUSTER_MEMORY_MIB


@pytest.mark.parametrize(
    ("of_machine", "of_engine", "refused"),
    [(9000, 9000, False), (9000, 2000, True), (LEAST - 1, 9000, True), (LEAST, 9000, False)],
)
def test_too_little_memory_is_refused_be_it_the_machines_or_the_engines(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, of_machine: int, of_engine: int, refused: bool
) -> None:
    (tmp_path / "meminfo").write_text(f"MemAvailable: {of_machine << 10} kB\n")
    monkeypatch.setattr(doctor, "MEMORY", tmp_path / "meminfo")
    monkeypatch.setattr(engine, "answer", lambda _words: str(of_engine << 20))
    if not refused:
        checks.memory()
        return
    with pytest.raises(OpsError, match="too little memory") as caught:
        checks.memory()
    assert f"{min(of_machine, of_engine)} MiB" in caught.value.seen


def test_linux_own_limit_of_watchers_is_refused_with_the_line_that_mends_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "limit").write_text("128\n")
    monkeypatch.setattr(doctor, "INOTIFY", tmp_path / "limit")
    with pytest.raises(OpsError, match="too few file watchers") as caught:
        checks.inotify()
    assert "sysctl fs.inotify.max_user_instances=1024" in caught.value.mend
    (tmp_path / "limit").write_text("1024\n")
    checks.inotify()


def test_a_taken_port_is_refused_with_who_has_it_and_the_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ports, "is_free", lambda number: number != 8080)
    monkeypatch.setattr(ports, "owner", lambda _number: "'nginx' (pid 7)")
    checks.port("REGISTRY_PORT", 5001)
    with pytest.raises(OpsError, match="port 8080 is taken") as caught:
        checks.port("GATEWAY_PORT", 8080)
    assert "'nginx' (pid 7)" in caught.value.seen
    assert "GATEWAY_PORT=8081" in caught.value.mend


def test_a_file_of_definitions_that_is_not_there_is_refused(tmp_path: Path) -> None:
    checks.crds(place({}, tmp_path))
    with pytest.raises(OpsError, match="no file"):
        checks.crds(place({"GATEWAY_API_CRDS": str(tmp_path / "nowhere.yaml")}, tmp_path))


@pytest.mark.parametrize(
    ("log", "is_told"),
    [
        ("E1 kubelet is configured to not run on a host using cgroup v1. cgroup v1 support is unsupported\n", True),
        ("W1 cgroup v1 detected, maintenance mode\n", False),
        ("", False),
    ],
)
def test_a_kubelet_that_refuses_the_hosts_cgroups_is_told_by_its_log(tmp_path: Path, log: str, is_told: bool) -> None:
    (tmp_path / "notes-worker").mkdir()
    (tmp_path / "notes-worker/kubelet.log").write_text(f"something\n{log}")
    error = checks.why_no_kubelet(tmp_path)
    assert (error is not None) is is_told
    if error:
        assert "failCgroupV1: false" in error.mend
