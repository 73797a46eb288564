"""What tests of several folders share."""

from __future__ import annotations

import fcntl
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from support.browser import NAMES, Browser, find_browser
from support.loopback import Loopback, serving
from support.offline import loopback_only

from bchcov import Chain

# A machine that is busy with something else is slow, and nothing is wrong with the library.
settings.register_profile(
    "any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("any machine")

LIBAUTH = "@bitauth/libauth@3.1.0-next.8"
TYPESCRIPT = "typescript@5.9.3"
CASHSCRIPT = ("cashc@0.12.1", "cashscript@0.12.1")
# Packages are installed once and kept beside those of Python.
ENVIRONMENT = Path(__file__).parent.parent / ".venv"


def installed(name: str, *packages: str) -> Path:
    """Return a folder in which node finds npm packages; skip the test where that cannot be."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        pytest.skip("node and npm are not installed, so there is no other judge")
    folder = ENVIRONMENT / name
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w", encoding="utf-8") as lock:
        # Test processes run side by side: one installs, the others wait.
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "installed").exists():
            (folder / "package.json").write_text(
                '{"private": true, "type": "module"}', encoding="utf-8"
            )
            command = [npm, "install", "--silent", "--no-audit", "--no-fund", *packages]
            done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
            if done.returncode:
                pytest.skip(f"npm could not install {packages[0]}: {done.stderr[-200:]}")
            (folder / "installed").touch()
    return folder


@pytest.fixture(scope="session")
def libauth() -> Path:
    """A folder in which node finds libauth, the independent judge; skips where there is none."""
    return installed("libauth-3.1.0-next.8", LIBAUTH)


@pytest.fixture(scope="session")
def cashscript() -> Path:
    """A folder in which node finds cashc, cashscript and libauth; skips where there is none."""
    return installed("cashscript-0.12.1", *CASHSCRIPT, LIBAUTH)


@pytest.fixture(scope="session")
def typescript() -> Path:
    """A folder in which node finds the compiler of TypeScript; skips where there is none."""
    return installed("typescript-5.9.3", TYPESCRIPT)


@pytest.fixture
def calls() -> Callable[[Callable[[], object]], int]:
    """Count the functions called while something runs: work, whatever the machine's speed."""

    def count(run: Callable[[], object]) -> int:
        number = 0

        def note(_frame: object, event: str, _argument: object) -> None:
            nonlocal number
            number += event in ("call", "c_call")

        before = sys.getprofile()
        sys.setprofile(note)
        try:
            run()
        finally:
            sys.setprofile(before)
        return number

    return count


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Let a test speak to loopback only; what it has tried beyond fails it."""
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    with loopback_only() as tried:
        yield tried
    assert not tried, f"a test has tried to leave this machine: {tried}"


@pytest.fixture
def loopback(offline: list[str]) -> Iterator[Loopback]:
    """Servers of a regtest chain on loopback."""
    assert not offline
    with serving(Chain(network="regtest")) as made:
        yield made


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    program = find_browser()
    if program is None:
        pytest.skip(f"no browser is installed: none of {', '.join(NAMES)} is found")
    opened = Browser(program, tmp_path_factory.mktemp("browser"))
    yield opened
    opened.close()
