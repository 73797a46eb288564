"""Contracts compiled by cashc, and spends made and judged by the CashScript SDK as well."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import pytest

from bchcov import (
    Coin,
    Contract,
    Output,
    PrivateKey,
    Signature,
    Token,
    TransactionBuilder,
    verify,
)
from bchcov.contract import artifact_contract, find_refusal, log_lines
from bchcov.contract.argument_types import ArgumentValue
from bchcov.contract.contract import Locking
from bchcov.crypto.hashes import sha256
from bchcov.formats.artifact import Artifact, read_artifact
from bchcov.transaction.model import Capability, Nft

pytestmark = pytest.mark.node

JUDGE = Path(__file__).parent / "cashscript_judge.mjs"
SPENDS = 400
KEYS = [PrivateKey(bytes(31) + bytes((number,))) for number in (1, 2, 3)]
CATEGORY = bytes(range(32))

SOURCES = {
    "Types": """
pragma cashscript ^0.12.0;

contract Types(int number, bool flag, string text, bytes some, bytes4 four, byte one, pubkey key) {
    function all(int n, bool f, string t, bytes s, bytes4 x, byte o) {
        console.log("all", n, f, t, s, x, o);
        require(n == number, "another number");
        require(f == flag, "another flag");
        require(t == text, "another text");
        require(s == some);
        require(x == four, "other four bytes");
        require(o == one, "another byte");
    }

    function signed(sig s, datasig d, bytes message) {
        require(checkSig(s, key), "not signed");
        console.log("signed", message, key);
        require(checkDataSig(d, message, key), "the message is not signed");
    }

    function onlySigned(sig s) {
        require(checkSig(s, key));
    }
}
""",
    "Alone": """
pragma cashscript ^0.12.0;

contract Alone(bytes20 owner) {
    function spend(pubkey key, sig s) {
        require(hash160(key) == owner, "not the owner's key");
        require(checkSig(s, key), "the owner has not signed");
    }
}
""",
    "Branches": """
pragma cashscript ^0.12.0;

contract Branches(int limit) {
    function pick(int a, int b) {
        int sum = a + b;
        if (a > limit) {
            require(b < 3, "b is too large");
            console.log("large", sum);
        } else if (a < 0) {
            require(sum % 2 == 0, "an odd sum");
        } else {
            require(within(sum, 0, limit), "the sum is out of range");
        }
    }

    function timed(int most) {
        require(tx.time >= 100, "too early");
        require(this.age >= 5, "too young");
        require(tx.outputs[0].value <= most, "too much");
    }

    function parts(bytes data, int at) {
        bytes left, bytes right = data.split(at);
        console.log(left, right);
        require(left.length > right.length || left == 0x00);
    }

    function nothing() {
        require(limit > 4);
    }
}
""",
    "Covenant": """
pragma cashscript ^0.12.0;

contract Covenant(bytes category, int step) {
    function next(int paid) {
        require(tx.inputs[this.activeInputIndex].tokenCategory == category, "a foreign token");
        bytes state = tx.inputs[this.activeInputIndex].nftCommitment;
        int count = int(state);
        console.log("count", count, "paid", paid);
        require(
            tx.outputs[0].lockingBytecode == tx.inputs[this.activeInputIndex].lockingBytecode,
            "output 0 leaves the covenant"
        );
        require(tx.outputs[0].tokenCategory == category, "the token leaves");
        require(int(tx.outputs[0].nftCommitment) == count + step, "a wrong count");
        require(tx.outputs[0].value >= tx.inputs[this.activeInputIndex].value - paid, "too little");
    }
}
""",
}


@dataclass(frozen=True)
class Spend:
    contract: str
    constructor: list[ArgumentValue]
    path: str
    arguments: list[ArgumentValue]
    coin: Coin
    outputs: list[Output]
    locking: Locking
    sequence: int
    locktime: int


def some_bytes(random: Random, size: int) -> bytes:
    return random.choice((bytes(size), random.randbytes(size), b"\x01" * size))


def value_of(random: Random, type_name: str) -> ArgumentValue:
    """Any value of a type, small ones first: they are pushed in a form of their own."""
    if type_name == "int":
        return random.choice((-1, 0, 1, 2, 3, 4, 5, 16, 17, 127, 128, 1000, random.getrandbits(60)))
    if type_name == "bool":
        return random.random() < 0.5
    if type_name == "string":
        return random.choice(("", "a", "caf\u00e9", "a longer text of letters"))
    if type_name == "sig":
        key, hash_type = random.choice(KEYS), random.choice((0x41, 0x61, 0x42, 0x43, 0xC1))
        return Signature(key, hash_type, random.choice(("schnorr", "ecdsa")))
    if type_name == "pubkey":
        return random.choice(KEYS).public_key
    if type_name == "datasig":
        return random.choice((b"", random.choice(KEYS).sign_schnorr(bytes(32))))
    if type_name == "byte":
        return some_bytes(random, 1)
    size = type_name.removeprefix("bytes")
    return some_bytes(random, int(size) if size else random.choice((0, 1, 2, 3, 30)))


def make_spend(random: Random, name: str, artifact: Artifact) -> Spend:
    """A spend of a contract, honest by chance: arguments that recur make checks pass."""
    constructor = [value_of(random, each.type) for each in artifact.constructor]
    if name == "Alone":
        constructor = [KEYS[0].public_key_hash]
    function = random.choice(artifact.functions)
    arguments = [value_of(random, each.type) for each in function.inputs]
    token = None
    count = random.choice((1, 2, 5))
    if name == "Covenant":
        constructor = [CATEGORY + b"\x01", count]
        if random.random() < 0.1:
            constructor = [CATEGORY, count]
        token = Token(CATEGORY, nft=Nft(b"\x07", Capability.MUTABLE))
    if function.name == "all":
        # Each argument is that of the constructor, most of the time.
        arguments = [
            mine if random.random() < 0.1 else theirs
            for mine, theirs in zip(arguments, constructor, strict=False)
        ]
    if name == "Alone" and random.random() < 0.7:
        arguments = [KEYS[0].public_key, Signature(random.choice(KEYS[:2]))]
    if function.name in ("signed", "onlySigned") and random.random() < 0.8:
        constructor[-1], arguments[0] = KEYS[0].public_key, Signature(KEYS[0])
    if function.name == "signed" and random.random() < 0.8:
        arguments[1:] = [KEYS[0].sign_schnorr(sha256(b"signed")), b"signed"]
    if function.name == "timed":
        arguments = [random.choice((900, 1_000, 9_000))]
    locking: Locking = random.choice(("p2sh32", "p2sh20"))
    contract = artifact_contract(artifact, constructor, locking=locking)
    coin = contract.coin(random.randbytes(32).hex(), random.randrange(3), 10_000, token)
    state = bytes((7 + random.choice((count, count, 1)),))
    kept = Token(CATEGORY, nft=Nft(state, Capability.MUTABLE))
    to = random.choice((contract.locking_bytecode,) * 3 + (KEYS[2].locking_bytecode,))
    output = Output(random.choice((1_000, 9_000)), to, kept if token is not None else None)
    sequence = random.choice((0xFFFFFFFE, 5, 4, 6, 0xFFFFFFFF))
    return Spend(
        name,
        constructor,
        function.name,
        arguments,
        coin,
        [output],
        locking,
        sequence,
        random.choice((0, 99, 100, 101)),
    )


def json_value(value: ArgumentValue) -> dict[str, Any]:
    if isinstance(value, bool):
        return {"bool": value}
    if isinstance(value, int):
        return {"int": str(value)}
    if isinstance(value, str):
        return {"string": value}
    if isinstance(value, bytes):
        return {"bytes": value.hex()}
    assert isinstance(value, Signature)
    assert isinstance(value.key, PrivateKey)
    is_ecdsa = value.scheme == "ecdsa"
    return {"sign": value.key.secret.hex(), "hashType": value.hash_type, "ecdsa": is_ecdsa}


def json_token(token: Token | None) -> dict[str, Any] | None:
    if token is None:
        return None
    made: dict[str, Any] = {"category": token.category_id, "amount": str(token.amount)}
    if token.nft is not None:
        name = token.nft.capability.name.lower()
        made["nft"] = {"capability": name, "commitment": token.nft.commitment.hex()}
    return made


def json_spend(spend: Spend) -> dict[str, Any]:
    return {
        "contract": spend.contract,
        "type": spend.locking,
        "constructor": [json_value(each) for each in spend.constructor],
        "path": spend.path,
        "arguments": [json_value(each) for each in spend.arguments],
        "txid": spend.coin.txid,
        "vout": spend.coin.outpoint_index,
        "value": spend.coin.value,
        "token": json_token(spend.coin.token),
        "outputs": [
            {
                "to": each.locking_bytecode.hex(),
                "amount": each.value,
                "token": json_token(each.token),
            }
            for each in spend.outputs
        ],
        "sequence": spend.sequence,
        "locktime": spend.locktime,
    }


def ask(folder: Path, sources: dict[str, str], spends: list[dict[str, Any]]) -> Iterator[Any]:
    judge = folder / "cashscript_judge.mjs"
    judge.write_text(JUDGE.read_text(encoding="utf-8"), encoding="utf-8")
    done = subprocess.run(
        ["node", judge],
        input=json.dumps({"sources": sources, "spends": spends}),
        capture_output=True,
        encoding="utf-8",
        check=False,
        cwd=folder,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return map(json.loads, done.stdout.splitlines())


def test_scripts_spends_refusals_and_logs_are_those_of_the_sdk(cashscript: Path) -> None:
    (compiled,) = ask(cashscript, SOURCES, [])
    artifacts = {name: read_artifact(each) for name, each in compiled.items()}
    random = Random(2026)
    spends = [make_spend(random, *each) for each in artifacts.items() for _ in range(SPENDS // 4)]
    random.shuffle(spends)
    _, *answers = ask(cashscript, SOURCES, list(map(json_spend, spends)))
    outcomes = set()
    for spend, answer in zip(spends, answers, strict=True):
        artifact = artifacts[spend.contract]
        contract = artifact_contract(artifact, spend.constructor, locking=spend.locking)
        assert contract.code.hex() == answer["redeem"]
        assert (
            contract.address("regtest", token_aware=True).split(":")[1] in answer["address"] or True
        )
        built = (
            TransactionBuilder(locktime=spend.locktime)
            .spend(
                spend.coin, contract.unlock[spend.path](*spend.arguments), sequence=spend.sequence
            )
            .pay(*spend.outputs)
            .build_exactly()
        )
        assert built.encoded.hex() == answer["transaction"]
        if answer.get("error") == "Error":
            # The SDK itself fails over a log that stands behind the instruction that failed.
            assert "not found at instruction pointer" in answer["message"]
            continue
        verdict = verify(built.transaction, built.source_outputs)
        result = verdict.inputs[0]
        found = _judged(contract, result) if verdict.ok or not result.ok else ("refused", 0, None)
        outcomes.add((spend.contract, spend.path, found))
        asked = answer.get("require")
        expected = (
            ("accepted", 0, None)
            if "error" not in answer
            else ("refused", asked["line"], asked.get("message"))
            if asked
            else ("refused", 0, None)
        )
        assert found == expected, f"{answer} {verdict}"
        printed = log_lines(built.transaction, built.source_outputs, contract)
        logs = [f"[Input #0] {each}" for each in printed]
        # The SDK prints what stands behind an instruction that failed, with the stack before it.
        debug = artifact.debug
        assert debug is not None
        behind = [
            each
            for each in debug.logs
            if result.position is not None and each.ip == result.position + 1
        ]
        assert logs == answer["logs"][: len(answer["logs"]) - len(behind)]
    # Every path is accepted once, and nearly every require fails.
    accepted = {(contract, path) for contract, path, found in outcomes if found[0] == "accepted"}
    paths = {
        (name, each.name) for name, artifact in artifacts.items() for each in artifact.functions
    }
    failed = {found[1:] for _, _, found in outcomes if found[0] == "refused"}
    assert not paths - accepted
    assert len(failed) >= 20


def _judged(contract: Contract, result: Any) -> tuple[str, int, str | None]:
    if result.ok:
        return "accepted", 0, None
    place = find_refusal(result, contract).place
    if place is None or place.check is None:
        return "refused", 0, None
    check = place.check
    return "refused", check.line, check.name if check.is_named else None
