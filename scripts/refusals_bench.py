"""What a refusal costs, in units of the same run accepted: nobody asks for its explanation."""

from __future__ import annotations

from collections.abc import Iterator
from time import process_time

from bchcov import Input, Output, Transaction, encode_outputs, encode_transaction, verify
from bchcov.script.patterns import p2sh32
from bchcov.script.pushes import encode_push

__all__ = ["refusal_rows"]

# Nothing in particular, again and again.
_WORK = bytes.fromhex("5175")
_SIZES = (100, 9_900)
_ROUNDS, _SECONDS = 15, 0.03


def refusal_rows() -> Iterator[tuple[str, float, str]]:
    """Yield rows: scripts whose last instruction but one refuses, for those where it passes."""
    for size in _SIZES:
        work = _WORK * (size // len(_WORK) - 2)
        passing, failing = _spend(work + b"\x51\x69\x51"), _spend(work + b"\x00\x69\x51")
        assert verify(*passing).ok
        assert not verify(*failing).ok
        calls = 1 + int(_SECONDS / _time(passing, 1))
        # In turn, so that both find the machine in the same state; the best of each.
        times = [(_time(failing, calls), _time(passing, calls)) for _ in range(_ROUNDS)]
        refused, accepted = (min(each) for each in zip(*times, strict=True))
        yield f"a refusal at the end of {size:,} bytes of script", refused / accepted, "runs"


def _spend(script: bytes) -> tuple[bytes, bytes]:
    coin = Output(2_000, p2sh32(script))
    spend = Transaction(
        (Input(bytes(31) + b"\x01", 0, encode_push(script)),),
        (Output(1_000, coin.locking_bytecode),),
    )
    return encode_transaction(spend), encode_outputs([coin])


def _time(spend: tuple[bytes, bytes], calls: int) -> float:
    start = process_time()
    for _ in range(calls):
        verify(*spend)
    return (process_time() - start) / calls
