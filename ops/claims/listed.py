"""Every claim, in the words of the README, which a test compares."""

from functools import partial

from ops.bench import runner
from ops.bench.lab import FULL
from ops.chaos import controls, site
from ops.claims import of_bench, of_chaos, of_loadtest, of_tests
from ops.claims.claim import Claim
from ops.hpa.findings import FLOOR, SHRINKING
from ops.suite import PYTEST

FIGURES = {
    "P1": "read one note, JSON",
    "P2": "list of 20 out of 100,000 notes",
    "P3": "list page, the same bytes",
    "P4": "create, committed",
    "P5": "round trips, all 59 routes, 1 to 1,000 rows",
    "P6": "processor time a request",
    "P7": "p99, p99.9 at half of saturation",
    "P8": "goodput at 4 x saturation",
    "P9": "`loadtest` against an independent recorder, in nine pathologies",
    "P10": "first extra pod Ready, of a stock HPA's time (`--on kind`)",
    "P11": "start; second `up`",
}
"""What is measured, as in the README's table; limits and results are the verdicts' own words."""
CHECKS = ("ruff", "ruff format", "mypy")
TESTS = {
    "layers": ("`notes` knows nothing of `ops`, and `ops` never imports `notes`", "tests/unit/test_layout.py"),
    "overlays": ("lists what differs between dev, preprod and prod", "tests/unit/test_k8s_overlays.py"),
    "api": ("described at `/api/v1/openapi.json`", "tests/integration/test_api_fuzz.py"),
    "embedded-heals": (
        "`kill -9` any part, and `./inv status` tells the truth until supervisord has brought it back",
        "tests/integration/test_embedded_target.py",
    ),
    "pages": ("light and dark, good on a phone and with the keyboard", "tests/e2e/test_browser.py"),
    "loopback": (
        "All is published on 127.0.0.1 only",
        "tests/e2e/compose/test_stack.py::test_nothing_listens_but_on_loopback",
    ),
    "watch": (
        "no request is refused meanwhile",
        "tests/e2e/compose/test_watch.py::test_no_request_is_refused_while_code_changes",
    ),
    "network-policy": ("who may speak to whom", "tests/e2e/kind/test_policy.py"),
}
"""What a test proves, or all tests of a file."""


def claims() -> list[Claim]:
    """All of them, in the order to show them."""
    return [*_tests(), *_chaos(), *_controls(), *_autoscaler(), *_figures()]


def _tests() -> list[Claim]:
    command, kind = "./inv test", "test"
    return [
        Claim("style-and-types", "checks style and types", command, kind, partial(of_tests.parts, CHECKS)),
        Claim(PYTEST, "runs every test that this machine can run", command, kind, of_tests.every),
        *(Claim(id_, said, command, kind, partial(of_tests.named, test)) for id_, (said, test) in TESTS.items()),
    ]


def _chaos() -> list[Claim]:
    sentences = {
        "kept": ("No acknowledged note is lost", of_chaos.kept),
        "heals": ("What goes wrong heals", of_chaos.healed),
    }
    return [
        Claim(f"{name}-{target}", sentence, f"./inv chaos --on {target}", "chaos", partial(read, target))
        for target in site.TARGETS
        for name, (sentence, read) in sentences.items()
    ]


def _controls() -> list[Claim]:
    sentence = "on a private copy that is broken on purpose, it has to end red"
    return [
        Claim(f"control-{what}", sentence, f"./inv chaos --break {what}", "chaos", partial(of_chaos.caught, what))
        for what in controls.KNOWN
    ]


def _autoscaler() -> list[Claim]:
    command, kind = "./inv loadtest", "loadtest"
    return [
        Claim("autoscaler", "Replicas follow the load up and back down", command, kind, of_loadtest.verdict),
        Claim("shrinking", "no request failed while shrinking", command, kind, partial(of_loadtest.finding, SHRINKING)),
        Claim("floor", "the floor of ready pods holds", f"{command} --kill", kind, partial(of_loadtest.finding, FLOOR)),
    ]


def _figures() -> list[Claim]:
    return [
        Claim(name, title, runner.command([name], FULL), "bench", partial(of_bench.figure, name))
        for name, title in FIGURES.items()
    ]
