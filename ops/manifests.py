"""The Kubernetes objects of this checkout, rendered by kubectl's Kustomize as `kubectl apply -k` would apply them."""

import json
import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from ops import run
from ops.errors import OpsError
from ops.paths import ROOT

Manifest = dict[str, Any]
"""One object, as read from YAML."""

FOLDER = ROOT / "k8s"
OVERLAYS = FOLDER / "overlays"
COMPONENTS = FOLDER / "components"
IMAGE = "notesapp"
"""What the base calls the application's image; each overlay says where it is."""

ROUTES = ("notes", "hello", "jobs", "auth")
"""The HTTPRoutes of an overlay."""

LOADER: type[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the one in C, where it is, is ten times as quick
SECONDS = 60.0  # 0.3 s is usual; the machine may be busy
MEND = "see what is wrong: kubectl kustomize "


def render(
    overlay: str,
    *,
    namespace: str | None = None,
    image: str | None = None,
    hosts: Mapping[str, str] | None = None,
    patches: Sequence[Mapping[str, Any]] = (),
) -> list[Manifest]:
    """The objects of k8s/overlays/<overlay>, in the order in which they can be applied.

    `namespace` is put in place of the overlay's own; `image` is the whole name of the application's image, with tag or
    digest; `hosts` are host names by route (one of ROUTES); `patches` are entries of Kustomize's `patches`, applied
    last. Without any of them it is what `kubectl apply -k` applies. Raises OpsError when it cannot be rendered.
    """
    folder = OVERLAYS / overlay
    if not (folder / "kustomization.yaml").is_file():
        known = ", ".join(sorted(path.name for path in OVERLAYS.glob("*/")))
        raise OpsError(f"there is no overlay '{overlay}'", f"known: {known}", "name one of these")
    changes: Manifest = {"patches": [*_host_patches(hosts or {}), *patches]}
    if namespace:
        changes["namespace"] = namespace
    if image:
        changes["images"] = [_replaced(folder, image)]
    return _changed(folder, changes) if namespace or image or hosts or patches else build(folder)


def setting(config: str, name: str, value: str) -> Manifest:
    """An entry of `patches` that gives a setting of that ConfigMap another value."""
    patch = json.dumps([{"op": "add", "path": f"/data/{name}", "value": value}])
    return {"target": {"kind": "ConfigMap", "name": config}, "patch": patch}


def build(folder: Path) -> list[Manifest]:
    """The objects of a folder with a kustomization.yaml. Raises OpsError when it cannot be rendered."""
    words: list[str | Path] = ["kubectl", "kustomize", folder]
    told = run.run(words, question=True, timeout=SECONDS, mend=f"{MEND}{os.path.relpath(folder, ROOT)}")
    return [found for found in yaml.load_all(told.out, Loader=LOADER) if found]


def of_kind(objects: Sequence[Manifest], *kinds: str) -> list[Manifest]:
    """Those of these kinds, in their order: `of_kind(objects, "Job")`."""
    return [found for found in objects if found["kind"] in kinds]


def but_kind(objects: Sequence[Manifest], *kinds: str) -> list[Manifest]:
    """Those of all other kinds, in their order."""
    return [found for found in objects if found["kind"] not in kinds]


def named(objects: Sequence[Manifest], kind: str, name: str) -> Manifest:
    """The one object of that kind and name. Raises OpsError when there is none."""
    for found in objects:
        if found["kind"] == kind and found["metadata"]["name"] == name:
            return found
    seen = ", ".join(found["metadata"]["name"] for found in of_kind(objects, kind)) or "none"
    raise OpsError(f"there is no {kind} '{name}' in the manifests", f"of that kind: {seen}", "look into k8s/")


def namespace_of(objects: Sequence[Manifest]) -> str:
    """The one namespace that these objects make and live in."""
    return str(of_kind(objects, "Namespace")[0]["metadata"]["name"])


def _changed(folder: Path, changes: Manifest) -> list[Manifest]:
    """Kustomize reads folders only, by relative paths: one of our own, gone again afterwards, stands on top of it."""
    with tempfile.TemporaryDirectory(prefix="notes-manifests-") as place:
        top = Path(place).resolve()
        kustomization = {
            "apiVersion": "kustomize.config.k8s.io/v1beta1",
            "kind": "Kustomization",
            "resources": [os.path.relpath(folder.resolve(), top)],
            **changes,
        }
        (top / "kustomization.yaml").write_text(yaml.safe_dump(kustomization))
        return build(top)


def _host_patches(hosts: Mapping[str, str]) -> list[Manifest]:
    return [
        {
            "target": {"kind": "HTTPRoute", "name": route},
            # `add` takes the place of what is there, too
            "patch": json.dumps([{"op": "add", "path": "/spec/hostnames", "value": [host]}]),
        }
        for route, host in hosts.items()
    ]


def _replaced(folder: Path, image: str) -> Manifest:
    """An entry of Kustomize's `images` that puts that name in the place of the one the overlay gives."""
    theirs: Manifest = yaml.safe_load((folder / "kustomization.yaml").read_text())
    name = next(found.get("newName", IMAGE) for found in theirs["images"] if found["name"] == IMAGE)
    if "@" in image:
        new, _, digest = image.partition("@")
        return {"name": name, "newName": new, "digest": digest}
    new, _, tag = image.rpartition(":")
    return {"name": name, "newName": new, "newTag": tag}
