"""One cluster for all tests of this folder, each in namespaces of its own."""

from collections.abc import Iterator

import pytest

from ops.targets.kind import Kind
from tests.support import kind


@pytest.fixture(scope="package")
def kind_cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[kind.Cluster]:
    """The cluster. Skips, saying why, where none can run."""
    if reason := kind.why_not():
        pytest.skip(f"kind: {reason}")
    with kind.private(tmp_path_factory.mktemp("kind")) as cluster:
        yield cluster


@pytest.fixture
def kind_target(kind_cluster: kind.Cluster) -> Iterator[Kind]:
    """A namespace of the cluster, not deployed to yet; gone with its data when the test ends."""
    target = kind_cluster.target()
    try:
        yield target
    finally:
        target.down(wipe=True)
