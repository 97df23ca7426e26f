"""Fuzzing: ``python -m tests.fuzz TARGET SECONDS [--plain]``: look for faults, guided by coverage (atheris).

``python -m tests.fuzz --campaign SECONDS [--least NUMBER]``: all targets, each for an equal part of the time
and until it had that many executions, in processes of their own; a table at the end.
``python -m tests.fuzz TARGET --again FILE``: one input once more, with the time it takes.

Every fault is written to ``tests/fuzz/cases/TARGET/`` as bytes and told on the screen; the run goes on. What
the engine found worth keeping, and inputs that it gave up (too long, too much memory), lie in
``.fuzz/TARGET/``, for the next run and to be repeated. ``--plain`` does without atheris, as other systems do,
and so do targets of which one execution is long.
"""

from __future__ import annotations

import hashlib
import mmap
import subprocess
import sys
import time
import traceback
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.fuzz.target import Target

CASES = Path(__file__).with_name("cases")
KEPT = Path(__file__).parents[2] / ".fuzz"
SLOW = 20.0
"""Seconds of processor for one input that count as a fault; the search itself makes all slower."""


class Watched:
    """Runs inputs, keeps what fails: one input for each place of failure. The number of executions and faults
    is kept where a process that made this one sees it, whatever becomes of the one that counts."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self.places: set[str] = set()
        self._shared = mmap.mmap(-1, 16)

    @property
    def count(self) -> int:
        """Executions."""
        return int.from_bytes(self._shared[:8], "little")

    @property
    def faults(self) -> int:
        """Different faults."""
        return int.from_bytes(self._shared[8:], "little")

    def __call__(self, data: bytes) -> None:
        self._shared[:8] = (self.count + 1).to_bytes(8, "little")
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
        self._shared[8:] = (self.faults + 1).to_bytes(8, "little")
        folder = CASES / self.target.name
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / hashlib.sha256(data).hexdigest()[:12]
        path.write_bytes(data)
        print(f"FAULT {place}: {str(error)[:300]} -> {path}", flush=True)


def plainly(watched: Watched, seconds: float, least: int) -> None:
    """Mutations of the seeds without guidance."""
    from tests.fuzz.mutate import mutated

    end = time.monotonic() + seconds
    for data in mutated(watched.target, int(time.time())):
        watched(data)
        if time.monotonic() > end and watched.count >= least:
            break


def guided(watched: Watched, seconds: float, least: int) -> None:
    """The coverage-guided search, begun again where an input had to be given up."""
    end = time.monotonic() + seconds
    folder = KEPT / watched.target.name
    before = set(_given_up(folder))
    while (left := end - time.monotonic()) > 1 or watched.count < least:
        done = watched.count
        _search(watched, max(left, 10), folder)
        if watched.count == done:
            break
    for path in sorted(set(_given_up(folder)) - before):
        print(f"GIVEN UP: python -m tests.fuzz {watched.target.name} --again {path}", flush=True)


def _given_up(folder: Path) -> list[Path]:
    return [path for path in folder.glob("*-*") if path.is_file()]


def _search(watched: Watched, seconds: float, folder: Path) -> None:
    """One process of the engine."""
    import os
    import tempfile

    import atheris

    found = folder / "found"
    found.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="xltools-fuzz-") as room:
        seeds, words = Path(room, "seeds"), Path(room, "words")
        seeds.mkdir()
        for number, seed in enumerate(watched.target.seeds()):
            (seeds / str(number)).write_bytes(seed)
        escaped = ("".join(f"\\x{byte:02x}" for byte in word.encode()) for word in watched.target.words)
        words.write_text("\n".join(f'"{word}"' for word in escaped))
        options = [f"-max_total_time={int(seconds)}", "-max_len=8000", "-rss_limit_mb=3000", "-timeout=60"]
        options += [f"-artifact_prefix={folder}/", "-verbosity=0"]
        options += [f"-dict={words}"] if watched.target.words else []
        child = os.fork()
        if child == 0:
            atheris.Setup([sys.argv[0], *options, str(found), str(seeds)], watched)
            atheris.Fuzz()
        os.waitpid(child, 0)


def run(name: str, seconds: float, least: int = 0, plain: bool = False) -> None:
    """Fuzz one target."""
    if plain or not sys.platform.startswith("linux"):
        from tests.fuzz.targets import TARGETS

        if name not in TARGETS:
            sys.exit(f"no target {name}; there are {', '.join(TARGETS)}")
        watched = Watched(TARGETS[name])
        plainly(watched, seconds, least)
    else:
        import atheris

        with atheris.instrument_imports(include=["xltools"]):
            # Whatever a target imports late must be loaded here to be seen by the engine.
            from tests.fuzz.targets import TARGETS

            if name not in TARGETS:
                sys.exit(f"no target {name}; there are {', '.join(TARGETS)}")
            watched = Watched(TARGETS[name])
            for data in watched.target.seeds():
                watched(data)
        guided(watched, seconds, least)
    how = "plain" if plain else "guided"
    print(f"{name:12} {how:7} {watched.count:9} executions {watched.faults:3} faults", flush=True)


def campaign(seconds: float, least: int) -> int:
    """All targets, one after the other; the number of those with faults."""
    from tests.fuzz.targets import TARGETS

    lines = []
    for name, target in TARGETS.items():
        command = [
            sys.executable,
            "-m",
            "tests.fuzz",
            name,
            str(seconds / len(TARGETS)),
            "--least",
            str(least),
        ]
        command += [] if target.guided else ["--plain"]
        quiet = subprocess.DEVNULL  # the engine tells much there
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=quiet, text=True, check=False)
        print(done.stdout, end="", flush=True)
        lines.append((done.stdout.splitlines() or [f"{name} died: {done.returncode}"])[-1])
    print("\n" + "\n".join(lines))
    return sum(" 0 faults" not in line for line in lines)


def again(name: str, path: Path) -> None:
    """One input once more; a fault is raised."""
    from tests.fuzz.targets import TARGETS

    started = time.process_time()
    TARGETS[name].run(path.read_bytes())
    print(f"{name}: {time.process_time() - started:.2f} s of processor, no fault")


def main(arguments: list[str]) -> int:
    """See above."""
    least = int(arguments[arguments.index("--least") + 1]) if "--least" in arguments else 0
    match arguments:
        case ["--campaign", seconds, *_]:
            return min(campaign(float(seconds), least), 1)
        case [name, "--again", path]:
            again(name, Path(path))
        case [name, seconds, *options] if not name.startswith("-"):
            run(name, float(seconds), least, "--plain" in options)
        case _:
            print(__doc__)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
