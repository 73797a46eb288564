"""Small wallet templates that together go through every rule of the format."""

from __future__ import annotations

from typing import Any

__all__ = ["EVERYTHING", "PUBLIC_DATA"]

_ALGORITHMS = [
    f"{outputs}{inputs}"
    for outputs in ("all_outputs", "corresponding_output", "no_outputs")
    for inputs in ("", "_all_utxos", "_single_input", "_single_input_INVALID_all_utxos")
]
_ALGORITHMS += ["default", "unknown"]
_PARTS = [
    "corresponding_output",
    "corresponding_output_hash",
    "covered_bytecode",
    "covered_bytecode_length",
    "locktime",
    "outpoint_index",
    "outpoint_transaction_hash",
    "output_value",
    "sequence_number",
    "token_prefix",
    "transaction_outpoints",
    "transaction_outpoints_hash",
    "transaction_outputs",
    "transaction_outputs_hash",
    "transaction_sequence_numbers",
    "transaction_sequence_numbers_hash",
    "version",
    "unknown",
]
_TOKEN = {
    "amount": "9223372036854775807",
    "category": "aa" * 31 + "bb",
    "nft": {"capability": "minting", "commitment": "c0ffee"},
}


def _template(**parts: Any) -> dict[str, Any]:
    return {"entities": {}, "scripts": {}, "supported": ["BCH_2026_05"], "version": 0, **parts}


def _unlocks(sources: dict[str, str], locking: str) -> dict[str, Any]:
    return {name: {"script": source, "unlocks": locking} for name, source in sources.items()}


# Two inputs and two outputs with tokens, the slot in the second: every part is another.
_TRANSACTION = {
    "sourceOutputs": [
        {"lockingBytecode": {"script": "lock"}, "valueSatoshis": 7000, "token": {"amount": 5}},
        {"lockingBytecode": ["slot"], "valueSatoshis": "8877665544332200", "token": _TOKEN},
        {"lockingBytecode": "51", "token": {}},
    ],
    "transaction": {
        "inputs": [
            {"outpointIndex": 7, "outpointTransactionHash": "0102" * 16, "sequenceNumber": 9},
            {"unlockingBytecode": ["slot"], "sequenceNumber": 4294967294},
            {"unlockingBytecode": "51"},
        ],
        "locktime": 600000,
        "outputs": [{"lockingBytecode": "6a"}, {"valueSatoshis": 3, "token": _TOKEN}],
        "version": 3,
    },
}
_ONE_OUTPUT = {
    "extends": "two",
    "sourceOutputs": [{"lockingBytecode": "51"}, {"lockingBytecode": ["slot"]}],
    "transaction": {
        "inputs": [{"unlockingBytecode": ""}, {"unlockingBytecode": ["slot"]}],
        "outputs": [{"lockingBytecode": {"script": "lock"}}],
    },
}

_XPUB = (
    "xpub661MyMwAqRbcFtXgS5sYJABqqG9YLmC4Q1Rdap9gSE8NqtwybGhePY2gZ29ESFjqJoCu1Rupje8YtGqsefD265TMg"
    "7usUDFdp6W1EGMcet8"
)
_XPRV = (
    "xprv9s21ZrQH143K3QTDL4LXw2F7HEK3wJUD2nW2nRk4stbPy6cq3jPPqjiChkVvvNKmPGJxWUtg6LnF5kejMRNNU3TGt"
    "RBeJgk33yuGBxrMPHi"
)
SIGNING = _template(
    entities={
        "Zoe": {"variables": {"key": {"type": "Key"}, "Key": {"type": "Key"}}},
        "adam": {"variables": {"hd": {"type": "HdKey"}, "data": {"type": "WalletData"}}},
    },
    scripts={
        "lock": {"lockingType": "p2sh32", "script": "<key.public_key> OP_CHECKSIG"},
        "hd_lock": {"lockingType": "standard", "script": "<hd.public_key> OP_CHECKSIG"},
        "message": {"script": "'to sign' <hd.public_key> <Key.public_key>"},
        **_unlocks(
            {f"ecdsa_{name}": f"<key.ecdsa_signature.{name}>" for name in _ALGORITHMS}
            | {f"schnorr_{name}": f"<key.schnorr_signature.{name}>" for name in _ALGORITHMS}
            | {f"full_{name}": f"<signing_serialization.full_{name}>" for name in _ALGORITHMS}
            | {f"part_{name}": f"<signing_serialization.{name}>" for name in _PARTS},
            "lock",
        ),
        **_unlocks(
            {
                "hd_ecdsa": "<hd.ecdsa_signature.all_outputs>",
                "hd_schnorr": "<hd.schnorr_signature.default>",
                "hd_data": "<hd.schnorr_data_signature.message> <hd.ecdsa_data_signature.message>",
                "inner": "<ecdsa_default> schnorr_default",
                "no_unlock": "<message_signed>",
                "own_lock": "<hd.schnorr_data_signature.hd_lock>",
            },
            "hd_lock",
        ),
        "message_signed": {"script": "<key.schnorr_signature.default>"},
        "data": {"script": "<key.schnorr_data_signature.message>"},
        "data_ecdsa": {"script": "<Key.ecdsa_data_signature.message>"},
        "data_unknown": {"script": "<Key.ecdsa_data_signature.nobody>"},
        "data_circle": {"script": "<Key.ecdsa_data_signature.data_circle>"},
        "data_bare": {"script": "<Key.ecdsa_data_signature>"},
        "long": {"script": "<key.ecdsa_signature.default.more>"},
        "renamed": {"script": "<key.signature.all_outputs>"},
        "no_operation": {"script": "<key>"},
        "other_operation": {"script": "<key.private_key>"},
        "suffix": {"script": "<key.public_key.more> <current_block_time.x>"},
        "blocks": {"script": "<current_block_time> <current_block_height>"},
        "part": {"script": "signing_serialization"},
    },
    scenarios={
        "two": _TRANSACTION,
        "one_output": _ONE_OUTPUT,
        "given": {
            "data": {
                "bytecode": {
                    "key.public_key": "0x02 $(<'x'> OP_SHA256)",
                    "key.ecdsa_signature.default": "'a signature'",
                    "key.signature.all_outputs": "1",
                    "hd.schnorr_signature.default": "_scenario.data 2",
                    "hd.public_key": "_scenario.key.public_key",
                    "data": "current_block_time current_block_height",
                },
                "currentBlockHeight": 800000,
                "currentBlockTime": 4294967295,
            },
        },
        "not_on_curve": {"data": {"bytecode": {"hd.public_key": "0x02" + "11" * 32}}},
        "no_point": {"data": {"bytecode": {"hd.public_key": "<0x02>"}}},
        "keys": {
            "data": {
                "keys": {"privateKeys": {"key": "33" * 32}},
                "hdKeys": {"addressIndex": 5, "hdPublicKeys": {"adam": _XPUB}},
            }
        },
        "bad_key": {"data": {"keys": {"privateKeys": {"key": "00" * 32}}}},
        "short_key": {"data": {"keys": {"privateKeys": {"key": "01"}}}},
        "large_key": {"data": {"keys": {"privateKeys": {"other": "ff" * 32}}}},
        "circle": {"data": {"bytecode": {"data": "_scenario.key", "key": "_scenario.data"}}},
        "signs": {"data": {"bytecode": {"data": "<key.schnorr_signature.default>"}}},
        "signs_data": {"data": {"bytecode": {"data": "<key.schnorr_data_signature.message>"}}},
    },
)

_PATHS: dict[str, dict[str, Any]] = {
    "plain": {},
    "offset": {"addressOffset": 3},
    "before": {"addressOffset": -1},
    "absolute": {"privateDerivationPath": "m/0/1'/i"},
    "hardened": {"privateDerivationPath": "m/i'/2"},
    "relative": {"privateDerivationPath": "1/i/2"},
    "fixed": {"privateDerivationPath": "7"},
    "master": {"privateDerivationPath": "m"},
    "twice": {"privateDerivationPath": "i/i"},
    "wrong": {"privateDerivationPath": "x/i"},
    "large": {"privateDerivationPath": "2147483648/i"},
    "too_large": {"privateDerivationPath": "4294967296"},
    "too_hard": {"privateDerivationPath": "2147483648'"},
    "split": {
        "privateDerivationPath": "m/0'/i",
        "hdPublicKeyDerivationPath": "m/0'",
        "publicDerivationPath": "i",
    },
    "shallow": {"privateDerivationPath": "m/i", "hdPublicKeyDerivationPath": "m"},
    "unlike": {
        "privateDerivationPath": "m/1/i",
        "hdPublicKeyDerivationPath": "m/0",
        "publicDerivationPath": "i",
    },
    "unfixed": {"privateDerivationPath": "m/i/0", "hdPublicKeyDerivationPath": "m/i"},
}

HD_KEYS = _template(
    entities={
        "owner": {
            "variables": {name: {"type": "HdKey", **paths} for name, paths in _PATHS.items()}
        },
        "owner-2": {"variables": {"second": {"type": "HdKey"}}},
        "OWNER": {"variables": {"third": {"type": "HdKey"}}},
        "owner_2": {"variables": {"fourth": {"type": "HdKey"}, "owner2": {"type": "Key"}}},
        "nobody": {},
    },
    scripts={
        **{f"key_{name}": {"script": f"<{name}.public_key>"} for name in _PATHS},
        "all": {
            "lockingType": "p2sh20",
            "script": "<second.public_key> <third.public_key> <fourth.public_key>",
        },
        "change": {
            "script": "<plain.schnorr_signature.all_outputs> <owner2.public_key>",
            "unlocks": "all",
        },
    },
    scenarios={
        "tenth": {"data": {"hdKeys": {"addressIndex": 10}}},
        "copies": {
            "sourceOutputs": [{"lockingBytecode": ["slot"]}, {}],
            "transaction": {
                "inputs": [
                    {"unlockingBytecode": ["slot"]},
                    {"unlockingBytecode": {"overrides": {"hdKeys": {"addressIndex": 8}}}},
                ],
                "outputs": [
                    {},
                    {"lockingBytecode": {"overrides": {}}},
                    {"lockingBytecode": {"overrides": {"hdKeys": {"addressIndex": 2}}}},
                    {"lockingBytecode": {"script": ["copy"]}},
                    {"lockingBytecode": {"script": "key_plain", "overrides": {}}},
                    {"lockingBytecode": {"script": "key_plain"}},
                ],
            },
        },
        "private": {"data": {"hdKeys": {"hdPrivateKeys": {"owner": _XPRV}}}},
        "not_private": {"data": {"hdKeys": {"hdPrivateKeys": {"owner": _XPUB}}}},
        "not_public": {"data": {"hdKeys": {"hdPublicKeys": {"owner": _XPRV}}}},
        "no_key": {"data": {"hdKeys": {"hdPrivateKeys": {"owner": _XPRV[:-1] + "j"}}}},
    },
)

_SCRIPTS = {
    "push": "<1> <'text'> <> <-1> <0x51> <0x81> 0b101",
    "code": "OP_1 0x52 3",
    "both": "<push> code $(<push> OP_SIZE OP_NIP)",
    "empty": "",
    "comment": "// nothing",
    "wrong": "OP_1 nobody",
    "uses_wrong": "<wrong>",
    "turn": "<circle>",
    "circle": "turn",
    "broken": "<1",
    "hash": "$(<0x" + "aa" * 5000 + "> OP_HASH256 OP_HASH256)",
    "OP_DUP": "OP_1",
    "odd": "0x123 <0x5f5e100> 0xa_b5 0x0_1_23",
    "odd_letter": "0x12a",
    "one_digit": "0x1",
    "odd_behind": "0x12_3",
    "odd_trailing": "0x123_",
    "uses_opcode": "OP_DUP",
    "dotted.name": "OP_2",
    "uses_dotted": "dotted.name <dotted.name>",
    "value.script": "OP_3",
    "uses_value_script": "value.script",
    "uses_value": "<value>",
    "fails": "$(OP_0 OP_VERIFY)",
    "two_items": "$(OP_1 OP_1)",
    "power": "$(<2> <10> OP_POW)",
    "nop": "$(OP_1 OP_NOP5)",
    "output": "$(OP_0 OP_OUTPUTBYTECODE) $(OP_0 OP_UTXOBYTECODE)",
}

SCRIPTS = _template(
    entities={"owner": {"variables": {"value": {"type": "AddressData"}}}},
    scripts={
        **{name: {"script": source} for name, source in _SCRIPTS.items()},
        "tested": {
            "script": "OP_ADD",
            "tests": {
                "sum": {"setup": "<1> <2>", "check": "<3> OP_EQUAL"},
                "wrong": {"setup": "<1> <1>", "check": "<3> OP_EQUAL"},
                "code": {"setup": "OP_1 OP_1 OP_ADD OP_1", "check": "<3> OP_EQUAL"},
            },
        },
        "pushed": {
            "script": "'a message'",
            "pushed": True,
            "tests": {"size": {"check": "OP_SIZE OP_NIP <9> OP_EQUAL"}},
        },
        "lock": {"lockingType": "standard", "script": "OP_1 OP_EQUAL"},
        "other_lock": {"lockingType": "p2s", "script": "OP_1 OP_EQUAL"},
        "small_lock": {"lockingType": "p2sh20", "script": "OP_1"},
        "number_lock": {"lockingType": "p2sh32", "script": ""},
        "plain_lock": {"script": "OP_2 OP_EQUAL"},
        **_unlocks({"one": "<1>", "none": "", "nobody": "nobody"}, "lock"),
        **_unlocks({"other": "<1>"}, "other_lock"),
        **_unlocks({"small": ""}, "small_lock"),
        **_unlocks({"number": "<5>"}, "number_lock"),
        **_unlocks({"plain": "OP_2"}, "plain_lock"),
        "height": {"script": "<1>", "unlocks": "lock", "timeLockType": "height"},
        "time": {"script": "<1>", "unlocks": "lock", "timeLockType": "timestamp"},
    },
    scenarios={
        "parent": {
            "data": {"bytecode": {"value": "<1> push"}, "currentBlockHeight": 7},
            "transaction": {"locktime": 499999999, "version": 1},
        },
        "child": {"extends": "parent", "transaction": {"locktime": 500000000}},
        "grandchild": {"extends": "child", "data": {"bytecode": {"value": "current_block_height"}}},
        "orphan": {"extends": "nobody"},
        "itself": {"extends": "itself"},
        "final": {
            "transaction": {
                "inputs": [{"unlockingBytecode": ["slot"], "sequenceNumber": 4294967295}]
            }
        },
        "no_digits": {
            "sourceOutputs": [
                {
                    "lockingBytecode": ["slot"],
                    "valueSatoshis": "0x0100000000000000"[:16],
                    "token": {"nft": {"commitment": "0x1234 5- +6 g7 <8 9"}},
                }
            ],
            "transaction": {
                "inputs": [
                    {"unlockingBytecode": ["slot"], "outpointTransactionHash": "zz" * 31 + "-1"}
                ],
                "outputs": [{"lockingBytecode": "0x6a"}, {"lockingBytecode": "6a0"}],
            },
        },
        "no_slot": {"transaction": {"inputs": [{"unlockingBytecode": "51"}]}},
        "two_slots": {
            "sourceOutputs": [{"lockingBytecode": ["slot"]}, {"lockingBytecode": ["slot"]}],
            "transaction": {
                "inputs": [{"unlockingBytecode": ["slot"]}, {"unlockingBytecode": ["slot"]}]
            },
        },
        "other_slot": {
            "sourceOutputs": [{"lockingBytecode": ["slot"]}, {"lockingBytecode": "51"}],
            "transaction": {
                "inputs": [{"unlockingBytecode": "51"}, {"unlockingBytecode": ["slot"]}]
            },
        },
        "fewer": {"sourceOutputs": []},
        "bad_output": {"transaction": {"outputs": [{"lockingBytecode": {"script": "wrong"}}]}},
        "bad_script": {"transaction": {"outputs": [{"lockingBytecode": {"script": "missing"}}]}},
        "overridden": {
            "extends": "parent",
            "transaction": {
                "outputs": [
                    {"lockingBytecode": {"script": "uses_value"}},
                    {
                        "lockingBytecode": {
                            "script": "uses_value",
                            "overrides": {"bytecode": {"value": "_scenario.more", "more": "'m'"}},
                        }
                    },
                    {
                        "lockingBytecode": {
                            "script": "uses_value",
                            "overrides": {"bytecode": {"value": "nobody"}},
                        }
                    },
                ][:2]
            },
        },
    },
)

_SPLIT_XPUB = (
    "xpub68Gmy5EdvgibQVfPdqkBBCHxA5htiqg55crXYuXoQRKfDBFA1WEjWgP6LHhwBZeNK1VTsfTFUHCdrfp1bgwQ9xv5s"
    "ki8PX9rL2dZXvgGDnw"
)
PUBLIC_DATA: list[dict[str, Any]] = [
    {"hdKeys": {"addressIndex": index, "hdPublicKeys": {"owner": key, "OWNER": key}}}
    for index in (0, 1, 12)
    for key in (_XPUB, _SPLIT_XPUB)
]
"""Data with HD public keys only: m and m/0'."""

EVERYTHING: dict[str, dict[str, Any]] = {
    "signing": SIGNING,
    "hd keys": HD_KEYS,
    "scripts": SCRIPTS,
}
