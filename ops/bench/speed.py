"""Figures P1 to P4 and P6: which sides, which rows, which calls, and the bounds of figures.md."""

from collections.abc import Sequence
from contextlib import ExitStack

from ops.bench import capacity, charts, creates, verdicts
from ops.bench.capacity import Comparison, Contestant
from ops.bench.client import Client, expect
from ops.bench.dataset import PASSWORD
from ops.bench.lab import Lab
from ops.bench.plan import Call, request
from ops.bench.report import Findings
from ops.bench.sameness import same_bytes, same_notes
from ops.bench.server import Server
from ops.bench.stage import Stage

NOTE = "/api/v1/notes/{}"
PAGE_NOTES, PAGE_PADS = 200, 5
PAGES = 20
IDS = 500


def read_one(lab: Lab, stage: Stage) -> Findings:
    """P1 and P6: one note as JSON, by floor, stock and the application; capacity and processor time."""
    with ExitStack() as running:
        ours = running.enter_context(stage.serving(stage.ours()))
        who = stage.account(ours, "many", lab.scale.rows, 0)
        ids = stage.note_ids(who, IDS)
        probe = NOTE.format(ids[0])
        floor = running.enter_context(stage.serving(stage.floor(), probe))
        stock = running.enter_context(stage.serving(stage.stock(), probe))
        servers = {"floor": floor, "stock": stock, "ours": ours}
        same_notes({name: Client(server.port, who.token) for name, server in servers.items()}, [probe])
        calls = reads(ids, who.token)
        sides = {name: Contestant(server, calls) for name, server in servers.items()}
        found = capacity.compare(lab, "P1", sides)
    speed = [
        _rate("P1", "read one note, to floor", found, "floor", 0.60),
        _rate("P1", "read one note, to stock", found, "stock", 1.8),
    ]
    costs = found.cost_ratios("ours", "floor")
    cost = verdicts.ratio("P6", "processor time a request, to floor", costs, "at most", 2.0, found.reason)
    plots = [
        charts.rounds("P1: read one note", found.rates, "requests a second"),
        charts.rounds("P6: processor time a request", found.costs, "seconds a request"),
    ]
    return Findings.of([*speed, cost], plots, found.raw)


def list_json(lab: Lab, stage: Stage) -> Findings:
    """P2: a page of 20 out of many notes, the first pages of the list, by stock and the application."""
    with ExitStack() as running:
        ours = running.enter_context(stage.serving(stage.ours()))
        who = stage.account(ours, "many", lab.scale.rows, 0)
        stock = running.enter_context(stage.serving(stage.stock(), "/api/v1/notes"))
        paths = {"ours": cursors(ours, who.token)}
        # stock counts its pages by number; the further, the more rows OFFSET has to skip: the first ones are its best
        paths["stock"] = [f"/api/v1/notes?page={page + 1}" for page in range(len(paths["ours"]))]
        clients = {name: Client(server.port, who.token) for name, server in (("stock", stock), ("ours", ours))}
        for theirs, own in zip(paths["stock"], paths["ours"], strict=True):
            same_notes(clients, [theirs, own])
        sides = {
            name: Contestant(server, _reads("list", paths[name], who.token))
            for name, server in (("stock", stock), ("ours", ours))
        }
        found = capacity.compare(lab, "P2", sides)
    what = f"list of 20 out of {lab.scale.rows:,}"
    plot = charts.rounds(f"P2: {what}", found.rates, "requests a second")
    return Findings.of([_rate("P2", f"{what}, to stock", found, "stock", 2.5)], [plot], found.raw)


def list_page(lab: Lab, stage: Stage) -> Findings:
    """P3: the list page of a signed-in user, the same bytes from stock and from the application."""
    with ExitStack() as running:
        ours = running.enter_context(stage.serving(stage.ours()))
        who = stage.account(ours, "page", PAGE_NOTES, PAGE_PADS)
        stock = running.enter_context(stage.serving(stage.stock(), "/signin/"))
        browsers = {name: Client(server.port) for name, server in (("stock", stock), ("ours", ours))}
        for name, browser in browsers.items():
            browser.sign_in(who.email, PASSWORD, with_csrf=name == "ours")
            browser.request("GET", "/")  # a greeting is shown once, on the first page
        same_bytes(browsers, "/")
        sides = {
            name: Contestant(server, (request("page", "GET", "/", {"Cookie": browsers[name].cookie_header}),))
            for name, server in (("stock", stock), ("ours", ours))
        }
        found = capacity.compare(lab, "P3", sides)
    plot = charts.rounds("P3: list page, HTML", found.rates, "requests a second")
    return Findings.of([_rate("P3", "list page, HTML, to stock", found, "stock", 1.8)], [plot], found.raw)


def create(lab: Lab, stage: Stage) -> Findings:
    """P4: notes created, committed, by the application, by floor and by psycopg itself."""
    with ExitStack() as running:
        ours = running.enter_context(stage.serving(stage.ours()))
        who = stage.account(ours, "writer", 1, 0)
        (note_id,) = stage.note_ids(who, 1)
        floor = running.enter_context(stage.serving(stage.floor(), NOTE.format(note_id)))
        # floor knows a user by the number alone
        servers = {"floor": (floor.port, NOTE.format(who.user_id)), "ours": (ours.port, "/api/v1/notes")}
        return creates.compare(lab, servers, who, stage.database_env())


def _rate(figure: str, what: str, found: Comparison, reference: str, bound: float) -> verdicts.Verdict:
    return verdicts.ratio(figure, what, found.rate_ratios("ours", reference), "at least", bound, found.reason)


def reads(ids: Sequence[int], token: str) -> tuple[Call, ...]:
    """Return a call for each of these notes."""
    return _reads("read", [NOTE.format(number) for number in ids], token)


def _reads(label: str, paths: Sequence[str], token: str) -> tuple[Call, ...]:
    return tuple(request(label, "GET", path, {"Authorization": f"Bearer {token}"}) for path in paths)


def cursors(server: Server, token: str) -> list[str]:
    """Return the paths of the first pages of the list, as a client gets them that follows `next`."""
    client, paths = Client(server.port, token), ["/api/v1/notes"]
    while len(paths) < PAGES and (cursor := expect(client.api("GET", paths[-1]), 200, paths[-1]).json()["next"]):
        paths.append(f"/api/v1/notes?after={cursor}")
    return paths
