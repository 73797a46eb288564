"""Search for the transactions that take the most time for their bytes, in each year and mode.

What is printed is a ratio: the seconds that a byte of the worst transaction found takes,
to those that a byte of P2PKH inputs takes, which does little but check signatures.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from dataclasses import dataclass, replace
from random import Random
from time import process_time

import click
from rich.console import Console
from rich.table import Table
from snippets import FUNCTIONS, SETUPS, SNIPPETS, TRANSACTIONS, Spend, cheap_multisig

from bchcov import (
    RULE_SETS,
    Input,
    Output,
    RuleSet,
    Transaction,
    TransactionContext,
    encode_outputs,
    encode_transaction,
    signature_digest,
    verify,
)
from bchcov.assembly import assemble
from bchcov.crypto.hashes import hash160, sha256
from bchcov.crypto.secp256k1 import public_key_of, sign_schnorr
from bchcov.errors import AssemblyError
from bchcov.script.patterns import p2pkh, p2sh32
from bchcov.script.pushes import encode_push

YEARS = tuple(rules for rules in RULE_SETS if rules.name != "BCH_SPEC")
MODES = tuple(mode for year in YEARS for mode in (year, year.consensus))


def signatures(count: int) -> Spend:
    """A transaction of `count` P2PKH inputs with Schnorr signatures, and what it spends."""
    key = sha256(b"slowest")
    public_key = public_key_of(key)
    locking = p2pkh(hash160(public_key))
    sources = (Output(10_000, locking),) * count
    outputs = (Output(9_000, locking),)
    unsigned = tuple(Input(sha256(at.to_bytes(4, "big")), 0) for at in range(count))
    context = TransactionContext(Transaction(unsigned, outputs), sources)
    signed = tuple(
        replace(
            item,
            unlocking_bytecode=encode_push(
                sign_schnorr(key, signature_digest(context, at, locking)) + b"\x61"
            )
            + encode_push(public_key),
        )
        for at, item in enumerate(unsigned)
    )
    return encode_transaction(Transaction(signed, outputs)), encode_outputs(sources)


def seconds_per_byte(spend: Spend, rules: RuleSet, *, rounds: int = 1) -> float:
    """The time that a verdict takes for each byte that has to be given to get it.

    In consensus mode spent outputs may be long: there their bytes count as given.
    """
    best = float("inf")
    for _ in range(rounds):
        gc.collect()
        start = process_time()
        verify(*spend, rules, all_inputs=True)
        best = min(best, process_time() - start)
    return best / (len(spend[0]) if rules.is_standard else sum(map(len, spend)))


@dataclass(frozen=True)
class Candidate:
    """A script: what is done once, what over and over, and the items that pay for it."""

    setup: str
    body: tuple[str, ...]
    size: int  # of the item that the body works on
    loops: bool

    def code(self, most: int) -> bytes | None:
        """Its bytes, the body repeated as often as fits; None where it does not assemble."""
        try:
            setup = assemble(self.setup.format(size=self.size))
            body = assemble(" ".join(self.body))
        except AssemblyError:
            return None
        if self.loops:
            code = setup + assemble("OP_BEGIN") + body + assemble("OP_0 OP_UNTIL")
            return code if len(code) <= most else None
        times = (most - len(setup)) // max(1, len(body))
        return setup + body * times if times > 0 else None

    def spend(self, rules: RuleSet) -> Spend | None:
        """The smallest transaction with one input that runs it with the largest budget."""
        element, policy = rules.limits.element_size, rules.policy
        room = policy.standard_unlocking if rules.is_standard else rules.limits.script_size
        code = self.code(min(element, rules.limits.script_size, room - 40))
        if code is None:
            return None
        redeem = encode_push(code)
        left = max(0, room - len(redeem))
        item = encode_push(b"\x7f" * min(self.size, element, max(0, left - 3)))
        unlocking = item + redeem
        if len(unlocking) > room:
            return None
        # What fills the input only pays: it lies below the item.
        padding = b""
        pays = rules.limits.cost_per_byte is not None
        while pays and (free := room - len(unlocking) - len(padding)) > 4:
            padding += encode_push(bytes(min(free - 3, element)))
        return one_input(padding + unlocking, p2sh32(code))


def one_input(unlocking: bytes, locking: bytes) -> Spend:
    """A transaction that spends one output."""
    transaction = Transaction(
        (Input(sha256(b"0"), 0, unlocking),), (Output(5_000, p2pkh(bytes(20))),)
    )
    return encode_transaction(transaction), encode_outputs((Output(10_000, locking),))


KEPT = tuple(
    Candidate(setup, (snippet,), size, loops)
    for setup, snippet, size, loops in (
        ("", cheap_multisig(20, 20), 8, False),
        ("", cheap_multisig(20, 20), 8, True),
        ("", cheap_multisig(1, 20), 8, False),
        ("", cheap_multisig(1, 20), 8, True),
        ("", "OP_0 OP_0 OP_0 OP_CHECKMULTISIG OP_DROP", 8, True),
        ("", "OP_0 OP_IF " + "OP_PUSHBYTES_1 0x05 " * 50 + "OP_ENDIF", 8, False),
        ("", "OP_0 OP_IF " + "OP_CODESEPARATOR " * 100 + "OP_ENDIF", 8, False),
        ("OP_1 OP_IF " * 98, "OP_1 OP_IF" + " OP_ELSE" * 20 + " OP_ENDIF", 8, True),
        ("OP_1 OP_IF " * 60, "OP_NEGATE", 8, True),
        (FUNCTIONS, "OP_2 OP_INVOKE", 8, True),
        (FUNCTIONS, "OP_3 OP_INVOKE", 8, True),
        ("<{size}> OP_NUM2BIN", "OP_DUP OP_HASH160 OP_DROP", 500, False),
        ("", "OP_IFDUP OP_DROP", 9_000, True),
    )
)
"""Those that the search ends with, and those that once took minutes."""


def worst_ratio(rules: RuleSet) -> tuple[float, str]:
    """How many times as long as signatures the slowest of those kept takes, and its name."""
    base = seconds_per_byte(signatures(50), rules, rounds=3)
    spends = {f"{each.body[0][:60]} ({at})": each.spend(rules) for at, each in enumerate(KEPT)}
    spends |= {name: make() for name, make in TRANSACTIONS.items()}
    _, name, spend = max(
        (seconds_per_byte(spend, rules), name, spend)
        for name, spend in spends.items()
        if spend is not None
    )
    # One measurement may have met a busy moment.
    return seconds_per_byte(spend, rules, rounds=3) / base, name


def first_candidates() -> Iterator[Candidate]:
    """Every snippet alone, on items of several sizes."""
    for setup in SETUPS:
        for snippet in SNIPPETS:
            for size in (0, 8, 500, 9_000):
                for loops in (True, False):
                    yield Candidate(setup, (snippet,), size, loops)


def changed(candidate: Candidate, random: Random) -> Candidate:
    """A neighbour: one snippet more, less or another, another size, another beginning."""
    body = list(candidate.body)
    choice = random.randrange(5)
    if choice == 0:
        body.insert(random.randrange(len(body) + 1), random.choice(SNIPPETS))
    elif choice == 1 and len(body) > 1:
        body.pop(random.randrange(len(body)))
    elif choice == 2:
        body[random.randrange(len(body))] = random.choice(SNIPPETS)
    elif choice == 3:
        return replace(candidate, size=random.choice((0, 1, 8, 32, 75, 260, 520, 2_000, 9_500)))
    else:
        return replace(candidate, setup=random.choice(SETUPS), loops=random.random() < 0.7)
    return replace(candidate, body=tuple(body))


def search(rules: RuleSet, *, seed: int, steps: int) -> list[tuple[float, str, Spend]]:
    """Find the slowest: (seconds for each byte, what it is, the spend), the worst first."""
    random = Random(seed)
    found: dict[Candidate, float] = {}
    spends: dict[Candidate, Spend] = {}

    def rate(candidate: Candidate) -> None:
        spend = None if candidate in found else candidate.spend(rules)
        if spend is not None:
            spends[candidate] = spend
            found[candidate] = seconds_per_byte(spend, rules)

    every = list(first_candidates())
    for candidate in random.sample(every, min(len(every), max(1, steps))):
        rate(candidate)
    for _ in range(steps):
        worst = sorted(found, key=found.__getitem__)[-10:]
        rate(changed(random.choice(worst), random))
    rated = [
        (found[each], f"{each.setup} | {' ; '.join(each.body)} | {each.size}", spends[each])
        for each in sorted(found, key=found.__getitem__)[-20:]
    ]
    rated += [
        (seconds_per_byte(spend, rules), name, spend)
        for name, make in TRANSACTIONS.items()
        for spend in (make(),)
    ]
    # One measurement may have met a busy moment.
    again = [(seconds_per_byte(spend, rules, rounds=3), name, spend) for _, name, spend in rated]
    return sorted(again, key=lambda each: -each[0])


@click.command()
@click.option("--steps", default=500, show_default=True, help="Scripts tried in each mode.")
@click.option("--seed", default=2026, show_default=True)
@click.option("--rules", default="", help="Only modes whose name has this in it.")
@click.option("--show", default=3, show_default=True, help="The worst so many of each mode.")
def main(steps: int, seed: int, rules: str, show: int) -> None:
    """Print the slowest transactions that are found, as a multiple of signatures' time."""
    table = Table("rules", "times", "us/byte", "what", title="The slowest transactions found")
    for mode in MODES:
        if rules not in str(mode):
            continue
        base = seconds_per_byte(signatures(50), mode, rounds=5)
        for seconds, what, _ in search(mode, seed=seed, steps=steps)[:show]:
            table.add_row(str(mode), f"{seconds / base:.1f}", f"{1e6 * seconds:.2f}", what[-180:])
    Console().print(table)


if __name__ == "__main__":
    main()
