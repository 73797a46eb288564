"""Worker processes: results in order, errors that arrive, and no worker without its parent."""

from __future__ import annotations

import math
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from itertools import count, islice
from operator import methodcaller
from pathlib import Path

import pytest
from support.running import WAIT_SECONDS, alive, needs_proc, wait_until

from bchcov import DecodeError
from bchcov.encoding.hexadecimal import decode_hex
from bchcov.errors import WorkerLost
from bchcov.processes.pool import as_done, in_order
from bchcov.processes.signals import Stopped, stoppable


@pytest.fixture(autouse=True)
def _heed_interrupts() -> Iterator[None]:
    """A shell lets what it runs in the background ignore SIGINT: not so the processes here."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def test_results_come_in_the_order_of_the_tasks() -> None:
    tasks = [20_000 if number % 7 == 0 else 5 for number in range(60)]
    assert list(in_order(math.factorial, tasks, jobs=3)) == [math.factorial(n) for n in tasks]
    assert list(in_order(math.factorial, [], jobs=3)) == []


def test_results_come_with_their_numbers_as_they_are_done() -> None:
    found = dict(as_done(math.sqrt, [4.0, 9.0, 16.0, 25.0], jobs=2))
    assert found == {0: 2.0, 1: 3.0, 2: 4.0, 3: 5.0}


def test_an_endless_input_is_read_as_it_is_needed() -> None:
    read = []

    def endless() -> Iterator[float]:
        for number in count():
            read.append(number)
            yield float(number)

    results = in_order(math.sqrt, endless(), jobs=2)
    assert list(islice(results, 50)) == [math.sqrt(number) for number in range(50)]
    results.close()
    assert len(read) < 100


def test_an_error_of_ours_arrives_as_it_was_raised() -> None:
    with pytest.raises(DecodeError, match="not a hexadecimal digit") as raised:
        list(in_order(decode_hex, ["00", "0g"], jobs=2))
    assert raised.value.offset == 1


def test_a_worker_that_ends_is_an_error_and_no_waiting() -> None:
    with pytest.raises(WorkerLost, match="ended with status 7"):
        list(in_order(os._exit, [7, 7, 7], jobs=2))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_that_ends_a_worker_stops_the_work(number: int) -> None:
    with pytest.raises(Stopped) as stopped:
        list(in_order(signal.raise_signal, [number] * 3, jobs=2))
    assert stopped.value.status == 128 + number


def test_what_is_printed_in_a_worker_is_no_answer() -> None:
    said = list(in_order(methodcaller("write", b"noise\n"), [], jobs=1))
    assert said == []
    assert list(in_order(print, ["noise"], jobs=1)) == [None]


@needs_proc
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_no_worker_outlives_its_parent(number: int) -> None:
    code = (
        "import time; from bchcov.processes.pool import in_order\n"
        "for _ in in_order(time.sleep, [0, 600, 600, 600], jobs=3): print('working', flush=True)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as parent:
        assert parent.stdout is not None
        wait_until(lambda: len(alive(parent.pid)) == 4)
        assert parent.stdout.readline() == b"working\n"
        os.kill(parent.pid, number)
        wait_until(lambda: not alive(parent.pid))


@needs_proc
def test_a_worker_that_is_still_importing_ends_without_a_traceback(tmp_path: Path) -> None:
    (tmp_path / "slow.py").write_text(
        "import sys, time\n"
        "if 'bchcov.processes.worker' in sys.modules:\n"
        "    print('importing', file=sys.stderr, flush=True)\n"
        "    time.sleep(600)\n"
        "def work(number): return number\n",
        encoding="utf-8",
    )
    (tmp_path / "parent.py").write_text(
        "from slow import work\nfrom bchcov.processes.pool import in_order\n"
        "try:\n    list(in_order(work, [1], jobs=1))\n"
        "except KeyboardInterrupt:\n    print('stopped')\n",
        encoding="utf-8",
    )
    with subprocess.Popen(
        [sys.executable, str(tmp_path / "parent.py")],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as parent:
        assert parent.stderr is not None
        assert parent.stderr.readline() == "importing\n"
        os.killpg(parent.pid, signal.SIGINT)
        assert parent.communicate(timeout=WAIT_SECONDS) == ("stopped\n", "")
        wait_until(lambda: not alive(parent.pid))


def test_a_signal_is_raised_once_and_handlers_are_put_back() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with stoppable():
        with pytest.raises(Stopped, match="stopped by SIGTERM"):
            signal.raise_signal(signal.SIGTERM)
        signal.raise_signal(signal.SIGTERM)
    assert signal.getsignal(signal.SIGTERM) is before
