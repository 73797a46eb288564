"""Take out each check of each contract, and count the attacks that a campaign finds by itself.

A campaign starts from honest transactions alone, plays each party in turn, and knows nothing of
the missing check: only the built-in properties and what the contract's page promises.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

ROOT = Path(__file__).parent.parent
# The honest transactions of the pools are those that the tests start from.
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "scripts")]

from contract_examples import EXAMPLES, Example  # noqa: E402
from support import direct_world, ticketed_world  # noqa: E402
from support.ticketed_world import POOL_CATEGORY, PROVIDER, TOKENS, user  # noqa: E402

from bchcov import (  # noqa: E402
    BchcovError,
    Coin,
    Output,
    P2pkhUnlocker,
    PrivateKey,
    ScriptUnlocker,
    Signature,
    Token,
    Transaction,
    TransactionBuilder,
    compile_contract,
)
from bchcov.amm import direct, ticketed  # noqa: E402
from bchcov.amm.formula import amount_out  # noqa: E402
from bchcov.contract import checks_in, load_source, without_check  # noqa: E402
from bchcov.testing import Party, Report, fuzz  # noqa: E402
from bchcov.testing.fuzzing import Property  # noqa: E402

Honest = tuple[Transaction, Sequence[Output]]


@dataclass(frozen=True)
class Subject:
    """A contract with one check taken out, or none, and what a campaign is told about it."""

    contract: str
    check: str
    honest: Callable[[], list[Honest]]
    parties: tuple[Party, ...]
    unique: tuple[bytes, ...] = ()
    properties: tuple[Property, ...] = ()


def of_example(example: Example) -> Iterator[Subject]:
    """Yield a contract to learn from as it is, and without each of its checks."""
    parties = tuple(
        Party(name, (key,), is_open=name in example.open_roles)
        for name, key in example.parties.items()
    )

    def subject(file: str, check: str) -> Subject:
        def honest() -> list[Honest]:
            contracts = example.without(file, check) if check else example.contracts
            built = example.honest(contracts).values()
            return [(each.transaction, each.source_outputs) for each in built]

        name = f"{example.name}/{file}" if file else example.name
        return Subject(name, check, honest, parties, (), example.invariants)

    yield subject("", "")
    for file in example.files:
        for check in example.contracts[file].checks:
            yield subject(file, check.name)


def held_by(pool: bytes, vault: bytes, read: Callable[[bytes], tuple[int, int]]) -> Property:
    """The page of a pool: what its state says is there is there, in satoshis and in tokens."""

    def check(transaction: Transaction, source_outputs: Sequence[Output]) -> str | None:
        for index, output in enumerate(transaction.outputs):
            token = output.token
            if output.locking_bytecode != pool or token is None or token.nft is None:
                continue
            if token.category != POOL_CATEGORY:
                continue
            value, tokens = read(token.nft.commitment)
            if output.value < value:
                return f"output {index}: the pool's state counts {value:,} satoshis"
            there = sum(
                each.token.amount
                for each in transaction.outputs
                if each.locking_bytecode == vault and each.token and each.token.category == TOKENS
            )
            if any(each.locking_bytecode == vault for each in source_outputs) and there < tokens:
                return f"output {index}: the pool's state counts {tokens:,} tokens"
        return None

    return check


def of_ticketed() -> Iterator[Subject]:
    """Yield SequencedAMM, ticketed."""
    sources = ticketed_world.real_sources()
    parties = (
        Party("provider", (PROVIDER,)),
        Party("buyer", (user(0),)),
        Party("seller", (user(1),)),
        Party("builder", (user(99),), is_open=True),
    )

    def subject(file: str, check: str) -> Subject:
        def world() -> ticketed_world.World:
            changed = {file: without_check(sources[file], check)} if check else {}
            return ticketed_world.World(changed)

        def read(commitment: bytes) -> tuple[int, int]:
            state = ticketed.State.decode(commitment)
            bond = ticketed_world.PARAMETERS.bond
            return state.bch_reserve + bond * (state.tail - state.head), state.token_reserve

        scripts = world().scripts
        return Subject(
            f"ticketed/{file}" if file else "ticketed",
            check,
            lambda: [make(world()).finish() for make in ticketed_world.TWO_ORDERS],
            parties,
            (POOL_CATEGORY,),
            (_reading(held_by(scripts.pool_bytecode, scripts.vault_bytecode, read)),),
        )

    yield subject("", "")
    for file in sources:
        for check in checks_in(sources[file], file):
            yield subject(file, check.name)


def of_direct() -> Iterator[Subject]:
    """Yield SequencedAMM, direct."""
    sources = direct_world.real_sources()
    parties = (
        Party("provider", (PROVIDER,)),
        Party("buyer", (user(0),)),
        Party("seller", (user(1),)),
    )

    def paid(draft: ticketed_world.Draft, *, sells: bool) -> Honest:
        # The trader brings what they trade.
        coin = draft.spends[2].coin.output
        token = Token(TOKENS, 1_000) if sells else None
        draft.hold(2, replace(coin, value=1_020_000, token=token))
        return draft.finish()

    def subject(file: str, check: str) -> Subject:
        def world() -> direct_world.DirectWorld:
            changed = {file: without_check(sources[file], check)} if check else {}
            return direct_world.DirectWorld(changed)

        def honest() -> list[Honest]:
            made = direct_world.HONEST
            return [
                made["commit"](world()).finish(),
                paid(made["reveal of a buy"](world()), sells=False),
                paid(made["reveal of a sale"](world()), sells=True),
                made["expire"](world()).finish(),
                made["exit"](world()).finish(),
            ]

        def read(commitment: bytes) -> tuple[int, int]:
            state = direct.State.decode(commitment)
            return state.bch_reserve, state.token_reserve

        scripts = world().pool.scripts
        return Subject(
            f"direct/{file}" if file else "direct",
            check,
            honest,
            parties,
            (POOL_CATEGORY,),
            (_reading(held_by(scripts.pool_bytecode, scripts.vault_bytecode, read)),),
        )

    yield subject("", "")
    for file in ("pool", "vault"):
        for check in checks_in(sources[file], file):
            yield subject(file, check.name)


def _reading(check: Property) -> Property:
    """Count a state that cannot be read as a promise that is not kept."""

    def read(transaction: Transaction, source_outputs: Sequence[Output]) -> str | None:
        try:
            return check(transaction, source_outputs)
        except BchcovError as error:
            return f"the pool's state cannot be read: {error}"

    return read


def of_cpmm() -> Iterator[Subject]:
    """Yield the plain pool."""
    source = load_source("cpmm/pool")
    owner, trader = PrivateKey(bytes(31) + b"\x01"), PrivateKey(bytes(31) + b"\x02")
    reserves = 1_000_000_000, 5_000_000

    def subject(check: str) -> Subject:
        text = without_check(source, check) if check else source
        contract = compile_contract("pool", {"owner": owner.public_key_hash}, source=text)

        def honest() -> list[Honest]:
            bch, tokens = reserves
            coin = contract.coin("11" * 32, 0, bch, Token(TOKENS, tokens))
            purse = Output(2_000_000, trader.locking_bytecode, Token(TOKENS, 10_000))
            own = Coin(bytes(32), 1, purse)
            start = TransactionBuilder()
            empty = ScriptUnlocker((), contract.code)
            bought = amount_out(bch, tokens, 1_000_000)
            sold = amount_out(tokens, bch, 5_000)
            after_buy = contract.output(bch + 1_000_000, Token(TOKENS, tokens - bought))
            after_sale = contract.output(bch - sold, Token(TOKENS, tokens + 5_000))
            mine = trader.locking_bytecode
            signed = ScriptUnlocker((Signature(owner), owner.public_key), contract.code)
            built = (
                start.spend(coin, empty)
                .spend(own, P2pkhUnlocker(trader))
                .pay(after_buy, Output(998_000, mine, Token(TOKENS, 10_000 + bought))),
                start.spend(coin, empty)
                .spend(own, P2pkhUnlocker(trader))
                .pay(after_sale, Output(1_998_000 + sold, mine, Token(TOKENS, 5_000))),
                start.spend(coin, signed).pay(
                    Output(bch - 2_000, owner.locking_bytecode, Token(TOKENS, tokens))
                ),
            )
            made = [each.build_exactly() for each in built]
            return [(each.transaction, each.source_outputs) for each in made]

        parties = (Party("owner", (owner,)), Party("trader", (trader,), is_open=True))
        return Subject("cpmm/pool" if check else "cpmm", check, honest, parties)

    yield subject("")
    for each in checks_in(source):
        yield subject(each.name)


def subjects() -> Iterator[Subject]:
    """Yield every contract as it is, and without each of its checks."""
    for example in EXAMPLES:
        yield from of_example(example)
    yield from of_cpmm()
    yield from of_direct()
    yield from of_ticketed()


def describe(report: Report) -> str:
    """Say in a few words what was found."""
    if not report.findings:
        return ""
    found = (report.attacks or report.notes)[0]
    return f"{found.kind}: {found.attacker}: {found.sentence}; {found.differences[0]}"[:160]


def main() -> int:
    """Run a campaign for each, and print the table and the list of what was missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60, help="for each campaign (60)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", nargs="*", default=(), help="contracts, or contract:check")
    options = parser.parse_args()
    tried = found = 0
    missed: list[str] = []
    cried: list[str] = []
    for subject in subjects():
        name = f"{subject.contract}:{subject.check}" if subject.check else subject.contract
        if options.only and not any(name.startswith(each) for each in options.only):
            continue
        report = fuzz(
            subject.honest(),
            subject.parties,
            seconds=options.seconds,
            seed=options.seed,
            unique=subject.unique,
            properties=subject.properties,
            stop_at_first=bool(subject.check),
        )
        is_found = bool(report.findings)
        if subject.check:
            tried += 1
            found += is_found
            if not is_found:
                missed.append(name)
        elif is_found:
            cried.append(name)
        word = "found" if is_found else "nothing"
        print(
            f"{name:44} {word:8} {report.seconds:5.1f} s {report.judged:7,} {describe(report)}",
            flush=True,
        )
    if tried:
        print(f"\nfound without a check: {found} of {tried} ({100 * found / tried:.0f} %)")
    print("missed:", ", ".join(missed) or "none")
    print("found in contracts as they are:", ", ".join(cried) or "nothing")
    return 0


if __name__ == "__main__":
    sys.exit(main())
