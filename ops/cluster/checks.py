"""What must be so before a cluster is made; each lack is refused with what mends it, before anything is changed."""

import json
import re
from pathlib import Path

from ops import doctor, engine, ports, versions
from ops.cluster.place import Place
from ops.errors import OpsError

# the kubelet's words from 1.35 on, where `failCgroupV1` is its default
OLD_CGROUPS = re.compile(r"configured to not run on a host using cgroup ?v1", re.IGNORECASE)


def tools() -> None:
    """Raise OpsError unless engine, kind and kubectl answer and are new enough."""
    engine.check_engine()
    kind = engine.answer(["kind", "version"])
    found = re.search(r"\d+\.\d+\.\d+", kind or "")
    engine.refuse_older("kind", found[0] if found else None, versions.KIND, "install kind, see kind.sigs.k8s.io")
    told = engine.answer(["kubectl", "version", "--client", "--output", "json"])
    client = json.loads(told)["clientVersion"]["gitVersion"] if told else None
    engine.refuse_older("kubectl", client, versions.KUBECTL, "install kubectl, see kubernetes.io/docs/tasks/tools")


def memory() -> None:
    """Raise OpsError where the nodes would not find enough memory."""
    needed = doctor.CLUSTER_MEMORY_MIB
    free = doctor.free_memory_mib()
    told = engine.answer(["docker", "info", "--format", "{{.MemTotal}}"])
    of_engine = int(told) >> 20 if told else needed  # less than the machine's where the engine has one of its own
    seen = min(of_engine if free is None else free, of_engine)
    if seen < needed:
        what = f"{seen} MiB of memory can be had, {needed} are needed"
        raise OpsError(
            "too little memory for a cluster", what, "end some programs or containers, or give the engine more"
        )


def inotify() -> None:
    """Raise OpsError where the system gives one user too few file watchers: nodes then fail in odd ways."""
    row = doctor.inotify()
    if row.state != doctor.OK:
        seen = f"fs.inotify.max_user_instances lets one user have {row.seen}, {doctor.INOTIFY_INSTANCES} are needed"
        raise OpsError("the system gives too few file watchers for a cluster", seen, row.mend)


def port(setting: str, number: int) -> None:
    """Raise OpsError where somebody listens on that port."""
    if not ports.is_free(number):
        mend = f"stop that program, or set another port: {setting}={number + 1} in .env"
        raise OpsError(f"port {number} is taken", f"{ports.owner(number)} listens on it", mend)


def crds(place: Place) -> None:
    """Raise OpsError where the Gateway API's definitions are to come from a file that is not there."""
    if "://" not in place.crds and not Path(place.crds).is_file():
        mend = "leave GATEWAY_API_CRDS away to take the release's, or name a file that is there"
        raise OpsError(f"no file '{place.crds}'", "GATEWAY_API_CRDS names it", mend)


def why_no_kubelet(logs: Path) -> OpsError | None:
    """The error for nodes whose kubelet refused the host's cgroups, told by their logs; None when it was not that."""
    for path in sorted(logs.rglob("*.log")):
        for row in path.read_text(errors="replace").splitlines():
            if OLD_CGROUPS.search(row):
                mend = (
                    "start the host with cgroup v2 (kernel command line: systemd.unified_cgroup_hierarchy=1)\n"
                    "or let the kubelet run on v1: in kind/cluster.yaml, kubeadmConfigPatches, a "
                    "KubeletConfiguration with failCgroupV1: false"
                )
                return OpsError("the kubelet cannot run on this host's cgroups", f"{path}: {row.strip()}", mend)
    return None
