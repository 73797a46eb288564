"""`bchcov decode` on what people have: addresses, redeem scripts, transactions of other kinds."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from bchcov import Input, Output, Transaction, encode_outputs, encode_transaction
from bchcov.cli.decode.describe import find_redeem_script
from bchcov.cli.main import main
from bchcov.encoding.addresses import decode_address
from bchcov.script.patterns import multisig, p2pkh, p2sh20, p2sh32
from bchcov.script.pushes import encode_push
from bchcov.wallet.keys import PrivateKey
from bchcov.wallet.signing import sign_p2pkh

KEY = PrivateKey(b"\x01" * 32)
WITNESSED = (
    "010000000001" + "01" + "11" * 32 + "0000000000ffffffff01e803000000000000015101015100000000"
)


def run(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(main, ["decode", *arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.stdout, result.stderr


def spend(unlocking: bytes, *outputs: Output) -> Transaction:
    return Transaction((Input(b"\x11" * 32, 0, unlocking),), outputs or (Output(1000, b"\x51"),))


@pytest.mark.parametrize("prefix", ["bitcoincash", "bchtest", "bchreg"])
def test_every_output_that_has_an_address_is_shown_with_it(prefix: str) -> None:
    codes = [p2pkh(bytes(20)), p2sh20(b"\x51"), p2sh32(b"\x51"), b"\x51"]
    data = encode_transaction(spend(b"", *(Output(1000, code) for code in codes))).hex()
    outputs = json.loads(run(data, "--json", "--network", prefix)[1])["outputs"]
    for code, output in zip(codes[:3], outputs, strict=False):
        address = decode_address(output["address"])
        assert (address.network_prefix, address.locking_bytecode) == (prefix, code)
        assert output["address"] in run(data, "--network", prefix)[1]
    assert outputs[3]["address"] is None


@pytest.mark.parametrize(
    "redeem",
    [b"\x51\x87", b"\x51", multisig(1, [KEY.public_key]), b"\x63\x51\x67\x52\x68", b"\x75" * 300],
)
def test_the_last_push_is_shown_as_a_redeem_script_where_it_is_one(redeem: bytes) -> None:
    unlocking = b"\x52" + encode_push(redeem)
    assert find_redeem_script(unlocking) == redeem
    data = encode_transaction(spend(unlocking)).hex()
    (item,) = json.loads(run(data, "--json")[1])["inputs"]
    assert item["redeem"]["hex"] == redeem.hex()
    assert f"redeem      {item['redeem']['asm']}" in run(data)[1]


@pytest.mark.parametrize("scheme", ["schnorr", "ecdsa"])
def test_keys_and_signatures_are_no_redeem_scripts(scheme: str) -> None:
    source = Output(5000, KEY.locking_bytecode)
    for tag in range(20):
        plain = spend(b"", Output(1000 + tag, b"\x51"))
        signed = sign_p2pkh(plain, [source], 0, KEY, scheme=scheme)  # type: ignore[arg-type]
        assert find_redeem_script(signed.inputs[0].unlocking_bytecode) is None


@pytest.mark.parametrize(
    "unlocking", ["", "00", "52", "0263", "02ba", "0151ac", "026367", "02ff51"]
)
def test_what_is_no_script_is_not_shown_as_one(unlocking: str) -> None:
    assert find_redeem_script(bytes.fromhex(unlocking)) is None


def test_a_transaction_with_witnesses_is_named() -> None:
    code, _, error = run(WITNESSED)
    assert code == 1
    assert "witnesses (segwit) of another chain" in error


def test_what_is_of_before_tokens_is_shown_when_asked_for() -> None:
    old = spend(b"", Output(1000, b"\xef\x51"))
    whole = encode_transaction(old, before_tokens=True).hex()
    outputs = encode_outputs(old.outputs, before_tokens=True).hex()
    for arguments in ([whole], [outputs, "--outputs"]):
        code, _, error = run(*arguments)
        assert code == 1
        assert "--before-tokens" in error
        code, shown, _ = run(*arguments, "--before-tokens", "--json")
        assert code == 0
        assert json.loads(shown)["outputs"][0]["locking"]["hex"] == "ef51"


def test_a_byte_order_mark_in_front_is_accepted_wherever_text_is_read(tmp_path: Path) -> None:
    mark = b"\xef\xbb\xbf"
    line = {"tx": encode_transaction(spend(b"")).hex(), "source_outputs": ""}
    source = encode_outputs([Output(2000, b"\x51")]).hex()
    judged = {**line, "source_outputs": source, "mode": "consensus"}
    for name, arguments, data in (
        ("a.hex", ["decode"], line["tx"].encode()),
        ("b.hex", ["disasm"], b"5152"),
        ("c.asm", ["asm"], b"OP_1"),
        ("d.asm", ["asm", "--notation", "artifact"], b"OP_1"),
        ("e.jsonl", ["verify"], json.dumps(judged).encode() + b"\n"),
        ("f.amm", ["amm", "--script"], b"status\n"),
    ):
        path = tmp_path / name
        results = []
        for text in (data, mark + data):
            path.write_bytes(text)
            results.append(CliRunner().invoke(main, [*arguments, str(path)]))
        assert [each.exit_code for each in results] == [results[0].exit_code] * 2, results[1].output
        assert results[0].stdout == results[1].stdout
        assert "line" not in results[1].stderr
