"""kubectl, always told which cluster is meant: the user's own kubeconfig and context are never looked at."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ops import run

SECONDS = 30.0  # a question that takes longer: the API server is gone or stuck
MEND = "./inv cluster.status"


@dataclass(frozen=True)
class Kubectl:
    """kubectl for one cluster and, where there is one, one namespace."""

    kubeconfig: Path
    context: str
    namespace: str | None = None

    def words(self, *words: str | Path) -> list[str | Path]:
        """The whole command for these words."""
        where = ["--namespace", self.namespace] if self.namespace else []
        return ["kubectl", "--kubeconfig", self.kubeconfig, "--context", self.context, *where, *words]

    def within(self, namespace: str) -> "Kubectl":
        """The same for that namespace."""
        return Kubectl(self.kubeconfig, self.context, namespace)

    def do(self, *words: str | Path, text: str | None = None, check: bool = True, mend: str = MEND) -> run.Result:
        """Change something; shown before it is run, and left out of a dry run."""
        return run.run(self.words(*words), text=text, check=check, mend=mend)

    def ask(self, *words: str | Path, check: bool = True, mend: str = MEND) -> run.Result:
        """Ask something; neither shown nor left out of a dry run."""
        return run.run(self.words(*words), question=True, check=check, timeout=SECONDS, mend=mend)

    def get(self, *words: str, check: bool = True) -> list[dict[str, Any]]:
        """The objects that `kubectl get` with these words finds; none where that kind or namespace is not there.

        Raises OpsError when the cluster does not answer, unless `check` is off: then there are none, too.
        """
        told = self.ask("get", "--ignore-not-found", "--output", "json", *words, check=check and not run.is_dry())
        if told.code or not told.out.strip():
            return []
        found: dict[str, Any] = json.loads(told.out)
        items: list[dict[str, Any]] = found.get("items", [found])
        return items

    def apply(self, objects: Sequence[dict[str, Any]], *, server_side: bool = False) -> None:
        """Bring these objects to the cluster as they are."""
        if not objects:
            return
        words = ["--server-side", "--force-conflicts"] if server_side else []
        text = json.dumps({"apiVersion": "v1", "kind": "List", "items": list(objects)})
        self.do("apply", *words, "--filename", "-", text=text)
