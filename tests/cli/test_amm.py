"""`bchcov amm` and `bchcov amm race` from outside: pipes, scripts, exit codes, files."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from prompt_toolkit.application import create_app_session
from prompt_toolkit.document import Document
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput

from bchcov.chain import ChainFile
from bchcov.cli.amm.prompt import SessionCompleter, ask_lines
from bchcov.cli.main import main
from bchcov.simulator import Session


def run(*arguments: str, given: str = "", code: int = 0) -> str:
    result = CliRunner().invoke(main, ["amm", *arguments], input=given)
    assert result.exit_code == code, result.output
    return result.output


def test_commands_come_from_a_pipe_and_a_lone_commit_takes_the_next_line() -> None:
    out = run("--memory", "--seed", "1", given="status\ncommit\nswap 5 BCH\nexit\nstatus\n")
    assert out.count("> status") == 1
    assert "> commit swap 5 BCH" in out
    assert "deadline  1008" in out


def test_commands_come_from_a_script_and_answers_can_be_json(tmp_path: Path) -> None:
    script = tmp_path / "script"
    script.write_text("# what is there\nstatus\n\nmine 2\nreveal 00 1 True\n", encoding="utf-8")
    out = run("--memory", "--json", "--script", str(script), code=1)
    answers = [json.loads(line) for line in out.splitlines()]
    assert [each["ok"] for each in answers] == [True, True, False]
    assert answers[0]["pool"]["bch_reserve"] == 100_000_000_000
    assert "is not a hash" in answers[2]["error"]


def test_a_file_keeps_everything_and_belongs_to_one_process(tmp_path: Path) -> None:
    path = str(tmp_path / "amm.sqlite")
    run("--file", path, "-c", "commit swap 5 BCH", "-c", "sequence")
    answer = json.loads(run("--file", path, "--json", "-c", "status"))
    assert len(answer["pool"]["pending"]) == 1
    with ChainFile(path):
        assert "this process has it open already" in run("--file", path, "-c", "status", code=1)
    assert "cannot be used together" in run("--file", path, "--memory", "-c", "status", code=2)


def test_the_default_file_lies_in_the_folder_of_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("click.get_app_dir", lambda name: str(tmp_path / name))
    run("-c", "mine 5")
    assert json.loads(run("--json", "-c", "status"))["height"] == 1_009
    assert (tmp_path / "bchcov" / "amm.sqlite").exists()


def test_the_prompt_completes_commands_hashes_and_profiles() -> None:
    with ChainFile(":memory:") as file:
        session = Session(file, seed=1)
        made = session.run("commit swap 1 BCH").data["hash"]
        completer = SessionCompleter(session)

        def offered(text: str) -> list[str]:
            found = completer.get_completions(Document(text), None)  # type: ignore[arg-type]
            return [each.text for each in found]

        assert offered("se") == ["sequence"]
        assert offered("reveal ") == offered(f"refund {made[:3]}") == [made]
        assert offered("reveal x 5 t") == ["True"]
        assert offered("profile d") == ["direct"]
        assert offered("commit s") == ["swap"]
        assert offered("mine 1") == []


def test_a_race_is_a_table_or_json_and_the_same_each_time() -> None:
    arguments = ("race", "--users", "8", "--seeds", "2", "--jobs", "2")
    table = run(*arguments)
    assert all(pool in table for pool in ("cpmm", "direct", "ticketed", "epochs"))
    told = json.loads(run(*arguments, "--json"))
    assert told == json.loads(run("race", "--users=8", "--seeds=2", "--jobs=1", "--json"))
    assert [row["pool"] for row in told["rows"]] == ["cpmm", "direct", "ticketed", "epochs"]
    assert all(row["users"] == 16 for row in told["rows"])


def test_a_race_writes_json_plots_and_one_page_that_needs_nothing_else(tmp_path: Path) -> None:
    out = tmp_path / "new" / "folder"
    run("race", "--sweep", "users=4,8", "--pool", "cpmm", "--pool", "ticketed", "--out", str(out))
    names = sorted(path.name for path in out.iterdir())
    plots = ["contention.png", "miners-take.png", "throughput.png", "waiting.png"]
    assert names == sorted([*plots, "race.html", "race.json"])
    for name in plots:
        assert (out / name).read_bytes().startswith(b"\x89PNG")
    page = (out / "race.html").read_text(encoding="utf-8")
    assert page.count("data:image/png;base64,") == 4
    assert "http" not in page
    told = json.loads((out / "race.json").read_text(encoding="utf-8"))
    assert [(row["pool"], row["value"]) for row in told["rows"]] == [
        ("cpmm", 4),
        ("cpmm", 8),
        ("ticketed", 4),
        ("ticketed", 8),
    ]
    assert len(told["races"]) == 4
    assert "users, direct" not in page
    assert "<td>4, 8</td>" in page
    assert "users: 4" in page.lower()
    # Words for people: no column is called as a name in Python is.
    assert not re.findall(r"<t[hd][^>]*>[a-z]+_[a-z_]+<", page)
    assert "What was found" in page
    assert "bchcov amm race --pool=cpmm --pool=ticketed --sweep=users=4,8" in page
    (tmp_path / "file").write_text("", encoding="utf-8")
    refused = run("race", "--users=1", "--jobs=1", "--out", str(tmp_path / "file" / "x"), code=3)
    assert "Not a directory" in refused
    assert "executed" not in refused


def test_a_race_under_a_draft_says_so_wherever_it_is_told(tmp_path: Path) -> None:
    draft = "draft: Tailstorm, a block of 10 sub-blocks in 600 seconds"
    arguments = ("race", "--users=4", "--sub-blocks=10", "--pool=ticketed", "--jobs=1")
    graph = str(tmp_path / "graph.html")
    out = run(*arguments, "--out", str(tmp_path), "--graph", graph)
    assert out.splitlines()[0] == draft
    assert "payout:" in out
    told = json.loads(run(*arguments, "--json"))
    assert told["draft"] == told["rows"][0]["draft"] == draft
    assert json.loads((tmp_path / "race.json").read_text(encoding="utf-8"))["draft"] == draft
    page = (tmp_path / "race.html").read_text(encoding="utf-8")
    assert f"<b>D{draft[1:]}</b>" in page
    assert "--sub-blocks=10" in page
    assert f"({draft})" in Path(graph).read_text(encoding="utf-8")
    today = run("race", "--users=4", "--pool=ticketed", "--jobs=1")
    assert "draft" not in today
    assert "payout:" not in today


@pytest.mark.parametrize(
    ("option", "said"),
    [
        ("--block-seconds=0", "block_seconds 0.0 is out of range: expected 1 to"),
        ("--block-seconds=-60", "block_seconds -60.0 is out of range"),
        ("--block-seconds=nan", "block_seconds nan is out of range"),
        ("--block-seconds=1e99", "is out of range"),
        ("--block-seconds=0.5", "block_seconds 0.5 is out of range"),
        ("--sub-blocks=0", "sub_blocks 0 is out of range: expected 1 to 100"),
        ("--sub-blocks=-1", "sub_blocks -1 is out of range"),
        ("--sub-blocks=99999999999", "is out of range: expected 1 to 100"),
        ("--sub-blocks=7", "7 sub-blocks do not divide 600 seconds"),
    ],
)
def test_a_race_refuses_blocks_that_mean_nothing(option: str, said: str) -> None:
    assert said in run("race", "--users=1", option, code=1)


CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


@pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")
@pytest.mark.parametrize("width", [400, 1_400])
def test_the_page_of_a_race_fits_a_screen(tmp_path: Path, width: int) -> None:
    run("race", "--users=4", "--sweep=users=3,4", "--jobs=1", "--out", str(tmp_path))
    page = (tmp_path / "race.html").read_text(encoding="utf-8")
    tables = "[...document.querySelectorAll('.wide')].every(e => e.scrollWidth <= e.clientWidth)"
    measured = "`${document.documentElement.scrollWidth} of ${innerWidth} ${" + tables + "}`"
    script = f"<script>parent.postMessage({measured}, '*')</script></html>"
    (tmp_path / "inner.html").write_text(page.replace("</html>", script), encoding="utf-8")
    # A window cannot be as narrow as a telephone, but a frame can.
    (tmp_path / "outer.html").write_text(
        "<script>onmessage = e => document.title = e.data</script><title></title>"
        f"<iframe src=inner.html width={width} height=900 frameborder=0></iframe>",
        encoding="utf-8",
    )
    flags = ("--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=5000")
    where = (tmp_path / "outer.html").as_uri()
    profile = f"--user-data-dir={tmp_path / 'profile'}"
    shown = subprocess.run(
        [str(CHROMIUM), *flags, profile, "--dump-dom", where],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    found = re.search(r"<title>(\d+) of (\d+) (\w+)</title>", shown.stdout)
    assert found is not None
    assert int(found[1]) <= int(found[2]) <= width
    assert found[3] == "true"


def test_a_race_without_matplotlib_says_so_first_and_writes_the_rest(tmp_path: Path) -> None:
    code = """if True:
        import sys
        sys.modules["matplotlib"] = None
        from bchcov.cli.main import main
        main(["amm", "race", "--users=3", "--jobs=1", "--out", sys.argv[1]])
    """
    out = tmp_path / "out"
    done = subprocess.run(
        [sys.executable, "-c", code, str(out)], capture_output=True, text=True, check=True
    )
    assert done.stderr.splitlines()[0].startswith("matplotlib is not installed, so there will be")
    assert sorted(each.name for each in out.iterdir()) == ["race.html", "race.json"]
    assert "There are no plots" in (out / "race.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("--sweep", "users=1", "--sweep", "batch=1"), 2, "one setting can be swept at a time"),
        (("--parameter", "bond=x"), 2, "expected a name and a number"),
        (("--parameter", "colour=1", "--pool=ticketed", "--jobs=1"), 1, "parameters of the pool"),
        (("--attacker", "thief"), 2, "revoker"),
        (("--delay", "-1"), 1, "delay -1.0 is out of range: expected 0 to 100000.0"),
        (("--sweep", "seed=1,2"), 2, "cannot be swept: expected one of users, arrivals_per_block"),
        (("--sweep", "users=a"), 2, "expected numbers, as 1,2,3"),
        (("--sweep", "users=1.5"), 1, "users 1.5 is invalid: expected a whole number"),
        (("--pool", "uniswap"), 2, "cpmm"),
        (("--users", "2", "--cluster", "tcp://127.0.0.1:1"), 1, "no Dask scheduler answers"),
    ],
)
def test_a_wrong_race_says_what_is_wrong(
    arguments: tuple[str, ...], code: int, message: str
) -> None:
    assert message in run("race", *arguments, code=code)


def test_a_race_runs_on_a_dask_cluster() -> None:
    distributed = pytest.importorskip("distributed", reason="Dask is not installed")
    with distributed.LocalCluster(
        n_workers=1, threads_per_worker=1, processes=False, dashboard_address=None
    ) as cluster:
        address = cluster.scheduler_address
        arguments = ("race", "--users=6", "--seeds=2", "--json")
        there = json.loads(run(*arguments, "--cluster", address))
    assert there == json.loads(run(*arguments, "--jobs=1"))


def test_the_prompt_asks_for_an_action_and_ends_with_the_input(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("click.get_app_dir", lambda name: str(tmp_path / name))
    with ChainFile(":memory:") as file, create_pipe_input() as pipe:
        session = Session(file, seed=1)
        with create_app_session(input=pipe, output=DummyOutput()):
            pipe.send_text("status\rcommit\rswap 5 BCH\r\x03mine\r\x04")
            assert list(ask_lines(session)) == ["status", "commit swap 5 BCH", "mine"]
    assert "swap 5 BCH" in (tmp_path / "bchcov" / "history").read_text(encoding="utf-8")


def test_the_example_run_of_the_first_simulator_from_a_pipe() -> None:
    given = "status\nmulti 2\nreveal 1234abcd 50 True\nstatus\nexit\n"
    out = run("--memory", "--seed", "1", "--json", given=given, code=1)
    first, race, reveal, last, _ = map(json.loads, out.splitlines())
    assert reveal == {
        "command": "reveal 1234abcd 50 True",
        "ok": False,
        "error": "no commitment has a hash that starts with 1234abcd",
    }
    assert first["pool"]["tail"] == 0
    assert last["pool"]["head"] == last["pool"]["tail"] == len(race["users"]) == 2
    assert last["pool"]["bch_reserve"] == race["reserves"][1]["bch"]
    assert last["height"] == race["blocks"][1] > first["height"]
    table = run("--memory", "--seed", "1", given=given, code=1)
    assert "ticketed: conflicts" in table
    assert all(f"{name} (" in table for name in ("ticketed", "direct", "cpmm"))


@pytest.mark.parametrize("sweep", ["users=nan", "users=1e400", "users=-inf", "delay=nan"])
def test_a_number_that_is_none_is_not_swept(sweep: str) -> None:
    out = run("race", "--users", "2", "--sweep", sweep, code=1)
    assert "expected a finite number" in out


def test_a_script_may_hold_any_bytes(tmp_path: Path) -> None:
    script = tmp_path / "script"
    script.write_bytes(b"\xef\xbb\xbfstatus\r\nmi\xffne\n\xff\xfe\0\nmine\n")
    for arguments in (("--script", str(script)), ("--script", "-"), ()):
        result = CliRunner().invoke(
            main, ["amm", "--memory", "--json", *arguments], input=script.read_bytes()
        )
        answers = [json.loads(line) for line in result.output.splitlines()]
        assert [each["ok"] for each in answers] == [True, False, False, True]
        assert "the byte 0xff in it is not UTF-8" in answers[1]["error"]


def test_what_comes_from_outside_is_shown_escaped_and_is_no_markup(tmp_path: Path) -> None:
    evil = "\x1b[2K\x9b1m\u202e[/x] [bold]a\\[b :smile:\u2028"
    out = run("--memory", given=f"{evil}\nprofile {evil}\n", code=1)
    assert out.replace("\n", "").isprintable()
    assert "\\x1b[2K\\x9b1m\\u202e[/x] [bold]a\\[b :smile:" in out
    assert "Traceback" not in out
    out = run("--file", str(tmp_path / evil / "x"), "-c", "status", code=1)
    assert out.replace("\n", "").isprintable()


def test_a_folder_of_settings_that_is_none_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "file"))
    out = run("-c", "status", code=1)
    assert "choose a file with --file, or use --memory" in out
    assert "> status" in run("--memory", "-c", "status")
    monkeypatch.setenv("XDG_CONFIG_HOME", "")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    run("-c", "status")
    assert not (tmp_path / "bchcov").exists(), "an empty variable is not the folder we are in"
    assert (tmp_path / "home" / ".config" / "bchcov" / "amm.sqlite").exists()


def test_opening_with_another_profile_says_that_it_mines(tmp_path: Path) -> None:
    path = str(tmp_path / "chain")
    assert "mined for it" not in run("--file", path, "-c", "status")
    assert "a new direct pool" in run("--file", path, "--profile", "direct", "-c", "status")
    assert "mined for it" not in run("--file", path, "--profile", "direct", "-c", "status")
