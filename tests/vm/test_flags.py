"""Flags of nodes: every name of every time is known, and means what it meant at its time."""

from __future__ import annotations

import pickle

import pytest
from coincurve import PublicKey
from hypothesis import given
from hypothesis import strategies as st

from bchcov import (
    BCH_2025,
    Input,
    Output,
    RulesError,
    Transaction,
    evaluate_input,
    run_script,
)
from bchcov.assembly import assemble
from bchcov.crypto.hashes import hash256, sha256
from bchcov.script.patterns import p2sh20
from bchcov.script.pushes import encode_push
from bchcov.transaction.context import TransactionContext
from bchcov.transaction.sighash import signing_serialization
from bchcov.vm.rules.flags import FLAGS, rules_from_flags
from bchcov.vm.rules.ruleset import RuleSet
from bchcov.wallet.keys import PrivateKey

OF_2018_AND_2019 = (
    "ALLOWSEGWITRECOVERY",
    "ALLOW_SEGWIT_RECOVERY",
    "SCRIPT_ALLOW_SEGWIT_RECOVERY",
    "REVERSEBYTES",
    "SCRIPT_ENABLE_OP_REVERSEBYTES",
    "COMPRESSED_PUBKEYTYPE",
    "SCRIPT_VERIFY_COMPRESSED_PUBKEYTYPE",
    "SCHNORR",
    "SCRIPT_ENABLE_SCHNORR",
    "CHECKDATASIG",
    "SCRIPT_ENABLE_CHECKDATASIG",
    "MONOLITH_OPCODES",
    "SCRIPT_ENABLE_MONOLITH_OPCODES",
    "MAY152018_OPCODES",
    "REPLAY_PROTECTION",
    "SCRIPT_ENABLE_REPLAY_PROTECTION",
)


def run(unlocking: bytes, locking: bytes, rules: RuleSet) -> str:
    spend = Transaction((Input(b"\x11" * 32, 0, unlocking),), (Output(0, b""),))
    result = evaluate_input(TransactionContext(spend, (Output(0, locking),)), 0, rules)
    return result.reason.value if result.reason else "OK"


@pytest.mark.parametrize("flag", OF_2018_AND_2019)
def test_every_flag_of_2018_and_2019_is_known(flag: str) -> None:
    assert rules_from_flags([flag]).name.startswith("FLAGS")


@pytest.mark.parametrize("flag", ["", "WITNESS", "SCHNORR ANYTHING", "no_such", "\ud800"])
def test_what_is_no_flag_is_an_error_and_an_empty_one_is_none(flag: str) -> None:
    if not flag:
        assert rules_from_flags([flag]) == rules_from_flags([])
        return
    with pytest.raises(RulesError, match="unknown flag"):
        rules_from_flags([flag])


@given(st.sets(st.sampled_from(sorted(FLAGS))), st.sets(st.sampled_from(sorted(FLAGS))))
def test_rules_of_any_flags_travel_between_processes(flags: set[str], known: set[str]) -> None:
    rules = rules_from_flags(flags, known=known)
    copy = pickle.loads(pickle.dumps(rules))
    assert (copy.name, copy.switches, copy.limits, set(copy.operations)) == (
        rules.name,
        rules.switches,
        rules.limits,
        set(rules.operations),
    )


@pytest.mark.parametrize(
    ("flag", "unlocking", "locking", "without", "reason"),
    [
        ("CHECKDATASIG", "000000", "ba", "BAD_OPCODE", "EVAL_FALSE"),
        ("CHECKDATASIG", "000000", "bb", "BAD_OPCODE", "CHECKDATASIGVERIFY"),
        ("REVERSEBYTES", "0201ff", "bc02ff0187", "BAD_OPCODE", "OK"),
        ("MONOLITH_OPCODES", "01610162", "7e02616287", "DISABLED_OPCODE", "OK"),
        ("MONOLITH_OPCODES", "5652", "00639668" + "965387", "DISABLED_OPCODE", "OK"),
    ],
)
def test_an_opcode_is_off_where_its_flag_was_to_be_had_and_is_not_named(
    flag: str, unlocking: str, locking: str, without: str, reason: str
) -> None:
    scripts = bytes.fromhex(unlocking), bytes.fromhex(locking)
    assert run(*scripts, rules_from_flags([])) == reason
    assert run(*scripts, rules_from_flags([flag], known=[flag])) == reason
    assert run(*scripts, rules_from_flags([], known=[flag])) == without
    assert run(*scripts, rules_from_flags([f"NO_{flag}"])) == without


def test_what_came_after_the_flags_of_a_time_is_off_at_that_time() -> None:
    reverse = bytes.fromhex("0201ff"), bytes.fromhex("bc02ff0187")
    for known, reason in (
        ([], "OK"),
        (["P2SH", "DISALLOW_SEGWIT_RECOVERY"], "OK"),
        (["MONOLITH_OPCODES"], "BAD_OPCODE"),
        (["REPLAY_PROTECTION"], "BAD_OPCODE"),
        (["SCHNORR", "SCHNORR_MULTISIG"], "BAD_OPCODE"),
        (["SCHNORR", "INPUT_SIGCHECKS"], "OK"),
        (["CHECKDATASIG", "ENABLE_MAY2025"], "OK"),
    ):
        assert run(*reverse, rules_from_flags([], known=known)) == reason


def test_the_recovery_of_witness_programs_is_off_where_its_flag_was_to_be_had() -> None:
    redeem = bytes.fromhex("00020000")
    scripts = encode_push(redeem), p2sh20(redeem)
    for spelling in ("ALLOW_SEGWIT_RECOVERY", "ALLOWSEGWITRECOVERY"):
        assert run(*scripts, rules_from_flags(["P2SH", spelling], known=[spelling])) == "OK"
        assert run(*scripts, rules_from_flags(["P2SH"], known=[spelling])) == "EVAL_FALSE"


def _der_of_64_bytes() -> tuple[bytes, bytes]:
    """A DER signature of 64 bytes of the empty message, and the key that it is by."""
    for start in range(1, 100):
        r, s = bytes((start,)) + b"\x11" * 28, b"\x22" * 29
        recoverable = b"\0\0\0" + r + b"\0\0\0" + s + b"\0"
        try:
            key = PublicKey.from_signature_and_message(recoverable, b"")
        except ValueError:  # r is on no point
            continue
        return b"\x30\x3e\x02\x1d" + r + b"\x02\x1d" + s, key.format()
    raise AssertionError("none found")


def test_a_signature_of_64_bytes_is_ecdsa_before_schnorr_signatures_and_never_after() -> None:
    signature, key = _der_of_64_bytes()
    assert len(signature) == 64
    scripts = encode_push(signature) + b"\x00" + encode_push(key), b"\xba"
    assert run(*scripts, rules_from_flags(["STRICTENC"])) == "EVAL_FALSE"
    assert run(*scripts, rules_from_flags(["STRICTENC", "NO_SCHNORR"])) == "OK"
    assert run(*scripts, rules_from_flags(["STRICTENC"], known=["SCHNORR"])) == "OK"


def test_a_schnorr_signature_is_bad_der_before_schnorr_signatures() -> None:
    key = PrivateKey(b"\x01" * 32)
    signature = key.sign_schnorr(sha256(b""))
    scripts = encode_push(signature) + b"\x00" + encode_push(key.public_key), b"\xba"
    for flags, reason in (
        (["STRICTENC", "SCHNORR"], "OK"),
        (["STRICTENC"], "SIG_DER"),
        ([], "EVAL_FALSE"),
        (["STRICTENC", "SCHNORR_MULTISIG"], "OK"),
    ):
        assert run(*scripts, rules_from_flags(flags, known=["SCHNORR"])) == reason


def test_uncompressed_keys_are_refused_where_compressed_ones_are_demanded() -> None:
    long = PublicKey.from_secret(b"\x01" * 32).format(compressed=False)
    for key, flags, reason in (
        (long, ["STRICTENC"], "EVAL_FALSE"),
        (long, ["COMPRESSED_PUBKEYTYPE"], "PUBKEYTYPE"),
        (b"\x05" + bytes(32), ["COMPRESSED_PUBKEYTYPE"], "PUBKEYTYPE"),
        (PrivateKey(b"\x01" * 32).public_key, ["COMPRESSED_PUBKEYTYPE"], "EVAL_FALSE"),
    ):
        scripts = b"\x00\x00" + encode_push(key), b"\xba"
        assert run(*scripts, rules_from_flags(flags)) == reason


def test_replay_protection_changes_what_a_signature_signs() -> None:
    key = PrivateKey(b"\x01" * 32)
    locking = encode_push(key.public_key) + b"\xac"
    spend = Transaction((Input(b"\x11" * 32, 0),), (Output(0, b""),))
    context = TransactionContext(spend, (Output(0, locking),))
    for hash_type, flags in (
        (0x41, ["SIGHASH_FORKID"]),
        (0xFFDEAD41, ["SIGHASH_FORKID", "REPLAY_PROTECTION"]),
    ):
        digest = hash256(signing_serialization(context, 0, locking, hash_type, tokens=False))
        unlocking = encode_push(key.sign_schnorr(digest) + b"\x41")
        assert run(unlocking, locking, rules_from_flags(flags)) == "OK"
        other = [flag for flag in ("SIGHASH_FORKID", "REPLAY_PROTECTION") if len(flags) == 1]
        other = other or ["SIGHASH_FORKID"]
        assert run(unlocking, locking, rules_from_flags(other)) == "EVAL_FALSE"


def test_locktimes_that_are_off_are_discouraged_at_the_time_of_the_old_flags_only() -> None:
    for opcode in ("b1", "b2"):
        scripts = b"\x51", bytes.fromhex(opcode)
        flags = ["DISCOURAGE_UPGRADABLE_NOPS"]
        assert run(*scripts, rules_from_flags(flags)) == "OK"
        old = rules_from_flags(flags, known=[*flags, "SCHNORR"])
        assert run(*scripts, old) == "DISCOURAGE_UPGRADABLE_NOPS"


def test_the_limits_of_relay_are_those_of_2025_where_their_flag_is_named() -> None:
    def limits(*flags: str) -> tuple[int | None, int | None]:
        found = rules_from_flags(("P2SH", "SIGHASH_FORKID", *flags)).limits
        return found.half_hash_iterations_per_byte, found.hash_iteration_price

    block, relay = BCH_2025.consensus.limits, BCH_2025.limits
    assert limits("ENABLE_MAY2025") == (
        block.half_hash_iterations_per_byte,
        block.hash_iteration_price,
    )
    assert limits("ENABLE_MAY2025", "VM_LIMITS_STANDARD") == (
        relay.half_hash_iterations_per_byte,
        relay.hash_iteration_price,
    )
    # Before 2025 there were none.
    assert limits("VM_LIMITS_STANDARD") == limits()
    assert limits()[0] is None


@pytest.mark.parametrize(("flags", "most"), [((), 4), (("64_BIT_INTEGERS",), 8)])
def test_numbers_and_indices_had_four_bytes_before_they_had_eight(
    flags: tuple[str, ...], most: int
) -> None:
    rules = rules_from_flags(("P2SH", *flags))
    for script in ("OP_PICK", "OP_1ADD"):
        for size in range(most + 2):
            ran = run_script(assemble(script), rules, stack=(b"", b"", bytes(size)))
            assert ran.ok == (size <= most), (script, size)
