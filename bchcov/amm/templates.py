"""The contracts of the pools as wallet templates for Bitauth IDE and libauth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..assembly.assembler import Binding
from ..contract import load_source
from ..formats.wallet_template.model import Entity, LockingType, TemplateScript, Variable
from ..formats.wallet_template.template import WalletTemplate
from .cpmm import Parameters as CpmmParameters
from .direct import scripts as direct
from .epochs import scripts as epochs
from .ticketed import scripts as ticketed

__all__ = ["cpmm_template", "direct_template", "epochs_template", "ticketed_template"]

_SIGNED = "<{key}.schnorr_signature.all_outputs_all_utxos> <{key}.public_key>"


@dataclass(frozen=True, slots=True)
class _Lock:
    """A locking script: its source, how it is hashed, and the sources that unlock it, by name."""

    source: str
    type: LockingType
    unlocked_by: Mapping[str, str]


def _template(
    name: str,
    description: str,
    supported: tuple[str, ...],
    constants: Mapping[str, str],
    locks: Mapping[str, _Lock],
    keys: Mapping[str, str],
) -> WalletTemplate:
    """Make a template of locks, of sources that they take in, and of each entity's key."""
    scripts = {}
    for script, lock in locks.items():
        for path, source in lock.unlocked_by.items():
            title = f"{script}: {path.replace('_', ' ')}"
            scripts[f"{script}_{path}"] = TemplateScript(source, title, unlocks=script)
        scripts[script] = TemplateScript(lock.source, script, lock.type)
    scripts |= {
        constant: TemplateScript(source, constant) for constant, source in constants.items()
    }
    entities = {
        entity: Entity(
            {key: Variable("Key", f"{entity.title()}'s key")}, entity.title(), None, tuple(scripts)
        )
        for entity, key in keys.items()
    }
    return WalletTemplate(
        scripts, entities, supported=supported, name=name, description=description
    )


def _constant(value: Binding) -> str:
    return f"0x{value.hex()}" if isinstance(value, bytes) else str(value)


def ticketed_template(scripts: ticketed.Scripts) -> WalletTemplate:
    """Make the template of the ticketed profile, every source verbatim.

    Ticket and order contain example data; `queue_code` and `owner_code` are pushed by the
    inputs of the pool and the vault.
    """
    folder = ticketed.FOLDER
    constants = {
        name: _constant(value) for name, value in scripts.constants.items() if name != "range_proof"
    }
    constants |= {
        "range_proof": load_source(f"{folder}/range_proof"),
        "queue_code": load_source(f"{folder}/queue"),
        "owner_code": load_source(f"{folder}/owner"),
        "queue_code_hash": "$(<queue_code> OP_SHA256)",
        "owner_code_hash": "$(<owner_code> OP_SHA256)",
        "vault_bytecode": _constant(scripts.vault_bytecode),
        "trader": _constant(bytes(20)),
        "deadline_and_action_hash": _constant(b"\x01" * ticketed.TICKET_DATA),
        "deadline_min_out_salt": _constant(b"\x01" * ticketed.ORDER_DATA),
    }
    paddings = scripts.padding_constants(ticketed.SEQUENCE_PADDING)
    constants |= {name: str(value) for name, value in paddings.items()}
    refunds = {"collect": "", "refund": _SIGNED.format(key="trader_key")}
    siblings = "<0> " * scripts.parameters.depth
    vault = load_source(f"{folder}/vault")
    # Each kind of batch has its own padding, but in a template a name has one value.
    for name, number in scripts.padding_constants(ticketed.EXECUTE_PADDING).items():
        vault = vault.replace(f"<{name}>", f"<vault_{name}>")
        constants[f"vault_{name}"] = str(number)
    locks = {
        "pool": _Lock(
            load_source(f"{folder}/pool"),
            "p2sh32",
            {"with_vault": "", "sequence": f"{siblings}<0> <2> <queue_code>"},
        ),
        "vault": _Lock(
            vault,
            "p2sh32",
            {
                "execute": f"{siblings}<0> <3>",
                "owner": f"{_SIGNED.format(key='provider_key')} <owner_code>",
            },
        ),
        "ticket": _Lock(load_source(f"{folder}/ticket"), "standard", refunds),
        "order": _Lock(load_source(f"{folder}/order"), "standard", refunds),
    }
    return _template(
        "SequencedAMM, ticketed",
        "A constant-product pool: commit blind, queue in batches, reveal, execute in order.",
        ("BCH_2026_05", "BCH_SPEC"),
        constants,
        locks,
        {"trader_wallet": "trader_key", "provider": "provider_key"},
    )


def epochs_template(scripts: epochs.Scripts) -> WalletTemplate:
    """Make the template of the epochs profile, every source verbatim.

    Ticket, slot and order contain example data; the codes are pushed by the inputs of the pool
    and the vault.
    """
    folder = epochs.FOLDER
    codes = ("append", "settle", "turn", "owner")
    constants = {
        name: _constant(value) for name, value in scripts.constants.items() if name != "promote"
    }
    constants |= {name: load_source(f"{folder}/{name}") for name in ("promote",)}
    constants |= {f"{name}_code": load_source(f"{folder}/{name}") for name in codes}
    constants |= {f"{name}_code_hash": f"$(<{name}_code> OP_SHA256)" for name in codes}
    head = "OP_1 OP_SPLIT <{size}> OP_SPLIT OP_NIP"
    cut = f"{head.format(size=epochs.LEAF_SIZE)} OP_6 OP_SPLIT <20> OP_SPLIT OP_NIP"
    constants |= {
        "vault_bytecode": _constant(scripts.vault_bytecode),
        "ticket_code_hash": f"$(<ticket> {cut} OP_CAT OP_SWAP OP_CAT OP_SHA256)",
        "slot_code_hash": "$(<slot> <33> OP_SPLIT OP_NIP OP_SHA256)",
        "order_code_hash": (
            f"$(<order> {head.format(size=epochs.TERMS_SIZE)} OP_SWAP OP_CAT OP_SHA256)"
        ),
        "trader": _constant(bytes(20)),
        "leaf": _constant(b"\x01" * epochs.LEAF_SIZE),
        "min_out_owner_salt": _constant(b"\x01" * epochs.TERMS_SIZE),
    }
    refunds = {"collect": "", "refund": _SIGNED.format(key="trader_key")}
    signed = _SIGNED.format(key="provider_key")
    txid = "<0x" + "00" * 32 + ">"
    locks = {
        "pool": _Lock(
            load_source(f"{folder}/pool"),
            "p2sh32",
            {"with_vault": "", "append": "<2> <append_code>"},
        ),
        "vault": _Lock(
            load_source(f"{folder}/vault"),
            "p2sh32",
            {
                "settle": f"{txid} <1> {txid} <0> <0> <0> <-1> <0> <settle_code>",
                "turn": "<turn_code>",
                "owner": f"{signed} <owner_code>",
            },
        ),
        "ticket": _Lock(load_source(f"{folder}/ticket"), "standard", refunds),
        "slot": _Lock(load_source(f"{folder}/slot"), "standard", {"reveal_or_settle": ""}),
        "order": _Lock(load_source(f"{folder}/order"), "standard", refunds),
    }
    return _template(
        "SequencedAMM, epochs",
        "A constant-product pool: commit blind, reveal side by side, trade at one price.",
        ("BCH_2026_05", "BCH_SPEC"),
        constants,
        locks,
        {"trader_wallet": "trader_key", "provider": "provider_key"},
    )


def direct_template(scripts: direct.Scripts) -> WalletTemplate:
    """Make the template of the direct profile, every source verbatim."""
    folder = direct.FOLDER
    constants = {name: _constant(value) for name, value in scripts.constants.items()}
    constants |= {
        "path_proof": load_source(f"{folder}/path_proof"),
        "path_level": load_source(f"{folder}/path_level"),
        "vault_bytecode": _constant(scripts.vault_bytecode),
    }
    siblings = "<0x" + "00" * 20 + "> "
    proof = f"{siblings * 4}<0x" + "01" * 36 + ">"
    locks = {
        "pool": _Lock(load_source(f"{folder}/pool"), "p2sh32", {"with_vault": "", "commit": proof}),
        "vault": _Lock(
            load_source(f"{folder}/vault"),
            "p2sh32",
            {"reveal": proof, "exit": _SIGNED.format(key="provider_key")},
        ),
    }
    return _template(
        "SequencedAMM, direct",
        "A constant-product pool whose orders are committed blind, under the rules of 2025.",
        ("BCH_2025_05", "BCH_2026_05", "BCH_SPEC"),
        constants,
        locks,
        {"provider": "provider_key"},
    )


def cpmm_template(parameters: CpmmParameters) -> WalletTemplate:
    """Make the template of the plain pool."""
    unlocked_by = {"swap": "", "owner": _SIGNED.format(key="provider_key")}
    return _template(
        "cpmm",
        "A plain constant-product pool that anybody respends.",
        ("BCH_2025_05", "BCH_2026_05", "BCH_SPEC"),
        {"owner": _constant(parameters.owner)},
        {"pool": _Lock(load_source("cpmm/pool"), "p2sh32", unlocked_by)},
        {"provider": "provider_key"},
    )
