"""Where in the manifests something is said: the file and the line, looked up when it is asked for."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from ops.paths import ROOT

K8S = ROOT / "k8s"
KUSTOMIZATION = "kustomization.yaml"


def layers(overlay: str, folder: Path = K8S) -> list[Path]:
    """The folders that make up an overlay, the one that has the last word first."""
    return [folder / "overlays" / overlay, folder / "components", folder / "base"]


def place(folders: Sequence[Path], kind: str, name: str, path: Sequence[str]) -> str:
    """`file:line` of that key of that object, in the first of the folders that says it; patches come before bases.

    A part of the path is a key, or the `name` of an item of a list. Where nobody says it, it is the place where it
    would be said: the nearest part of the object that is there. Where the object is nowhere, the last folder.
    """
    best, where = -1, str(_shown(folders[-1]))
    for folder in folders:
        patches = _patches(folder, kind, name)
        objects = [(file, node) for file, node in _documents(folder) if _text(node, "kind") == kind]
        said = [each for each in objects if each[0] in patches]
        said += [each for each in objects if each not in said and _text(each[1], "metadata", "name") == name]
        for file, document in said:
            depth, node = _walk(document, path)
            if depth > best:
                best, where = depth, f"{_shown(file)}:{node.start_mark.line + 1}"
    return where


def _patches(folder: Path, kind: str, name: str) -> set[Path]:
    """The files that a kustomization below that folder says are patches of that object, whatever name they bear."""
    found = set()
    for file in folder.rglob(KUSTOMIZATION):
        for patch in yaml.safe_load(file.read_text()).get("patches", []):
            target = patch.get("target", {})
            is_meant = all(re.fullmatch(target.get(key, ".*"), is_) for key, is_ in (("kind", kind), ("name", name)))
            if "path" in patch and target and is_meant:
                found.add((file.parent / patch["path"]).resolve())
    return found


def _documents(folder: Path) -> Iterator[tuple[Path, Node]]:
    for file in sorted(folder.resolve().rglob("*.yaml")):
        for document in yaml.compose_all(file.read_text(), Loader=yaml.SafeLoader):
            if document is not None:
                yield file, document


def _walk(node: Node, path: Sequence[str]) -> tuple[int, Node]:
    """How much of the path is there, and the node of the last part that is: a mapping's key, not its value."""
    last = node
    for depth, key in enumerate(path):
        step = _step(node, key)
        if step is None:
            return depth, last
        last, node = step
    return len(path), last


def _step(node: Node, key: str) -> tuple[Node, Node] | None:
    if isinstance(node, MappingNode):
        return next(((k, v) for k, v in node.value if isinstance(k, ScalarNode) and k.value == key), None)
    if isinstance(node, SequenceNode):
        return next(((item, item) for item in node.value if _text(item, "name") == key), None)
    return None


def _text(node: Node, *path: str) -> str:
    for key in path:
        step = _step(node, key)
        if step is None:
            return ""
        node = step[1]
    return node.value if isinstance(node, ScalarNode) else ""


def _shown(path: Path) -> Path:
    return path.relative_to(ROOT) if path.is_relative_to(ROOT) else path
