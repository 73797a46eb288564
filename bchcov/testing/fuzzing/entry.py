"""The way in: a whole campaign in one call."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from ...errors import ContractError
from ...vm.rules.ruleset import RuleSet
from ...vm.rules.upgrades import BCH_2026
from ..coverage import Coverage
from .campaign import Campaign, Honest, Report, prepare
from .corpus import read_corpus, write_corpus
from .findings import Progress
from .parallel import ManyCampaigns, prepare_many
from .parties import Party
from .promises import Property

__all__ = ["fuzz"]


def fuzz(
    honest: Iterable[Honest],
    parties: Iterable[Party] = (),
    *,
    rules: RuleSet = BCH_2026,
    seconds: float | None = 10.0,
    count: int | None = None,
    seed: int = 0,
    properties: Iterable[Property] = (),
    unique: Iterable[bytes] = (),
    stop_at_first: bool = False,
    progress: Progress | None = None,
    jobs: int | None = None,
    cluster: str | None = None,
    corpus: str | Path | None = None,
    coverage: Coverage | None = None,
) -> Report:
    """Search for transactions that are accepted and take from somebody what is theirs.

    Starts from honest transactions and the outputs that they spend. Each party in turn is the
    attacker, who signs with their own keys alone, and a stranger who takes part in nothing. Every
    small change is tried, alone and with what repairs it; then mixtures of them, until `seconds`
    are over or `count` transactions are judged, at least one of which must be given. The same
    `seed` and `count` give the same report.

    `properties` are functions of a transaction and its source outputs that say in a sentence
    what an accepted one breaks, or assert it; `unique` holds the categories, in wire order, of
    which there is one NFT only. With more than one of `jobs`, as many processes share the
    attackers, and those that are left over play one with another seed; properties are then
    functions of modules.
    `cluster` is the address of a Dask scheduler, whose workers do it instead, as many as `jobs`, or
    all; they have this library, and the modules and files of the properties. `corpus` is a folder
    in which what was learned is kept from run to run, and tried first. `coverage` collects what the
    campaign reaches in contracts, and the checks that refused something, in all processes.

    Raises ContractError for a transaction that is refused as it stands, or if no scheduler answers;
    WorkerLost if a process ends before its work is done; FormatError and OSError for a corpus that
    cannot be read or written.
    """
    if seconds is None and count is None:
        raise ContractError("a campaign needs an end: seconds, or a count of transactions")
    campaign: Campaign | ManyCampaigns
    if jobs in (None, 1) and cluster is None:
        campaign = prepare(
            honest, parties, rules=rules, seed=seed, properties=properties, unique=unique
        )
    else:
        campaign = prepare_many(
            honest,
            parties,
            jobs=jobs,
            cluster=cluster,
            rules=rules,
            seed=seed,
            properties=properties,
            unique=unique,
        )
    campaign.coverage = coverage
    if corpus is not None:
        campaign.begin_with(read_corpus(Path(corpus)))
    try:
        campaign.run(seconds=seconds, count=count, stop_at_first=stop_at_first, progress=progress)
    finally:
        if corpus is not None:
            write_corpus(Path(corpus), campaign.learned)
    return campaign.report()
