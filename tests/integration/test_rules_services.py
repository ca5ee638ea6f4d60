"""Section 5: hello, jobs and auth."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from notes import __version__
from notes.settings import Settings
from tests.support.database import Database
from tests.support.process import ROOT, Server, environment, free_port
from tests.support.wire import Answer, Http, Wsgi

FORM = ("Content-Type", "application/x-www-form-urlencoded")
JOBS = b"Jobs:\nTitle: Devops\nDescription: Awesome\n"
TOKEN = ("Authorization", "mytoken")


@pytest.fixture(scope="module")
def auth_database(cluster: Any, new_database: Callable[..., str]) -> Iterator[Database]:
    database = Database(new_database("auth_rules", module="services.auth"), cluster.url("auth_rules", admin=True))
    yield database
    database.close()


@pytest.fixture(scope="module")
def auth(auth_database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = Server(
        "services.auth:create_app()", tmp_path_factory.mktemp("auth"), {"NOTES_DATABASE_URL": auth_database.url}
    )
    yield server
    server.stop()


@pytest.fixture(scope="module")
def hello(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = Server("services.hello:create_app()", tmp_path_factory.mktemp("hello"), {"NOTES_POD": "pod-7"})
    yield server
    server.stop()


@pytest.fixture(scope="module")
def jobs(auth: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = Server("services.jobs:create_app()", tmp_path_factory.mktemp("jobs"), {"NOTES_AUTH_URL": auth.url})
    yield server
    server.stop()


def jobs_with(auth_url: str) -> Wsgi:
    """Jobs in this process, asking auth at another address."""
    from services.jobs import create_app

    return Wsgi(create_app(Settings.from_env({"NOTES_AUTH_URL": auth_url})))


def post_jobs(wire: Any, *headers: tuple[str, str]) -> Answer:
    answer: Answer = wire.send("POST", "/jobs", headers, b"")
    return answer


def ask_auth(server: Server, body: bytes | None, method: str = "POST") -> Answer:
    return Http(server.url).send(method, "/auth", [FORM] if body is not None else [], body)


def test_hello_says_hello_world(hello: Server) -> None:
    answer = Http(hello.url).send("GET", "/")
    assert (answer.status, answer.body) == (200, b"Hello World!")


def test_jobs_says_hello_there(jobs: Server) -> None:
    answer = Http(jobs.url).send("GET", "/hello")
    assert (answer.status, answer.body) == (200, b"Hello there")


@pytest.mark.parametrize("value", ["mytoken", "Bearer mytoken", "bearer mytoken"])
def test_jobs_lists_its_jobs_to_the_token_raw_or_as_a_bearer(jobs: Server, value: str) -> None:
    answer = post_jobs(Http(jobs.url), ("Authorization", value))
    assert (answer.status, answer.body) == (200, JOBS)
    assert answer.media_type == "text/plain"


@pytest.mark.parametrize(
    "value",
    [
        "wrong",
        "Bearer wrong",
        "mytoken2",
        "MYTOKEN",
        "Bearer Bearer mytoken",
        "Basic mytoken",
        "\xff\xfe",
        "a&token=mytoken",
        "%6dytoken",
    ],
)
def test_jobs_answers_a_wrong_token_with_403(jobs: Server, value: str) -> None:
    assert post_jobs(Http(jobs.url), ("Authorization", value)).status == 403


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [("Authorization", "")],
        [("Authorization", "Bearer")],
        [("Authorization", "Bearer ")],
        [("Authorization", "  ")],
    ],
)
def test_jobs_answers_no_header_or_bearer_without_a_token_with_401(
    jobs: Server, headers: list[tuple[str, str]]
) -> None:
    assert post_jobs(Http(jobs.url), *headers).status == 401


def test_jobs_answers_503_with_retry_after_when_auth_is_down() -> None:
    answer = post_jobs(jobs_with(f"http://127.0.0.1:{free_port()}"), TOKEN)
    assert answer.status == 503
    assert int(answer.headers["Retry-After"]) >= 1


@pytest.mark.parametrize("trickle", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 7\r\nX-Slow: yes\r\n\r\ndensity"])
def test_jobs_answers_503_when_auth_takes_longer_than_2_seconds(trickle: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as slow:
        stop = threading.Event()

        def answer_slowly() -> None:
            connection, _ = slow.accept()
            with connection:
                connection.recv(65536)
                for number in range(len(trickle) or 1):
                    if stop.wait(0.5):
                        return
                    connection.sendall(trickle[number : number + 1])
                stop.wait(20)

        thread = threading.Thread(target=answer_slowly)
        thread.start()
        try:
            start = time.monotonic()
            answer = post_jobs(jobs_with(f"http://127.0.0.1:{slow.getsockname()[1]}"), TOKEN)
            assert time.monotonic() - start < 4
            assert answer.status == 503
            assert int(answer.headers["Retry-After"]) >= 1
        finally:
            stop.set()
            thread.join()


@pytest.mark.parametrize(
    "status", [b"500 No", b"503 No", b"302 Found\r\nLocation: /elsewhere", b"204 None", b"201 Created", b"404 None"]
)
def test_jobs_takes_no_other_answer_of_auth_for_a_yes(status: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as strange:

        def answer() -> None:
            connection, _ = strange.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(b"HTTP/1.1 " + status + b"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        seen = post_jobs(jobs_with(f"http://127.0.0.1:{strange.getsockname()[1]}"), TOKEN)
        thread.join(5)
    assert seen.status in (403, 503)
    assert JOBS not in seen.body


def test_jobs_asks_auth_on_every_call(jobs: Server, auth: Server) -> None:
    before = len(auth.log(route="/auth"))
    for _ in range(3):
        assert post_jobs(Http(jobs.url), TOKEN, ("X-Request-Id", "asked-three-times")).status == 200
    assert len(auth.log(request_id="asked-three-times")) == 3
    assert len(auth.log(route="/auth")) == before + 3


def test_auth_answers_the_users_name_to_a_right_token(auth: Server) -> None:
    answer = ask_auth(auth, b"token=mytoken")
    assert (answer.status, answer.body) == (200, b"density")


@pytest.mark.parametrize(
    "body",
    [
        b"token=wrong",
        b"token=MYTOKEN",
        b"token=mytoken%00",
        b"token=%FF",
        b"token=%00",
        b"token=" + b"x" * 10_000,
        b"token=my&token=token",
    ],
)
def test_auth_answers_a_wrong_token_with_403(auth: Server, body: bytes) -> None:
    assert ask_auth(auth, body).status == 403


@pytest.mark.parametrize("body", [b"", b"token=", b"other=mytoken", b"TOKEN=mytoken"])
def test_auth_answers_no_token_with_400(auth: Server, body: bytes) -> None:
    assert ask_auth(auth, body).status == 400


def test_auth_answers_a_get_with_405(auth: Server) -> None:
    answer = Http(auth.url).send("GET", "/auth?token=mytoken")
    assert answer.status == 405
    assert "POST" in answer.headers["Allow"]


def test_auth_answers_503_when_its_database_is_gone() -> None:
    from services.auth import create_app

    app = Wsgi(create_app(Settings.from_env({"NOTES_DATABASE_URL": f"postgresql://a:b@127.0.0.1:{free_port()}/c"})))
    answer = app.send("POST", "/auth", [FORM], b"token=mytoken")
    assert answer.status == 503
    assert app.send("GET", "/readyz").status == 503
    assert app.send("GET", "/livez").status == 200


def test_auth_keeps_users_with_hashed_tokens(auth_database: Database) -> None:
    assert auth_database.holds("density")
    assert not auth_database.holds("mytoken")


def test_auths_migration_can_be_repeated(auth_database: Database) -> None:
    from tests.support.process import python

    before = auth_database.save()
    done = python("-m", "services.auth", "migrate", env={"NOTES_DATABASE_URL": auth_database.url})
    assert done.returncode == 0, done.stderr
    assert auth_database.save() == before


def test_all_have_probes_version_metrics_request_ids_and_the_same_logs(
    hello: Server, jobs: Server, auth: Server
) -> None:
    for server, name in ((hello, "hello"), (jobs, "jobs"), (auth, "auth")):
        wire = Http(server.url)
        for path in ("/livez", "/readyz"):
            assert wire.send("GET", path).status == 200
        version = wire.send("GET", "/version").json()
        assert set(version) == {"version", "pod", "node", "zone"}
        assert version["version"] == __version__
        assert version["pod"] == ("pod-7" if name == "hello" else "-")
        assert wire.send("GET", "/metrics").status == 404
        assert Http(server.metrics_url).send("GET", "/metrics").status == 200
        answer = wire.send("GET", "/nothing-there", [("X-Request-Id", f"request-of-{name}")])
        assert answer.status == 404
        assert answer.headers["X-Request-Id"] == f"request-of-{name}"
        line = server.log(request_id=f"request-of-{name}")[0]
        assert {"request_id", "route", "method", "status", "duration_ms", "user_id"} <= set(line)
        assert line["status"] == 404
        assert len(wire.send("GET", "/livez", [("X-Request-Id", "bad")]).headers["X-Request-Id"]) >= 8


def test_no_token_is_logged(jobs: Server, auth: Server) -> None:
    post_jobs(Http(jobs.url), ("Authorization", "a-secret-token"), ("X-Request-Id", "secret-call-1"))
    ask_auth(auth, b"token=another-secret-token")
    jobs.log(request_id="secret-call-1")
    for server in (jobs, auth):
        logged = server.stdout.read_text() + server.stderr.read_text()
        assert "secret-token" not in logged
        assert "mytoken" not in logged


def test_unknown_methods_are_405(hello: Server, jobs: Server) -> None:
    assert Http(hello.url).send("POST", "/", body=b"").status == 405
    assert Http(jobs.url).send("GET", "/jobs").status == 405
    assert Http(jobs.url).send("POST", "/hello", body=b"").status == 405


@pytest.mark.parametrize("debug", ["", "0", "1"])
def test_hello_run_by_itself_honours_host_port_and_debug(tmp_path: Path, debug: str) -> None:
    port = free_port()
    log = tmp_path / "log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "services.hello"],
            cwd=ROOT,
            env=environment({"HOST": "127.0.0.1", "PORT": str(port), "DEBUG": debug}),
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        deadline, answer = time.monotonic() + 15, None
        while answer is None and time.monotonic() < deadline:
            try:
                answer = Http(f"http://127.0.0.1:{port}").send("GET", "/")
            except OSError:
                time.sleep(0.1)
        assert answer is not None, log.read_text()
        assert answer.body == b"Hello World!"
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    assert ("Debugger is active" in log.read_text()) == (debug == "1")
