"""Interleaving: both sides of a comparison see the same machine, however it changes while they are measured."""

from collections.abc import Callable, Iterator, Mapping, Sequence

ROUNDS = 5  # figures.md: at least five pairs


def turns(sides: Sequence[str], index: int) -> list[str]:
    """Return the sides in the order in which that round has them: A B in an even one, B A in an odd one."""
    return list(sides if index % 2 == 0 else reversed(sides))


def order(sides: Sequence[str], rounds: int) -> Iterator[tuple[int, str]]:
    """Yield (round, side): A B, B A, A B, … so that a machine that slows down steadily favours nobody."""
    for index in range(rounds):
        yield from ((index, side) for side in turns(sides, index))


def measure(sides: Sequence[str], rounds: int, run: Callable[[int, str], float]) -> dict[str, list[float]]:
    """Run every side once a round, interleaved; return each side's results, by round."""
    results: dict[str, list[float]] = {side: [] for side in sides}
    for index, side in order(sides, rounds):
        results[side].append(run(index, side))
    return results


def ratios(results: Mapping[str, Sequence[float]], side: str, reference: str) -> list[float]:
    """Return the ratio of `side` to `reference` for each round in which the reference measured something."""
    pairs = zip(results[side], results[reference], strict=True)
    return [ours / theirs for ours, theirs in pairs if theirs > 0]
