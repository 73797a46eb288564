"""A spend as a wallet template, to be looked at in Bitauth IDE."""

from __future__ import annotations

from ..assembly import disassemble
from ..errors import EncodeError
from ..formats.wallet_template import (
    Scenario,
    ScenarioInput,
    ScenarioOutput,
    Slot,
    TemplateScript,
    WalletTemplate,
)
from ..formats.wallet_template.model import LockingType
from ..script.patterns import is_p2sh20, is_p2sh32, p2sh20, p2sh32
from ..script.pushes import instructions
from .spending import Spending

__all__ = ["spending_template"]

_LOCK, _UNLOCK, _SCENARIO = "lock", "unlock", "spend"


def spending_template(spending: Spending, index: int = 0) -> WalletTemplate:
    """Make a wallet template of one input: its scripts, and the transaction as a scenario.

    What was signed stands in it as bytes, so that it holds no key. Raises EncodeError for an
    input that is not there.
    """
    transaction, sources = spending.transaction, spending.source_outputs
    if not 0 <= index < len(transaction.inputs):
        raise EncodeError(
            f"input {index} is not there: the transaction has {len(transaction.inputs)}"
        )
    kind, lock, unlock = _scripts(spending, index)
    passes = spending.trace(index).result.ok
    scenario = Scenario(
        name=f"The spend {spending.txid[:16]}",
        inputs=tuple(
            ScenarioInput(
                Slot.SLOT if at == index else each.unlocking_bytecode,
                each.outpoint_index,
                each.outpoint_txid,
                each.sequence,
            )
            for at, each in enumerate(transaction.inputs)
        ),
        outputs=tuple(
            ScenarioOutput(each.locking_bytecode, each.value, each.token)
            for each in transaction.outputs
        ),
        source_outputs=tuple(
            ScenarioOutput(
                Slot.SLOT if at == index else each.locking_bytecode, each.value, each.token
            )
            for at, each in enumerate(sources)
        ),
        version=transaction.version,
        locktime=transaction.locktime,
    )
    expected = (_SCENARIO,)
    return WalletTemplate(
        {
            _LOCK: TemplateScript(lock, "Locking script", kind),
            _UNLOCK: TemplateScript(
                unlock,
                f"Input {index}",
                unlocks=_LOCK,
                passes=expected if passes else (),
                fails=() if passes else expected,
            ),
        },
        scenarios={_SCENARIO: scenario},
        supported=_SUPPORTED.get(spending.rules.name, ("BCH_SPEC",)),
        name=f"Input {index} of {spending.txid}",
    )


_SUPPORTED = {
    "BCH_2023": ("BCH_2023_05",),
    "BCH_2025": ("BCH_2025_05",),
    "BCH_2026": ("BCH_2026_05",),
}


def _scripts(spending: Spending, index: int) -> tuple[LockingType, str, str]:
    """Return how the coin is locked, the script that locks it, and the one that unlocks it."""
    locking = spending.source_outputs[index].locking_bytecode
    unlocking = spending.transaction.inputs[index].unlocking_bytecode
    pushes = list(instructions(unlocking))
    redeem = pushes[-1].data if pushes else None
    if redeem:
        kinds: tuple[LockingType, LockingType] = ("p2sh20", "p2sh32")
        for kind, matches, lock in (
            (kinds[0], is_p2sh20, p2sh20),
            (kinds[1], is_p2sh32, p2sh32),
        ):
            if matches(locking) and lock(redeem) == locking:
                return kind, disassemble(redeem), disassemble(unlocking[: pushes[-1].offset])
    return "standard", disassemble(locking), disassemble(unlocking)
