"""The load generator as a process of its own: `python -m ops.bench.generator PLAN.json SAMPLES.csv`."""

import argparse
import contextlib
import gc
import json
import os
from dataclasses import asdict
from pathlib import Path

from ops.bench.loop import Generator
from ops.bench.plan import Plan
from ops.bench.samples import write_samples


def main(words: list[str] | None = None) -> None:
    """Run the plan named on the command line; write its samples and, beside them, what the generator says of itself."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("plan", type=Path)
    parser.add_argument("samples", type=Path)
    arguments = parser.parse_args(words)
    generator = Generator(Plan.read(arguments.plan))
    with contextlib.suppress(PermissionError):  # only root may; whoever measures must not wait for what is measured
        os.nice(-10)
    gc.disable()  # samples are kept until the end, so each collection would find nothing and make the generator late
    generator.run()
    write_samples(arguments.samples, generator.samples)
    arguments.samples.with_suffix(".self.json").write_text(json.dumps(asdict(generator.about())))


if __name__ == "__main__":
    main()
