"""The vault and its waiting room: moved, stopped, withdrawn, and robbed with the hot key."""

from __future__ import annotations

from functools import partial

from bchcov import Contract, Output, PrivateKey, Token, TransactionBuilder, compile_contract
from bchcov.contract.argument_types import ArgumentValue

from .example import (
    ALICE,
    BOB,
    FEE,
    SOME,
    THIEF,
    TOKEN_LOSSES,
    VALUE,
    Attack,
    Contracts,
    Example,
    Sources,
    built,
    coin_of,
    paid,
    pushing,
    spending,
)

DELAY = 144


def _make(sources: Sources) -> Contracts:
    waiting = compile_contract(
        "waiting", {"hot": ALICE, "recovery": BOB, "delay": DELAY}, source=sources["waiting"]
    )
    bindings: dict[str, ArgumentValue] = {
        "hot": ALICE,
        "recovery": BOB,
        "waiting": waiting.locking_bytecode,
        "fee": FEE,
    }
    vault = compile_contract("vault", bindings, source=sources["vault"])
    return {"vault": vault, "waiting": waiting}


def _unvault(
    contracts: Contracts,
    signer: PrivateKey = ALICE,
    value: int = VALUE - FEE,
    token: Token | None = SOME,
    to: bytes | None = None,
    selector: str = "OP_1",
) -> TransactionBuilder:
    vault = contracts["vault"]
    unlocker = pushing(vault.unlock.unvault(signer), f"<signature> {selector}")
    locking = contracts["waiting"].locking_bytecode if to is None else to
    return spending((coin_of(vault, SOME), unlocker), pay=[Output(value, locking, token)])


def _recover(contract: Contract, signer: PrivateKey = BOB) -> TransactionBuilder:
    spent = (coin_of(contract, SOME), contract.unlock.recover(signer))
    return spending(spent, pay=[paid(signer, token=SOME)])


def _withdraw(
    contracts: Contracts,
    signer: PrivateKey = ALICE,
    sequence: int = DELAY,
    selector: str = "OP_1",
) -> TransactionBuilder:
    waiting = contracts["waiting"]
    unlocker = pushing(waiting.unlock.withdraw(signer), f"<signature> {selector}")
    spent = (coin_of(waiting, SOME), unlocker)
    return spending(spent, pay=[paid(signer, token=SOME)], sequence=sequence)


VAULT = Example(
    "vault",
    ("vault", "waiting"),
    {"hot": ALICE, "recovery": BOB},
    _make,
    lambda contracts: built(
        {
            "unvault": _unvault(contracts),
            "recover": _recover(contracts["vault"]),
            "withdraw": _withdraw(contracts),
            "recover from waiting": _recover(contracts["waiting"]),
        }
    ),
    (
        Attack(
            "vault",
            "selector",
            "A third party writes OP_2 for OP_1, which changes the txid that the next transaction"
            " builds on.",
            lambda contracts: _unvault(contracts, selector="OP_2"),
        ),
        Attack(
            "vault",
            "hot",
            "Somebody without a key moves the coin to the waiting room, and the owner pays fees to"
            " bring it back.",
            lambda contracts: _unvault(contracts, THIEF),
        ),
        Attack(
            "vault",
            "waiting",
            "A thief of the hot key moves the coin to themselves.",
            lambda contracts: _unvault(contracts, to=THIEF.locking_bytecode),
        ),
        *(
            Attack(
                "vault",
                check,
                f"A thief of the hot key {what}.",
                partial(_unvault, token=token),
            )
            for check, what, token in TOKEN_LOSSES
        ),
        Attack(
            "vault",
            "value",
            "A thief of the hot key, who is also a miner, leaves a satoshi more than the fee.",
            lambda contracts: _unvault(contracts, value=VALUE - FEE - 1),
        ),
        Attack(
            "vault",
            "recovery",
            "A thief of the hot key recovers the coin to themselves.",
            lambda contracts: _recover(contracts["vault"], ALICE),
        ),
        Attack(
            "waiting",
            "selector",
            "A third party writes OP_2 for OP_1, which changes the txid.",
            lambda contracts: _withdraw(contracts, selector="OP_2"),
        ),
        Attack(
            "waiting",
            "delay",
            "A thief of the hot key withdraws before the owner could stop them.",
            lambda contracts: _withdraw(contracts, sequence=DELAY - 1),
        ),
        Attack(
            "waiting",
            "signature",
            "A thief of the hot key says that it is the recovery key, and does not wait.",
            lambda contracts: _recover(contracts["waiting"], ALICE),
        ),
        Attack(
            "waiting",
            "signature",
            "Somebody without a key withdraws.",
            lambda contracts: _withdraw(contracts, THIEF),
        ),
    ),
)
