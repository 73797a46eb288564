"""A campaign on a Dask cluster, here of this machine, finds what one process finds."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from support.keeping_vault import KEEPING, LEAKING, OWNER, PARTIES, kept

from bchcov import BCH_2026, ContractError
from bchcov.cli.main import main
from bchcov.formats.verify_lines import verify_line
from bchcov.testing import fuzz
from bchcov.testing.fuzzing.corpus import read_corpus

WAIT_SECONDS = 60
distributed: Any = pytest.importorskip("distributed")


@pytest.fixture(scope="module")
def cluster() -> Iterator[str]:
    """The address of a cluster of two worker processes."""
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=":0", silence_logs=50
    ) as made:
        yield made.scheduler_address


def test_a_cluster_finds_what_one_process_finds(cluster: str, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    one = fuzz([kept(LEAKING)], PARTIES, seconds=None, count=800)
    many = fuzz(
        [kept(LEAKING)],
        PARTIES,
        seconds=None,
        count=1_600,
        cluster=cluster,
        corpus=tmp_path,
        progress=lambda judged, findings: told.append((judged, findings)),
    )
    assert many.attackers == one.attackers
    assert many.judged >= 1_600
    assert {each.cause for each in one.attacks} <= {each.cause for each in many.attacks}
    assert all(each.replays() for each in many.findings)
    assert told
    assert told[-1][1] >= 1
    # What was learned there is kept here, and found again at once.
    kept_now = read_corpus(tmp_path)
    assert kept_now
    again = fuzz(
        [kept(LEAKING)], PARTIES, seconds=None, count=100, cluster=cluster, jobs=1, corpus=tmp_path
    )
    assert again.attacks
    assert len(read_corpus(tmp_path)) >= len(kept_now)


def test_a_cluster_stops_at_the_first_attack(cluster: str) -> None:
    report = fuzz([kept(LEAKING)], PARTIES, seconds=600, cluster=cluster, stop_at_first=True)
    assert report.attacks
    # The workers were told to end as well, and play the next campaign.
    assert fuzz([kept(KEEPING)], seconds=None, count=100, cluster=cluster).judged >= 100


def test_the_command_takes_the_address_of_a_cluster(cluster: str, tmp_path: Path) -> None:
    built = kept(LEAKING)
    line = verify_line(built.transaction, built.source_outputs, BCH_2026)
    (tmp_path / "honest.jsonl").write_text(json.dumps(line) + "\n", encoding="utf-8")
    command = ["fuzz", str(tmp_path / "honest.jsonl"), "--count", "600", "--json"]
    done = CliRunner().invoke(main, [*command, "--cluster", cluster])
    assert done.exit_code in (0, 1), done.output
    assert json.loads(done.stdout)["judged"] >= 600


def test_where_no_scheduler_answers_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bchcov.testing.fuzzing.on_cluster._WAIT_SECONDS", 1)
    with pytest.raises(ContractError, match="no Dask scheduler answers at tcp"):
        fuzz([kept(KEEPING)], seconds=1, cluster="tcp://127.0.0.1:9")


def test_a_cluster_without_workers_is_refused() -> None:
    with (
        distributed.LocalCluster(n_workers=0, dashboard_address=":0", silence_logs=50) as made,
        pytest.raises(ContractError, match="has no workers"),
    ):
        fuzz([kept(KEEPING)], seconds=1, cluster=made.scheduler_address)


def test_a_signal_ends_a_campaign_on_a_cluster_with_its_report(
    cluster: str, tmp_path: Path
) -> None:
    built = kept(LEAKING)
    line = verify_line(built.transaction, built.source_outputs, BCH_2026)
    path, mine, mark = tmp_path / "honest.jsonl", tmp_path / "mine.py", tmp_path / "mark"
    path.write_text(json.dumps(line) + "\n", encoding="utf-8")
    mine.write_text(
        f"calls = []\ndef mark(transaction, source_outputs):\n    calls.append(1)\n"
        f"    if len(calls) == 100:\n        open({str(mark)!r}, 'ab').close()\n",
        encoding="utf-8",
    )
    owner = f"owner={OWNER.to_wif()}"
    options = ("--property", f"{mine}:mark", "--party", owner, "--seconds", "600")
    command = subprocess.Popen(
        [sys.executable, "-m", "bchcov", "fuzz", str(path), *options, "--cluster", cluster],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        end = time.monotonic() + WAIT_SECONDS
        while not mark.exists() and command.poll() is None and time.monotonic() < end:
            time.sleep(0.05)
        assert mark.exists(), "the campaign did not come to judge"
        # What was found is told every half second.
        time.sleep(1.5)
        command.send_signal(signal.SIGTERM)
        output, told = command.communicate(timeout=WAIT_SECONDS)
    finally:
        command.kill()
    assert command.returncode == 128 + signal.SIGTERM, told
    assert told.startswith("Error: stopped by SIGTERM: ")
    assert "transactions judged in" in output
    assert not output.startswith("0 transactions")
    # The workers have been told to end: they are free for another campaign.
    assert fuzz([kept(KEEPING)], seconds=None, count=100, cluster=cluster).judged >= 100
