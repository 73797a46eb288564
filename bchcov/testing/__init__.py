"""Tools for testing contracts and for testing this library.

A name is loaded when it is asked for: the plugin for pytest costs nothing where nobody uses it.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .asserting import assert_accepted, assert_refused
    from .contract_mutants import (
        Case,
        KillMatrix,
        MutationReport,
        kill_matrix,
        mutants_of,
        mutate,
        mutate_with,
        mutate_with_all,
        reach_of,
    )
    from .cost import (
        CostReport,
        Profile,
        check_snapshot,
        measure_cost,
        profile,
        update_snapshot,
        without_limits,
    )
    from .coverage import (
        Coverage,
        CoverageReport,
        write_cobertura,
        write_coverage_data,
        write_html,
        write_lcov,
    )
    from .fuzzing import Finding, Party, Report, fuzz
    from .machines import CONTRACTS, SATOSHIS, ContractMachine
    from .strategies import (
        ContractSpend,
        aim_deep,
        arguments,
        inputs,
        items,
        numbers,
        outputs,
        programs,
        scripts,
        spends,
        tokens,
        transaction_mutants,
        transactions,
    )

__all__ = [
    "CONTRACTS",
    "SATOSHIS",
    "Case",
    "ContractMachine",
    "ContractSpend",
    "CostReport",
    "Coverage",
    "CoverageReport",
    "Finding",
    "KillMatrix",
    "MutationReport",
    "Party",
    "Profile",
    "Report",
    "aim_deep",
    "arguments",
    "assert_accepted",
    "assert_refused",
    "check_snapshot",
    "fuzz",
    "inputs",
    "items",
    "kill_matrix",
    "measure_cost",
    "mutants_of",
    "mutate",
    "mutate_with",
    "mutate_with_all",
    "numbers",
    "outputs",
    "profile",
    "programs",
    "reach_of",
    "scripts",
    "spends",
    "tokens",
    "transaction_mutants",
    "transactions",
    "update_snapshot",
    "without_limits",
    "write_cobertura",
    "write_coverage_data",
    "write_html",
    "write_lcov",
]

_HOMES = {
    "asserting": ("assert_accepted", "assert_refused"),
    "contract_mutants": (
        "Case",
        "KillMatrix",
        "MutationReport",
        "kill_matrix",
        "mutants_of",
        "mutate",
        "mutate_with",
        "mutate_with_all",
        "reach_of",
    ),
    "cost": (
        "CostReport",
        "Profile",
        "check_snapshot",
        "measure_cost",
        "profile",
        "update_snapshot",
        "without_limits",
    ),
    "coverage": (
        "Coverage",
        "CoverageReport",
        "write_cobertura",
        "write_coverage_data",
        "write_html",
        "write_lcov",
    ),
    "fuzzing": ("Finding", "Party", "Report", "fuzz"),
    "machines": ("CONTRACTS", "SATOSHIS", "ContractMachine"),
    "strategies": (
        "ContractSpend",
        "aim_deep",
        "arguments",
        "inputs",
        "items",
        "numbers",
        "outputs",
        "programs",
        "scripts",
        "spends",
        "tokens",
        "transaction_mutants",
        "transactions",
    ),
}

if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        """Load a name the first time that it is asked for."""
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from importlib import import_module

        module = next(module for module, names in _HOMES.items() if name in names)
        found = globals()[name] = getattr(import_module(f".{module}", __name__), name)
        return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
