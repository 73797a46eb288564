"""Take out each check of each contract, and count the attacks that a campaign finds by itself.

A campaign starts from honest transactions alone, plays each party in turn, and knows nothing of
the missing check: only the built-in properties and what the contract's page promises.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from time import process_time

ROOT = Path(__file__).parent.parent
# The honest transactions of the pools are those that the tests start from.
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "scripts")]

from contract_examples import EXAMPLES, Example  # noqa: E402
from every_check_misses import REASONS  # noqa: E402
from pool_lives import (  # noqa: E402
    BUILDER,
    BUYER,
    SELLER,
    direct_lives,
    ticketed_lives,
)
from pool_promises import direct_promises, ticketed_promises  # noqa: E402
from support import direct_world, ticketed_world  # noqa: E402
from support.ticketed_world import POOL_CATEGORY, PROVIDER, TOKENS  # noqa: E402

from bchcov import (  # noqa: E402
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
from bchcov.amm.formula import amount_out  # noqa: E402
from bchcov.contract import checks_in, load_source, without_check  # noqa: E402
from bchcov.testing import Finding, Party, Report  # noqa: E402
from bchcov.testing.fuzzing import Property  # noqa: E402
from bchcov.testing.fuzzing.campaign import prepare  # noqa: E402

Honest = tuple[Transaction, Sequence[Output]]


@dataclass(frozen=True)
class Subject:
    """A contract with one check taken out, or none, and what a campaign is told about it."""

    contract: str
    check: str
    honest: Callable[[], Sequence[Honest]]
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


def of_ticketed() -> Iterator[Subject]:
    """Yield SequencedAMM, ticketed."""
    sources = ticketed_world.real_sources()
    parties = (
        Party("provider", (PROVIDER,)),
        Party("buyer", (BUYER,)),
        Party("seller", (SELLER,)),
        Party("builder", (BUILDER,), is_open=True),
    )

    def subject(file: str, check: str) -> Subject:
        changed = {file: without_check(sources[file], check)} if check else {}
        lives = ticketed_lives(changed)
        name = f"ticketed/{file}" if file else "ticketed"
        promises = ticketed_promises(ticketed_world.World(changed).scripts, lives)
        return Subject(name, check, lambda: lives.honest, parties, (POOL_CATEGORY,), promises)

    yield subject("", "")
    for file in sources:
        for check in checks_in(sources[file], file):
            yield subject(file, check.name)


def of_direct() -> Iterator[Subject]:
    """Yield SequencedAMM, direct."""
    sources = direct_world.real_sources()
    parties = (
        Party("provider", (PROVIDER,)),
        Party("buyer", (BUYER,)),
        Party("seller", (SELLER,)),
        Party("builder", (BUILDER,), is_open=True),
    )

    def changed(file: str, check: str) -> dict[str, str]:
        if not check:
            return {}
        if check in {each.name for each in checks_in(sources[file], file)}:
            return {file: without_check(sources[file], check)}
        # A check of the proof that both scripts include: it stands in one of them as text.
        proof = without_check(sources["path_proof"], check)
        bare = " ".join(line.partition("//")[0] for line in proof.split("\n"))
        return {file: sources[file].replace("path_proof\n", f"{bare}\n")}

    def subject(file: str, check: str) -> Subject:
        without = changed(file, check)
        lives = direct_lives(without)
        name = f"direct/{file}" if file else "direct"
        promises = direct_promises(direct_world.DirectWorld(without).pool.scripts, lives)
        return Subject(name, check, lambda: lives.honest, parties, (POOL_CATEGORY,), promises)

    yield subject("", "")
    for file in ("pool", "vault"):
        for check in (*checks_in(sources[file], file), *checks_in(sources["path_proof"])):
            yield subject(file, check.name)


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


def what(finding: Finding) -> str:
    """Say what a finding is about, the same for all heights and amounts, but not for all inputs."""
    sentence = re.sub(r"(?<!input )(?<!output )\b[\d,]+", "0", finding.sentence)
    return f"{finding.kind}: {finding.attacker}: {sentence}"


class Found(Exception):
    """Ends a campaign: there is nothing more to learn."""


def said(finding: Finding) -> str:
    """Say in a few words what was found."""
    return f"{finding.kind}: {finding.attacker}: {finding.sentence}; {finding.differences[0]}"


def campaign_of(
    subject: Subject, seconds: float, seed: int, known: frozenset[str] | None
) -> tuple[Report, Finding | None]:
    """Run a campaign until it finds an attack, or something that is open to argument and new.

    `known` is what is open to argument of the contract as it is, None if nobody has looked.
    """
    campaign = prepare(
        subject.honest(),
        subject.parties,
        seed=seed,
        unique=subject.unique,
        properties=subject.properties,
    )

    def telling() -> Finding | None:
        for each in campaign.findings:
            if each.is_attack or (known is not None and what(each) not in known):
                return each
        return None

    def stop(_judged: int, _found: int) -> None:
        if subject.check and telling() is not None:
            raise Found

    with suppress(Found):
        campaign.run(seconds=seconds, progress=stop, clock=process_time)
    return campaign.report(), telling()


def show(name: str, report: Report, word: str) -> None:
    """Print a line of the table."""
    print(f"{name:44} {report.seconds:5.1f} s {report.judged:7,} {word:.160}", flush=True)


def main() -> int:
    """Run a campaign for each, and print the table and the list of what was missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60, help="of work, for each campaign (60)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", nargs="*", default=(), help="contracts, or contract:check")
    options = parser.parse_args()
    tried = 0
    missed: list[str] = []
    cried: list[str] = []
    known: frozenset[str] | None = None
    whole: Subject | None = None

    def right(subject: Subject) -> frozenset[str]:
        """Run a campaign on a contract as it is; return what is open to argument there."""
        report, _ = campaign_of(subject, options.seconds, options.seed, None)
        if report.attacks:
            cried.append(subject.contract)
        word = f"found {said(report.attacks[0])}" if report.attacks else "nothing"
        show(subject.contract, report, word)
        for note in report.notes:
            print(f"    open to argument: {said(note):.160}", flush=True)
        return frozenset(map(what, report.notes))

    for subject in subjects():
        name = f"{subject.contract}:{subject.check}" if subject.check else subject.contract
        if not subject.check:
            known, whole = None, subject
        if options.only and not any(name.startswith(each) for each in options.only):
            continue
        if known is None and whole is not None:
            known = right(whole)
        if not subject.check:
            continue
        report, finding = campaign_of(subject, options.seconds, options.seed, known)
        tried += 1
        if finding is None:
            missed.append(name)
        show(name, report, "nothing" if finding is None else f"found {said(finding)}")
    if tried:
        found = tried - len(missed)
        print(f"\nfound without a check: {found} of {tried} ({100 * found / tried:.0f} %)")
    print("missed:" if missed else "missed: none")
    for each in missed:
        print(f"    {each}: {REASONS.get(each, 'not found in this time')}")
    print("found in contracts as they are:", ", ".join(cried) or "nothing")
    return 0


if __name__ == "__main__":
    sys.exit(main())
