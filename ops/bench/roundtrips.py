"""Figure P5: server round trips to PostgreSQL, counted on the wire, for every route, with 1, 20 and 1,000 rows.

One request at a time goes to an application of one process whose database is behind the counting proxy. Each route is
warmed up first: psycopg prepares a statement when it is run for the sixth time, which is a round trip once in the life
of a connection, not of a request.
"""

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field

from ops import console, run, wait
from ops.bench.client import Reply
from ops.bench.player import Player, plain
from ops.bench.proxy import CountingProxy
from ops.bench.recipes import RECIPES, Recipe

ROWS = (1, 20, 1000)
WARM_UP, COUNTED = 7, 2
STILL_SECONDS = 0.02  # on loopback, no byte for so long means that the request has ended in the database too
API_READ, PAGE_READ, WRITE = 1, 2, 3


@dataclass
class Trips:
    """Round trips by route and number of rows, the routes' budgets, and what did not work as a recipe expects."""

    budgets: dict[str, int]
    counts: dict[str, dict[int, int]] = field(default_factory=dict)
    failed: list[str] = field(default_factory=list)


def budget(method: str, rule: str) -> int:
    """Return how many round trips figures.md allows to a route."""
    if method != "GET":
        return WRITE
    return API_READ if rule.startswith("/api/") else PAGE_READ


def routes(env: Mapping[str, str]) -> dict[str, int]:
    """Return the application's routes, as `METHOD /path/<>`, with their budgets; `env` is what it needs to start."""
    words = [sys.executable, "-m", "benchmarks.routes"]
    listed = run.run(words, env=env, mend="python -m benchmarks.routes says what is wrong")
    return {f"{method} {plain(rule)}": budget(method, rule) for method, rule in json.loads(listed.out)}


def count(proxy: CountingProxy, players: Mapping[int, Player], budgets: Mapping[str, int]) -> Trips:
    """Exercise each route that has a recipe, as each player; reads come first, while the rows are as many as said."""
    found = Trips(dict(budgets))
    ordered = sorted(budgets, key=lambda route: (not route.startswith("GET"), route))
    for rows, player in players.items():
        with console.step(f"P5: {len(ordered)} routes with {rows} rows"):
            for route in ordered:
                trips = [_most(proxy, player, recipe, route, found) for recipe in RECIPES.get(route, ())]
                if trips:
                    found.counts.setdefault(route, {})[rows] = max(trips)
    return found


def _most(proxy: CountingProxy, player: Player, recipe: Recipe, route: str, found: Trips) -> int:
    for _ in range(WARM_UP):
        recipe(player)()
    most = 0
    for _ in range(COUNTED):
        request = recipe(player)
        before = _still(proxy)
        reply = request()
        most = max(most, _still(proxy) - before)
        _check(reply, route, found)
    return most


def _check(reply: Reply, route: str, found: Trips) -> None:
    """A refused request is cheap; a write that shows its form again has not written."""
    ok = reply.status < 400 and not (route.startswith("POST /") and "/api/" not in route and b"errorlist" in reply.body)
    if not ok:
        found.failed.append(f"{route}: {reply.status}")


def _still(proxy: CountingProxy) -> int:
    """Return the count once it has not changed for a while."""
    last = -1

    def probe() -> int:
        nonlocal last
        if (now := proxy.trips()) != last:
            last = now
            raise wait.Pending(f"{now} round trips and counting")
        return now

    what, mend = "the database to be quiet", "./inv bench --only P5"
    return wait.until(probe, what, seconds=10, mend=mend, every=STILL_SECONDS) or 0
