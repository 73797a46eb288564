"""The scenario that all others extend: its keys, its transaction and its data.

Source: libauth, generateDefaultScenarioDefinition.
"""

from __future__ import annotations

from ...wallet.hd_keys import HdPrivateKey
from .scenario import Scenario, ScenarioData, ScenarioInput, ScenarioOutput, Slot
from .sources import Sources

__all__ = ["default_scenario", "sorting_key"]

# The second block after the genesis block, and its median time past.
_BLOCK_HEIGHT, _BLOCK_TIME = 2, 1_231_469_665
# OP_RETURN <"libauth">
_OUTPUT = bytes.fromhex("6a076c696261757468")
_VERSION = 2

# The order of printable characters in which libauth sorts names (JavaScript's localeCompare).
# Source: Unicode Collation Algorithm, root collation of CLDR.
_ORDER = {
    character: at
    for at, character in enumerate(
        " _-,;:!?.'\"()[]{}@*/\\&#%`^+<=>|~$0123456789abcdefghijklmnopqrstuvwxyz"
    )
}


def sorting_key(name: str) -> tuple[list[tuple[int, str]], list[bool], str]:
    """Return what libauth sorts a name by: letters of any case, then small before capital."""
    lower = name.lower()
    last = len(_ORDER)
    return (
        [(_ORDER.get(each, last), "" if each in _ORDER else each) for each in lower],
        [each.isupper() for each in name],
        name,
    )


def default_scenario(sources: Sources) -> Scenario:
    """Make the default scenario of a template.

    Keys and entities with variables, sorted by their names, get the numbers from 1 on: a Key
    has its number as private key, an entity as the seed of its HD key.
    """
    variables = sources.variables
    keys = [name for name, variable in variables.items() if variable.type == "Key"]
    entities = list(dict.fromkeys(sources.owners.values()))
    # An entity that is called as a key is counts twice, and the later number holds for both.
    numbers = {
        name: number.to_bytes(32, "big")
        for number, name in enumerate(sorted(keys + entities, key=sorting_key), 1)
    }
    has_hd_keys = any(variable.type == "HdKey" for variable in variables.values())
    seeds = {name: numbers[name] for name in entities} if has_hd_keys else {}
    data = ScenarioData(
        private_keys={name: numbers[name] for name in keys},
        hd_private_keys={
            name: HdPrivateKey.from_seed(seed).to_text() for name, seed in seeds.items()
        },
        address_index=0 if has_hd_keys else None,
        block_height=_BLOCK_HEIGHT,
        block_time=_BLOCK_TIME,
    )
    return Scenario(
        data=data,
        inputs=(ScenarioInput(Slot.SLOT),),
        outputs=(ScenarioOutput(_OUTPUT),),
        source_outputs=(ScenarioOutput(Slot.SLOT),),
        version=_VERSION,
        locktime=0,
    )
