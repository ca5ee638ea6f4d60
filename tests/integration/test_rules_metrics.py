"""Section 4: metrics on a port of their own, added up over the processes."""

import re
from collections.abc import Callable

from tests.support.accounts import Account
from tests.support.api import Api
from tests.support.process import Server
from tests.support.wire import Http


def scrape(server: Server) -> str:
    answer = Http(server.metrics_url).send("GET", "/metrics")
    assert answer.status == 200
    assert answer.media_type in ("text/plain", "application/openmetrics-text")
    return answer.text


def requests_counted(server: Server) -> float:
    return sum(float(value) for value in re.findall(r"^http_request\w*_count\{[^}]*\} (\S+)$", scrape(server), re.M))


def test_the_metrics_port_serves_metrics(server: Server) -> None:
    Http(server.url).send("GET", "/signin/")
    text = scrape(server)
    assert "# TYPE" in text
    assert 'route="/signin/"' in text


def test_requests_are_counted_over_all_processes(http: Http, server: Server) -> None:
    before = requests_counted(server)
    for _ in range(40):
        http.send("GET", "/signin/")
    assert requests_counted(server) == before + 40


def test_probes_are_left_out_of_the_request_metrics(http: Http, server: Server) -> None:
    before = requests_counted(server)
    for path in ("/livez", "/readyz", "/version"):
        http.send("GET", path)
    assert requests_counted(server) == before
    assert "livez" not in scrape(server)


def test_labels_hold_no_path_no_id_and_no_method_made_up_by_a_client(
    alice: Account, http: Http, server: Server
) -> None:
    note = alice.api.note()["id"]
    Api(http, alice.api.token).get(f"notes/{note}")
    http.send("GET", "/a-path-of-a-scanner")
    http.send("BREW", "/")
    text = scrape(server)
    assert f"/notes/{note}" not in text
    assert "scanner" not in text
    assert "BREW" not in text


def test_the_metrics_port_serves_nothing_else(server: Server) -> None:
    wire = Http(server.metrics_url)
    for path in ("/", "/signin/", "/api/v1/notes", "/livez", "/readyz", "/version", "/faults/"):
        assert wire.send("GET", path).status == 404


def test_a_host_header_with_the_metrics_port_opens_nothing(server: Server) -> None:
    answer = Http(server.url).send("GET", "/metrics", [("Host", f"127.0.0.1:{server.metrics_port}")])
    assert answer.status == 404


def test_no_connection_counts_as_used_when_none_is_also_after_all_were_lost(
    alice: Account, http: Http, server: Server, cut: Callable[[], object]
) -> None:
    api = Api(http, alice.api.token)
    for _ in range(20):
        assert api.get("notes").status == 200
    cut()
    for _ in range(20):  # over both processes
        assert api.get("notes").status == 200
    found = dict(re.findall(r"^(db_pool_connections_\w+) (\S+)$", scrape(server), re.M))
    assert float(found["db_pool_connections_used"]) == 0
    assert float(found["db_pool_connections_limit"]) > 0
