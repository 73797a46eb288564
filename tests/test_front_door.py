"""Everything of a first day is imported from `bchcov` itself, and only loaded when it is used."""

from __future__ import annotations

import ast
import inspect
import pickle
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import bchcov

SOURCE = Path(bchcov.__file__)
USER = """
from bchcov import BCH_2026, BuildError, Chain, Coin, Input, Output, PrivateKey, Spend, Verdict
from bchcov import P2pkhUnlocker, RuleSet, Transaction, TransactionBuilder, assemble, p2sh32, verify

key = PrivateKey(bytes(31) + b"\\x01")
chain = Chain(BCH_2026)
(coin,) = chain.fund(Output(50_000, key.locking_bytecode))
builder = TransactionBuilder().spend(coin, P2pkhUnlocker(key)).change_to(key.locking_bytecode)


def judge(transaction: Transaction, spent: list[Output], rules: RuleSet = BCH_2026) -> Verdict:
    return verify(transaction, spent, rules)


script: bytes = p2sh32(assemble("<1> <2> OP_ADD"))
txid: str = chain.submit(builder.build().transaction).txid
reveal_type(judge)
"""


def test_the_names_of_the_front_door_are_the_same_wherever_they_are_listed() -> None:
    tree = ast.parse(SOURCE.read_text(encoding="utf-8"))
    (typed,) = [
        node
        for node in tree.body
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
    ]
    imported = {
        alias.name: node.module
        for node in typed.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert imported == bchcov._HOMES
    assert sorted(imported) == sorted(bchcov.__all__)
    assert len(set(bchcov.__all__)) == len(bchcov.__all__)


@pytest.mark.parametrize("name", bchcov.__all__)
def test_a_name_of_the_front_door_is_that_of_its_module(name: str) -> None:
    found = getattr(bchcov, name)
    assert found is getattr(import_module(f"bchcov.{bchcov._HOMES[name]}"), name)
    assert name in dir(bchcov)


SUBPACKAGES = (
    "amm",
    "amm.cpmm",
    "amm.direct",
    "amm.ticketed",
    "assembly",
    "chain",
    "contract",
    "formats",
    "network",
    "race",
    "simulator",
    "testing",
    "vectors",
    "wallet",
)


@pytest.mark.parametrize("name", SUBPACKAGES)
def test_a_subpackage_for_users_exports_its_names(name: str) -> None:
    module = import_module(f"bchcov.{name}")
    assert len(set(module.__all__)) == len(module.__all__) > 2
    for each in module.__all__:
        assert getattr(module, each) is not None


FORMER_MODULES = {
    "script.addresses": "encoding.addresses",
    "vm.flags": "vm.rules.flags",
}


@pytest.mark.parametrize("former", FORMER_MODULES)
def test_a_module_that_is_kept_under_a_former_name_has_the_same_names(former: str) -> None:
    module, now = (import_module(f"bchcov.{name}") for name in (former, FORMER_MODULES[former]))
    assert sorted(module.__all__) == sorted(now.__all__)
    for name in module.__all__:
        assert getattr(module, name) is getattr(now, name)


def test_the_help_of_verify_is_short() -> None:
    code = "import bchcov; help(bchcov.verify)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "rules: 'RuleSet' = BCH_2026," in done.stdout
    assert len(done.stdout) < 2_000


def test_everything_that_judges_has_the_same_default_rules() -> None:
    for judge in (bchcov.verify, bchcov.run_script, bchcov.evaluate_input, bchcov.trace_input):
        assert inspect.signature(judge).parameters["rules"].default is bchcov.BCH_2026
    assert bchcov.TransactionBuilder().rules is bchcov.BCH_2026
    assert bchcov.Chain().rules is bchcov.BCH_2026


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'Coins'"):
        _ = bchcov.Coins  # type: ignore[attr-defined]


def test_importing_the_package_loads_nothing_of_it() -> None:
    code = "import bchcov, sys; print([name for name in sys.modules if name.startswith('bchcov.')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_users_file_passes_the_strict_checks_of_types(tmp_path: Path) -> None:
    (tmp_path / "user.py").write_text(USER, encoding="utf-8")
    command = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(tmp_path / "cache")]
    done = subprocess.run(
        [*command, "user.py"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert "-> bchcov.validation.verdict.Verdict" in done.stdout
    assert done.returncode == 0, done.stdout
    assert (SOURCE.parent / "py.typed").is_file()


def test_a_rule_set_prints_as_its_name_and_is_pickled_by_it() -> None:
    for rules in bchcov.RULE_SETS:
        assert repr(rules) == rules.name
        assert repr(rules.consensus) == f"{rules.name}.consensus"
        assert pickle.loads(pickle.dumps(rules.consensus)) is rules.consensus
