"""Showing a transaction of a chain."""

from __future__ import annotations

from bchcov import Chain, Input, Output, Transaction, assemble, p2pkh, p2sh32, transaction_id
from bchcov.script.pushes import encode_push
from bchcov.simulator.inspect import show


def test_why_relay_would_refuse_a_transaction_that_a_miner_took_is_one_screen() -> None:
    chain = Chain()
    # Opcodes that may get a meaning later are refused by relay only.
    script = assemble("OP_NOP1 <1> OP_EQUAL")
    (coin,) = chain.fund(Output(50_000, p2sh32(script)))
    unlocking = assemble("<1>") + encode_push(script)
    spend = Transaction(
        (Input(coin.outpoint_hash, coin.outpoint_index, unlocking),),
        (Output(49_000, p2pkh(bytes(20))),),
    )
    chain.mine([spend])
    answer = show(chain, transaction_id(spend))
    assert not answer.ok
    assert "in block 2: refused" in answer.lines[0]
    for begins in (
        "refused  input 0, scripts: DISCOURAGE_UPGRADABLE_NOPS",
        "script   redeem bytecode, byte 0",
    ):
        assert any(line.startswith(begins) for line in answer.lines)
