"""``python -m tests.fuzz TARGET SECONDS [--plain]``: look for faults, guided by coverage (atheris, Linux).

Every fault is written to ``tests/fuzz/cases/TARGET/`` as bytes and told on the screen; the run goes on.
``--plain`` does without atheris, as other systems do.
"""

from __future__ import annotations

import hashlib
import sys
import time
import traceback
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.fuzz.targets import Target

CASES = Path(__file__).with_name("cases")
SLOW = 20.0
"""Seconds of processor for one input that count as a fault; the search itself makes all slower."""


class Watched:
    """Runs inputs, keeps what fails: one input for each place of failure."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self.count = 0
        self.places: set[str] = set()

    def __call__(self, data: bytes) -> None:
        self.count += 1
        started = time.process_time()
        try:
            self.target.run(data)
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            if type(error).__name__ == "SystemExit":
                raise
            self.keep(data, error)
        if time.process_time() - started > SLOW:
            self.keep(data, TimeoutError(f"{time.process_time() - started:.1f} s"))

    def keep(self, data: bytes, error: BaseException) -> None:
        """Write the input down unless its failure is known."""
        frames = traceback.extract_tb(error.__traceback__)
        place = (
            f"{type(error).__name__} {frames[-1].filename}:{frames[-1].lineno}" if frames else str(error)[:20]
        )
        if place in self.places:
            return
        self.places.add(place)
        folder = CASES / self.target.name
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / hashlib.sha256(data).hexdigest()[:12]
        path.write_bytes(data)
        print(f"FAULT {place}: {str(error)[:300]} -> {path}", flush=True)


def plainly(watched: Watched, seconds: float) -> None:
    """Mutations of the seeds without guidance."""
    from tests.fuzz.mutate import mutated

    end = time.monotonic() + seconds
    for data in mutated(watched.target, int(time.time())):
        watched(data)
        if time.monotonic() > end:
            break


def guided(watched: Watched, seconds: float) -> None:
    """The coverage-guided search; does not return."""
    import os
    import tempfile

    import atheris

    with tempfile.TemporaryDirectory(prefix="xltools-fuzz-") as folder:
        seeds, words = Path(folder, "seeds"), Path(folder, "words")
        seeds.mkdir()
        for number, seed in enumerate(watched.target.seeds()):
            (seeds / str(number)).write_bytes(seed)
        escaped = ("".join(f"\\x{byte:02x}" for byte in word.encode()) for word in watched.target.words)
        words.write_text("\n".join(f'"{word}"' for word in escaped))
        options = [f"-max_total_time={int(seconds)}", "-max_len=20000", "-rss_limit_mb=3000", "-timeout=60"]
        options += [f"-artifact_prefix={folder}/", "-print_final_stats=1"]
        options += [f"-dict={words}"] if watched.target.words else []
        child = os.fork()
        if child == 0:
            atheris.Setup([sys.argv[0], *options, str(seeds)], watched)
            atheris.Fuzz()
        os.waitpid(child, 0)


def main(name: str, seconds: float, plain: bool) -> None:
    """Fuzz one target."""
    if plain or not sys.platform.startswith("linux"):
        from tests.fuzz.targets import TARGETS

        if name not in TARGETS:
            sys.exit(f"no target {name}; there are {', '.join(TARGETS)}")
        watched = Watched(TARGETS[name])
        plainly(watched, seconds)
        print(f"{name}: {watched.count} executions, {len(watched.places)} faults")
        return
    import atheris

    with atheris.instrument_imports(include=["xltools"]):
        # Whatever a target imports late must be loaded here to be seen by the engine.
        from tests.fuzz.targets import TARGETS

        if name not in TARGETS:
            sys.exit(f"no target {name}; there are {', '.join(TARGETS)}")
        watched = Watched(TARGETS[name])
        for data in watched.target.seeds():
            watched(data)
    guided(watched, seconds)


if __name__ == "__main__":
    chosen = [argument for argument in sys.argv[1:] if not argument.startswith("-")]
    if len(chosen) != 2:
        sys.exit("python -m tests.fuzz TARGET SECONDS [--plain]; the targets stand in tests/fuzz/targets.py")
    main(chosen[0], float(chosen[1]), "--plain" in sys.argv)
