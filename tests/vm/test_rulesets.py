"""Rule sets: found by name, paired by mode, made of flags, sent between processes."""

from __future__ import annotations

import pickle

import pytest
from support.spends import spend

from bchcov import (
    BCH_2023,
    BCH_2025,
    BCH_2026,
    BCH_SPEC,
    RulesError,
    RuleSet,
    find_rules,
)
from bchcov.script.patterns import p2sh20
from bchcov.script.pushes import encode_push
from bchcov.vm.rules.flags import FLAGS, rules_from_flags

ALL = (BCH_2023, BCH_2025, BCH_2026, BCH_SPEC)


@pytest.mark.parametrize("name", ["2026", "BCH_2026", "BCH_2026_05", "bch_2026", " 2026 "])
def test_a_rule_set_is_found_by_any_of_its_names(name: str) -> None:
    assert find_rules(name) is BCH_2026
    assert find_rules(name, standard=False) is BCH_2026.consensus


@pytest.mark.parametrize("name", ["", "2024", "BCH", "BCH_2026_06", "XEC_2020", "20260"])
def test_another_name_is_an_error_that_lists_the_names(name: str) -> None:
    with pytest.raises(RulesError, match="expected one of BCH_2023, BCH_2025, BCH_2026, BCH_SPEC"):
        find_rules(name)


@pytest.mark.parametrize("rules", ALL, ids=str)
def test_the_modes_are_each_others_counterpart(rules: RuleSet) -> None:
    assert rules.is_standard
    assert not rules.consensus.is_standard
    assert rules.consensus.standard is rules is rules.standard
    assert rules.consensus.consensus is rules.consensus
    assert (rules.mode, rules.consensus.mode) == ("standard", "consensus")


@pytest.mark.parametrize("rules", ALL, ids=str)
def test_a_rule_set_travels_between_processes(rules: RuleSet) -> None:
    assert pickle.loads(pickle.dumps(rules)) is rules
    assert pickle.loads(pickle.dumps(rules.consensus)) is rules.consensus
    flagged = rules_from_flags(["P2SH", "STRICTENC"])
    assert pickle.loads(pickle.dumps(flagged)) is flagged


def test_flags_are_known_with_and_without_the_nodes_prefixes() -> None:
    assert rules_from_flags(["SCRIPT_VERIFY_P2SH"]) is rules_from_flags(["p2sh"])
    assert rules_from_flags([]) is rules_from_flags(["", "NONE"])
    with pytest.raises(RulesError, match="unknown flag 'WITNESS'"):
        rules_from_flags(["WITNESS"])


def run(locking: bytes, unlocking: bytes, rules: RuleSet) -> str:
    result = spend(locking, unlocking, rules)
    return result.reason.value if result.reason else "OK"


REDEEM_FALSE = b"\x00"
NULL_KEY = "02" + "79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"
BAD_SIGNATURE = encode_push(bytes(64) + b"\x41") + encode_push(bytes.fromhex(NULL_KEY)) + b"\xac"

# A flag, a spend, and what becomes of it without and with the flag.
EFFECTS = {
    "P2SH": (p2sh20(REDEEM_FALSE), encode_push(REDEEM_FALSE), "OK", "EVAL_FALSE"),
    "SIGPUSHONLY": (b"\x51", b"\x61", "OK", "SIG_PUSHONLY"),
    "MINIMALDATA": (b"\x01\x01", b"", "OK", "MINIMALDATA"),
    "MINIMALIF": (b"\x52\x63\x68\x51", b"", "OK", "MINIMALIF"),
    "CHECKLOCKTIMEVERIFY": (b"\x51\xb1", b"", "OK", "UNSATISFIED_LOCKTIME"),
    "CHECKSEQUENCEVERIFY": (b"\x51\xb2", b"", "OK", "UNSATISFIED_LOCKTIME"),
    "DISCOURAGE_UPGRADABLE_NOPS": (b"\x51\xb0", b"", "OK", "DISCOURAGE_UPGRADABLE_NOPS"),
    "NULLFAIL": (BAD_SIGNATURE + b"\x91", b"", "OK", "SIG_NULLFAIL"),
    "STRICTENC": (b"\x00\x00\xac\x91", b"", "OK", "PUBKEYTYPE"),
    "DERSIG": (b"\x01\x00\x00\xac\x91", b"", "OK", "SIG_DER"),
    "LOW_S": (b"\x01\x00\x00\xac\x91", b"", "OK", "SIG_DER"),
    "SCHNORR_MULTISIG": (b"\x51\x00\x00\xae", b"", "OK", "INVALID_BITFIELD_SIZE"),
    "64_BIT_INTEGERS": (b"\x51\x51\x95", b"", "DISABLED_OPCODE", "OK"),
    "NATIVE_INTROSPECTION": (b"\xc2", b"", "BAD_OPCODE", "OK"),
    "ENABLE_MAY2026": (b"\x65\x51\x66\x51", b"", "BAD_OPCODE", "OK"),
}


@pytest.mark.parametrize("flag", EFFECTS)
def test_a_flag_switches_its_rule_on(flag: str) -> None:
    locking, unlocking, without, with_flag = EFFECTS[flag]
    assert run(locking, unlocking, rules_from_flags([])) == without
    assert run(locking, unlocking, rules_from_flags([flag])) == with_flag


def test_clean_stack_and_segwit_recovery_go_with_p2sh() -> None:
    clean = rules_from_flags(["P2SH", "CLEANSTACK"])
    assert run(b"\x51\x51", b"", rules_from_flags(["P2SH"])) == "OK"
    assert run(b"\x51\x51", b"", clean) == "CLEANSTACK"
    program = b"\x00\x14" + bytes(range(1, 21))
    assert run(p2sh20(program), encode_push(program), clean) == "OK"
    strict = rules_from_flags(["P2SH", "CLEANSTACK", "DISALLOW_SEGWIT_RECOVERY"])
    assert run(p2sh20(program), encode_push(program), strict) == "CLEANSTACK"


def test_segwit_recovery_is_for_blocks_and_not_relayed() -> None:
    program = b"\x00\x14" + bytes(range(1, 21))
    assert run(p2sh20(program), encode_push(program), BCH_2026.consensus) == "OK"
    assert run(p2sh20(program), encode_push(program), BCH_2026) == "CLEANSTACK"


def test_numbers_had_four_bytes_once() -> None:
    five_bytes = encode_push(b"\x01\x02\x03\x04\x05") + b"\x8b"
    assert run(five_bytes, b"", rules_from_flags([])) == "INVALID_NUMBER_RANGE"
    assert run(five_bytes, b"", rules_from_flags(["64_BIT_INTEGERS"])) == "OK"


def test_every_known_flag_makes_a_rule_set() -> None:
    for flag in FLAGS:
        assert rules_from_flags([flag]).name.startswith("FLAGS")


def test_a_rule_set_that_nobody_can_find_is_not_pickled() -> None:
    own = BCH_2026.evolve("own rules")
    with pytest.raises(RulesError, match=r"own rules .* cannot be pickled"):
        pickle.dumps(own)
