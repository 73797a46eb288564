"""Every form of a transaction at the commands `verify` and `decode`, on a line or over many."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from bchcov import (
    Coin,
    Nft,
    Output,
    P2pkhUnlocker,
    PrivateKey,
    Token,
    TransactionBuilder,
    encode_outputs,
    encode_transaction,
)
from bchcov.cli.main import main
from bchcov.cli.terminal.gathering import Line, gather
from bchcov.formats import SigningRequest, to_node_json, write_signing_request

KEY = PrivateKey(b"\x01" * 32)
SPENT = Output(50_000, KEY.locking_bytecode, Token(bytes(range(32)), 5, Nft(b"\xab")))
BUILT = (
    TransactionBuilder()
    .spend(Coin(bytes(range(1, 33)), 3, SPENT), P2pkhUnlocker(KEY))
    .pay(Output(1_000, KEY.locking_bytecode, SPENT.token))
    .change_to(KEY.locking_bytecode)
    .build()
)
NODE = to_node_json(BUILT.transaction, [SPENT])
LINE = json.dumps(
    {
        "id": "a line",
        "tx": encode_transaction(BUILT.transaction).hex(),
        "source_outputs": encode_outputs([SPENT]).hex(),
    }
)
REQUEST = json.dumps(write_signing_request(SigningRequest(BUILT.transaction, (SPENT,))), indent=2)


def verified(text: str, *options: str) -> list[dict[str, Any]]:
    result = CliRunner().invoke(main, ["verify", "-", *options], input=text.encode())
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_objects_over_many_lines_and_lines_are_answered_in_their_order() -> None:
    text = "\n".join([LINE, NODE, "", REQUEST, LINE, "\ufeff" + NODE, LINE])
    for options in ((), ("--jobs", "2")):
        answers = verified(text, *options)
        names = [answer["id"] for answer in answers]
        assert names == ["a line", *[BUILT.txid] * 2, "a line", BUILT.txid, "a line"]
        assert all(answer["ok"] for answer in answers)


def test_a_fault_in_an_object_over_many_lines_is_one_answer_with_its_place() -> None:
    broken = NODE.replace('"locktime": 0,', '"locktime": 0,,')
    assert broken != NODE
    (first, *_) = verified("\n\n" + broken)
    assert first["error"]["line"] == 3
    cut = "\n".join(NODE.splitlines()[:-4])
    (answer,) = verified(cut)
    assert answer["error"]["reason"] == "BAD_LINE"
    assert "not JSON: Expecting" in answer["error"]["detail"]
    missing = NODE.replace('"scriptPubKey"', '"script"', 1)
    (answer,) = verified(missing)
    assert answer["error"]["detail"] == (
        "input 0: prevout is missing: ask getrawtransaction with verbosity 2"
    )
    assert answer["error"]["line"] == 1


@pytest.mark.parametrize("opening", ["{", '{"a":', '{"a": [', '{"a": 1,'])
def test_a_line_that_is_cut_off_does_not_swallow_those_behind_it(opening: str) -> None:
    answers = verified("\n".join([opening, *[LINE] * 5]))
    assert [answer["ok"] for answer in answers] == [False, *[True] * 5]
    assert answers[0]["error"]["line"] == 1


def read_one_by_one(lines: list[bytes]) -> tuple[list[Line], list[int]]:
    """What is gathered, and how many lines had been read when each came."""
    read = 0

    def source() -> Any:
        nonlocal read
        for number, text in enumerate(lines, 1):
            read += 1
            yield Line(number, text, True)

    found, seen = [], []
    for line in gather(source(), limit=10_000):
        found.append(line)
        seen.append(read)
    return found, seen


def test_an_answer_waits_for_no_more_lines_than_its_object_has() -> None:
    lines = [*NODE.encode().splitlines(keepends=True), b"\n" + LINE.encode(), b"5\n"]
    found, seen = read_one_by_one(lines)
    assert seen == [len(lines) - 2, len(lines) - 1, len(lines)]
    assert [line.number for line in found] == [1, len(lines) - 1, len(lines)]
    # A beginning that nothing valid follows is given up at the second line, or the third.
    assert read_one_by_one([b"{\n"] * 50)[1][0] == 2
    assert read_one_by_one([b'{"a":\n', *[LINE.encode() + b"\n"] * 50])[1][0] == 3
    # What nests too deeply is given up soon too.
    assert read_one_by_one([b'{"a":\n'] * 500)[1][0] == 48


def any_json(chance: random.Random, depth: int = 0) -> Any:
    kind = chance.randrange(6 if depth < 4 else 4)
    if kind == 4:
        return [any_json(chance, depth + 1) for _ in range(chance.randrange(3))]
    if kind == 5:
        return {str(at): any_json(chance, depth + 1) for at in range(chance.randrange(3))}
    return (1, 'a{"[\\"', None, -1.5)[kind]


def test_any_object_that_is_written_over_lines_is_gathered_whole() -> None:
    chance = random.Random(1)
    for _ in range(300):
        data = {"x": any_json(chance), "y": any_json(chance)}
        text = json.dumps(data, indent=chance.randrange(3)).encode() + b"\n"
        found, _ = read_one_by_one([*text.splitlines(keepends=True), b"5\n"])
        assert [json.loads(line.text) for line in found] == [data, 5]


def test_an_object_longer_than_the_limit_is_not_held() -> None:
    lines = [b"{\n", *[b'"%d": 1,\n' % at for at in range(5_000)]]
    found, seen = read_one_by_one(lines)
    assert [line.text for line in found] == lines
    assert seen[0] < 3_000


def decoded(text: str, *options: str) -> Result:
    return CliRunner().invoke(main, ["decode", *options], input=text.encode())


@pytest.mark.parametrize("text", [NODE, LINE, REQUEST, json.dumps({"result": json.loads(NODE)})])
def test_decode_shows_what_any_form_spends(text: str, tmp_path: Path) -> None:
    shown = json.loads(decoded(text, "--json", "--network", "bchreg").stdout)
    assert shown["txid"] == BUILT.txid
    (item,) = shown["inputs"]
    assert item["spent"]["value"] == 50_000
    assert item["spent"]["address"].startswith("bchreg:z")
    assert item["spent"]["token"]["category"] == bytes(range(32))[::-1].hex()
    path = tmp_path / "given"
    path.write_text(text, encoding="utf-8")
    printed = CliRunner().invoke(main, ["decode", str(path)]).stdout
    assert "    of output   50,000 satoshis, P2PKH" in printed
    assert printed.count(f"category    {bytes(range(32))[::-1].hex()}") == 2


def test_decode_of_hexadecimal_is_as_it_was() -> None:
    hexadecimal = encode_transaction(BUILT.transaction).hex()
    shown = json.loads(decoded(f'"{hexadecimal}"', "--json").stdout)
    assert shown == json.loads(decoded(hexadecimal, "--json").stdout)
    assert "spent" not in shown["inputs"][0]


def test_decode_says_what_is_wrong_with_a_text() -> None:
    result = decoded('{"vin": []}')
    assert (result.exit_code, result.stdout) == (1, "")
    assert 'Error: the JSON has neither "hex" nor "txid"' in result.stderr
    assert "not JSON: Extra data at character" in decoded(LINE + "\n" + LINE).stderr
    assert "not hexadecimal" in decoded("{", "--outputs").stderr


def test_decode_names_the_signatures_that_a_request_lacks() -> None:
    data = json.loads(REQUEST)
    for each in (data["transaction"]["inputs"][0], data["sourceOutputs"][0]):
        each["unlockingBytecode"] = "<Uint8Array: 0x>"
    result = decoded(json.dumps(data))
    assert result.exit_code == 0
    assert result.stderr == (
        f"Note: input 0 lacks a signature of the key with the hash 0x{KEY.public_key_hash.hex()}\n"
    )


def test_a_table_has_the_remarks_below_it() -> None:
    data = json.loads(REQUEST)
    for each in (data["transaction"]["inputs"][0], data["sourceOutputs"][0]):
        each["unlockingBytecode"] = "<Uint8Array: 0x>"
    result = CliRunner().invoke(main, ["verify", "-", "--table"], input=json.dumps(data))
    assert result.exit_code == 1
    assert "\nNote: input 0 lacks a signature of the key with the hash 0x" in result.stdout
