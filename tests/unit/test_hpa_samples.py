"""What is recorded of an autoscaler comes back from its file as it was."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from ops.hpa.samples import Event, Pod, Scale, read, write

WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20)
TIMES = st.floats(0, 4e9)
RECORDS = {
    Scale: st.builds(
        Scale, TIMES, *[st.none() | st.integers(0, 1000)] * 5, *[st.none() | st.booleans()] * 3, WORDS
    ),
    Pod: st.builds(Pod, WORDS, WORDS, WORDS, TIMES, *[st.none() | TIMES] * 4),
    Event: st.builds(Event, TIMES, WORDS, WORDS, WORDS, st.integers(0)),
}  # fmt: skip


@given(st.sampled_from([Scale, Pod, Event]).flatmap(lambda kind: st.tuples(st.just(kind), st.lists(RECORDS[kind]))))
def test_records_survive_their_file(tmp_path_factory: object, drawn: tuple[type, list[tuple[object, ...]]]) -> None:
    kind, rows = drawn
    path = Path(tmp_path_factory.getbasetemp()) / "rows.csv"  # type: ignore[attr-defined]
    write(path, kind, rows)
    assert read(path, kind) == rows


def test_the_files_have_the_heads_that_the_docs_promise(tmp_path: Path) -> None:
    write(tmp_path / "scale.csv", Scale, [])
    head = "t,desired,current,ready,available,cpu_percent,scaling_active,able_to_scale,scaling_limited,gap"
    assert (tmp_path / "scale.csv").read_text().splitlines() == [head]
    write(tmp_path / "pods.csv", Pod, [Pod("p", "a", "n", 1.5, None, None, None, None)])
    assert (tmp_path / "pods.csv").read_text().splitlines()[1] == "p,a,n,1.5,,,,"
