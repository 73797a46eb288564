"""That a run of the tests notes what they reach, and that a change is really in place."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
RUN = """
import sys
from pathlib import Path

sys.path.insert(0, "scripts")
from mutants import make_mutants
from mutation_run import Bench

root, scratch = Path.cwd(), Path(sys.argv[1])
path = root / "bchcov" / "encoding" / "compact_size.py"
tests = ["tests/encoding/test_compact_size.py"]
bench = Bench(root, scratch, frozenset({path}), tests, 30, kept=scratch / "kept")
source = path.read_bytes()
in_function, in_data = (
    next(each for each in make_mutants(path, source) if changed in each.change(source)[1])
    for changed in ("value <= 65534", "range(252)")
)
for mutant, fate in bench.run([in_function, in_data], 1):
    print("data" if mutant is in_data else "function", fate)
"""


def test_changes_of_functions_and_of_data_are_reached_and_noticed(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", RUN, str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    fates = [line for line in done.stdout.splitlines() if line.startswith(("data", "function"))]
    assert sorted(fates) == ["data killed", "function killed"], done.stdout + done.stderr
