"""The flags of nodes under the name that they had before; `bchcov.vm.rules.flags` has them."""

from .rules.flags import FLAGS, rules_from_flags

__all__ = ["FLAGS", "rules_from_flags"]
