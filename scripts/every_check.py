"""Take out each check of each contract, and count the attacks that a campaign finds by itself.

A campaign starts from honest transactions alone, plays each party in turn, and knows nothing of
the missing check: only the built-in properties and what the contract's page promises.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from time import process_time

ROOT = Path(__file__).parent.parent
# The honest transactions of the pools are those that the tests start from.
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "scripts")]

from contract_examples import EXAMPLES, Example  # noqa: E402
from every_check_misses import REASONS  # noqa: E402
from pool_lives import Honest  # noqa: E402
from pool_subjects import Subject, of_cpmm, of_direct, of_epochs, of_ticketed  # noqa: E402

from bchcov.testing import Finding, Party, Report  # noqa: E402
from bchcov.testing.fuzzing.campaign import prepare  # noqa: E402


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


def subjects() -> Iterator[Subject]:
    """Yield every contract as it is, and without each of its checks."""
    for example in EXAMPLES:
        yield from of_example(example)
    yield from of_cpmm()
    yield from of_direct()
    yield from of_ticketed()
    yield from of_epochs()


def what(finding: Finding) -> str:
    """Say what a finding is about, the same for all heights and amounts, but not for all inputs."""
    sentence = re.sub(r"(?<!input )(?<!output )\b[\d,]+", "0", finding.sentence)
    return f"{finding.kind}: {sentence}"


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
