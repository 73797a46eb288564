"""Wallet templates: read, compiled, and written; what is none says where it is wrong."""

from __future__ import annotations

import json
import pickle
import re
from contextlib import suppress
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

import export_templates
import pytest
from hypothesis import event, given
from hypothesis import strategies as st
from support.wallet_templates import EVERYTHING

from bchcov import FormatError, PrivateKey, TemplateError, verify
from bchcov.assembly import Binding, assemble_with_map
from bchcov.formats import read_wallet_template
from bchcov.formats.wallet_template import CompilationData, WalletTemplate
from bchcov.script.patterns import p2pkh, p2sh20, p2sh32

KEY, OTHER = PrivateKey(b"\x21" * 32), PrivateKey(b"\x22" * 32)
SMALL: dict[str, Any] = {
    "$schema": "https://libauth.org/schemas/wallet-template-v0.schema.json",
    "name": "Small",
    "description": "Two ways to spend.",
    "entities": {
        "owner": {
            "name": "Owner",
            "scripts": ["lock", "spend", "answer"],
            "variables": {
                "key": {"type": "Key", "name": "Key"},
                "master": {"type": "HdKey", "addressOffset": 1, "privateDerivationPath": "m/0'/i"},
                "answer_data": {"type": "WalletData", "description": "What the lock asks for"},
            },
        }
    },
    "scripts": {
        "lock": {
            "name": "Lock",
            "lockingType": "p2sh32",
            "script": "OP_IF\n  check_key\nOP_ELSE\n  <answer_data> OP_EQUAL\nOP_ENDIF",
        },
        "check_key": {"script": "<key.public_key>\nOP_CHECKSIG"},
        "spend": {
            "unlocks": "lock",
            "script": "<key.schnorr_signature.all_outputs> OP_1",
            "passes": ["paid"],
            "fails": ["final"],
            "invalid": ["no_key"],
            "estimate": "paid",
        },
        "answer": {"unlocks": "lock", "script": "<answer_data> OP_0", "passes": ["paid"]},
        "doubled": {
            "script": "OP_DUP OP_ADD",
            "pushed": False,
            "tests": {"of_two": {"name": "Of two", "setup": "OP_2", "check": "OP_4 OP_EQUAL"}},
        },
    },
    "scenarios": {
        "paid": {
            "name": "Paid",
            "data": {
                "bytecode": {"answer_data": "'42'"},
                "keys": {"privateKeys": {"key": KEY.secret.hex()}},
            },
            "sourceOutputs": [{"lockingBytecode": ["slot"], "valueSatoshis": 10000}],
            "transaction": {
                "outputs": [{"lockingBytecode": {"script": "lock"}, "valueSatoshis": 1000}]
            },
        },
        "final": {
            "extends": "paid",
            "data": {"bytecode": {"key.public_key": f"0x{OTHER.public_key.hex()}"}},
        },
        "no_key": {"extends": "paid", "data": {"keys": {"privateKeys": {"key": "00" * 32}}}},
    },
    "supported": ["BCH_2025_05", "BCH_2026_05"],
    "version": 0,
}
TEMPLATE = read_wallet_template(json.dumps(SMALL))
DATA = CompilationData({"answer_data": b"42"}, {"key": KEY.secret})
ALL = {**EVERYTHING, "small": SMALL}
REDEEM = b"".join(
    (b"\x63", b"\x21", KEY.public_key, b"\xac", b"\x67", b"\x02" + b"42" + b"\x87", b"\x68")
)


def changed(place: tuple[str | int, ...], value: object) -> str:
    data: Any = deepcopy(SMALL)
    inner = data
    for name in place[:-1]:
        inner = inner[name]
    if value is ...:
        del inner[place[-1]]
    else:
        inner[place[-1]] = value
    return json.dumps(data)


def test_a_template_is_read_with_all_its_parts() -> None:
    assert (TEMPLATE.name, TEMPLATE.description) == ("Small", "Two ways to spend.")
    assert list(TEMPLATE.scripts) == ["lock", "check_key", "spend", "answer", "doubled"]
    assert TEMPLATE.scripts["lock"].locking_type == "p2sh32"
    assert TEMPLATE.scripts["spend"].unlocks == "lock"
    assert TEMPLATE.entities["owner"].variables["key"].type == "Key"
    assert TEMPLATE.entities["owner"].variables["master"].address_offset == 1
    assert TEMPLATE.unlocked_by("lock") == ("spend", "answer")
    assert [rules.name for rules in TEMPLATE.rules] == ["BCH_2025", "BCH_2026"]


def test_a_template_is_read_from_a_file_as_from_its_text(tmp_path: Path) -> None:
    path = tmp_path / "a template.json"
    path.write_text("\ufeff" + json.dumps(SMALL), encoding="utf-8")
    assert read_wallet_template(path) == read_wallet_template(str(path)) == TEMPLATE
    with pytest.raises(FormatError, match=r"neither JSON nor a file: .*No such file"):
        read_wallet_template(tmp_path / "missing.json")


@pytest.mark.parametrize("name", ALL)
def test_what_is_written_is_read_back(name: str) -> None:
    template = read_wallet_template(json.dumps(ALL[name]))
    written = json.dumps(template.to_json_with_private_keys())
    assert read_wallet_template(written) == template
    assert pickle.loads(pickle.dumps(template)) == template


def test_a_template_is_written_as_it_was() -> None:
    assert TEMPLATE.to_json_with_private_keys() == SMALL


@pytest.mark.parametrize("path", export_templates.templates(), ids=lambda path: path.parent.name)
def test_the_templates_of_the_contracts_are_written_as_they_are(path: Path) -> None:
    assert read_wallet_template(path).to_json() == json.loads(path.read_text(encoding="utf-8"))


def secrets(value: object, name: str = "") -> list[str]:
    if isinstance(value, dict):
        if name in ("privateKeys", "hdPrivateKeys"):
            return list(value.values())
        return [found for key, inner in value.items() for found in secrets(inner, key)]
    return [found for inner in value for found in secrets(inner)] if isinstance(value, list) else []


@pytest.mark.parametrize("name", ALL)
def test_private_keys_are_written_only_when_they_are_asked_for(name: str) -> None:
    template = read_wallet_template(json.dumps(ALL[name]))
    written = json.dumps(template.to_json())
    assert not secrets(json.loads(written))
    assert "rivateKeys" not in written
    assert secrets(template.to_json_with_private_keys()) == secrets(ALL[name])
    # Everything else is there: without its keys a scenario takes those of the default one.
    again = read_wallet_template(written)
    assert (again.scripts, again.entities) == (template.scripts, template.entities)
    assert again.scenarios.keys() == template.scenarios.keys()


def test_keys_of_overrides_and_of_older_templates_are_not_written() -> None:
    data = deepcopy(SMALL)
    data["entities"]["owner"]["variables"]["key"]["mock"] = "77" * 32
    overrides = {"keys": {"privateKeys": {"key": "66" * 32}}, "hdKeys": {"addressIndex": 3}}
    data["scenarios"]["paid"]["transaction"]["outputs"] = [
        {"lockingBytecode": {"overrides": overrides}}
    ]
    template = read_wallet_template(json.dumps(data))
    assert "66" * 32 not in repr(template)
    assert "66" * 32 not in json.dumps(template.to_json())
    assert "77" * 32 not in json.dumps(template.to_json_with_private_keys())
    written = template.to_json()["scenarios"]["paid"]["transaction"]["outputs"]
    assert written == [{"lockingBytecode": {"overrides": {"hdKeys": {"addressIndex": 3}}}}]


@pytest.mark.parametrize(
    ("place", "value", "field", "said"),
    [
        (("version",), 1, "version", "is 1: expected 0"),
        (("scripts",), ..., "scripts", "is missing"),
        (("entities",), ..., "entities", "is missing"),
        (("supported",), ..., "supported", "is missing"),
        (("scripts",), [], "scripts", "is an array, not an object"),
        (("scripts", "lock"), [], "scripts.lock", "is an array, not an object"),
        (("scripts", "lock"), None, "scripts.lock", "is missing"),
        (("scripts", "lock", "script"), 5, "scripts.lock.script", "is a number, not text"),
        (("scripts", "lock", "script"), ..., "scripts.lock.script", "is missing"),
        (
            ("scripts", "lock", "lockingType"),
            "p2tr",
            "scripts.lock.lockingType",
            "is 'p2tr': expected one of standard, p2s, p2sh20, p2sh32",
        ),
        (
            ("scripts", "spend", "unlocks"),
            "door",
            "scripts.spend.unlocks",
            "is 'door', which is not one of the scripts",
        ),
        (("scripts", "spend", "passes"), "paid", "scripts.spend.passes", "is text, not an array"),
        (("scripts", "spend", "passes"), [1], "scripts.spend.passes[0]", "is a number, not text"),
        (("scripts", "doubled", "pushed"), 1, "scripts.doubled.pushed", "is a number, not true"),
        (
            ("scripts", "doubled", "tests", "of_two", "check"),
            ...,
            "scripts.doubled.tests.of_two.check",
            "is missing",
        ),
        (("supported",), "BCH", "supported", "is text, not an array"),
        (("entities", "owner"), True, "entities.owner", "is true or false, not an object"),
        (
            ("entities", "owner", "variables", "key"),
            {},
            "entities.owner.variables.key.type",
            "is missing",
        ),
        (
            ("entities", "owner", "variables", "key", "type"),
            "Seed",
            "entities.owner.variables.key.type",
            "is 'Seed': expected one of Key, HdKey, WalletData, AddressData",
        ),
        (
            ("entities", "owner", "variables", "master", "addressOffset"),
            -(2**31) - 1,
            "entities.owner.variables.master.addressOffset",
            "is -2147483649: expected -2147483648 to 2147483648",
        ),
        (("scenarios", "paid", "extends"), 1, "scenarios.paid.extends", "is a number, not text"),
        (
            ("scenarios", "paid", "data", "bytecode", "answer_data"),
            7,
            "scenarios.paid.data.bytecode.answer_data",
            "is a number, not text",
        ),
        (
            ("scenarios", "paid", "data", "currentBlockTime"),
            2**32,
            "scenarios.paid.data.currentBlockTime",
            "is 4294967296: expected 0 to 4294967295",
        ),
        (
            ("scenarios", "paid", "sourceOutputs", 0, "lockingBytecode"),
            ["copy"],
            "scenarios.paid.sourceOutputs[0].lockingBytecode",
            "is an array, not an object",
        ),
        (
            ("scenarios", "paid", "sourceOutputs", 0, "valueSatoshis"),
            1.5,
            "scenarios.paid.sourceOutputs[0].valueSatoshis",
            "is a number, not an integer",
        ),
        (
            ("scenarios", "paid", "transaction", "outputs", 0, "lockingBytecode"),
            ["slot"],
            "scenarios.paid.transaction.outputs[0].lockingBytecode",
            "is an array, not an object",
        ),
        (
            ("scenarios", "paid", "transaction", "outputs", 0),
            7,
            "scenarios.paid.transaction.outputs[0]",
            "is a number, not an object",
        ),
    ],
)
def test_what_is_no_template_is_refused_by_its_place(
    place: tuple[str | int, ...], value: object, field: str, said: str
) -> None:
    with pytest.raises(FormatError, match=f'"{re.escape(field)}" .*{re.escape(said)}') as caught:
        read_wallet_template(changed(place, value))
    assert caught.value.field == field


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[]", "the JSON is an array, not an object"),
        ("{", "not JSON: Expecting property name"),
        ('{"a": 1, "a": 2}', "duplicate key 'a'"),
        ('{"entities": {}, "scripts": {}, "supported": [], "version": NaN}', "NaN is not"),
        ("[" * 40 + "]" * 40, "nested too deeply, limit 32"),
    ],
)
def test_text_that_is_no_template_is_refused(text: str, said: str) -> None:
    with pytest.raises(FormatError, match=said):
        read_wallet_template(text)


def test_scripts_are_compiled_as_they_stand_in_a_transaction() -> None:
    assert TEMPLATE.assemble("lock", DATA).code == REDEEM
    assert TEMPLATE.compile("lock", DATA) == p2sh32(REDEEM)
    pushed = bytes((len(REDEEM),)) + REDEEM
    assert TEMPLATE.compile("answer", DATA) == b"\x02" + b"42" + b"\x00" + pushed
    as_p2sh20 = read_wallet_template(changed(("scripts", "lock", "lockingType"), "p2sh20"))
    assert as_p2sh20.compile("lock", DATA) == p2sh20(REDEEM)
    standard = read_wallet_template(changed(("scripts", "lock", "lockingType"), "standard"))
    assert standard.compile("lock", DATA) == REDEEM
    assert standard.compile("answer", DATA) == b"\x02" + b"42" + b"\x00"


def test_what_has_no_encoding_fails_its_scenario_and_not_the_template() -> None:
    place = ("scenarios", "paid", "transaction", "outputs", 0, "token")
    for token, said in (
        ({"amount": str(2**63)}, "token amount"),
        ({"amount": 1, "category": "0x" + "00" * 32}, "category must be 32 bytes, not 33"),
    ):
        template = read_wallet_template(changed(place, token))
        assert template.compile("lock", DATA) == p2sh32(REDEEM)
        with pytest.raises(TemplateError, match=f"no such transaction can be encoded.*{said}"):
            template.scenario("paid", "spend")
    # Without amount and NFT it is no token, as libauth has it, whatever its category.
    template = read_wallet_template(changed(place, {"category": "00"}))
    assert template.scenario("paid", "spend").transaction.outputs[0].token is None


def test_what_is_no_hexadecimal_in_a_scenario_is_read_as_libauth_reads_it() -> None:
    place = ("scenarios", "paid", "transaction", "outputs", 0, "lockingBytecode")
    for text, code in (("0x6a51", "006a51"), ("6a5", "6a05"), ("5g g5", "0500 05"), ("-1", "ff")):
        template = read_wallet_template(changed(place, text))
        spend = template.scenario("paid", "spend")
        assert spend.transaction.outputs[0].locking_bytecode == bytes.fromhex(code), text
        written = template.to_json()["scenarios"]["paid"]["transaction"]["outputs"]
        assert written[0]["lockingBytecode"] == code.replace(" ", "")


def test_the_last_of_an_odd_number_of_digits_is_a_number_as_by_libauth() -> None:
    def compiled(source: str) -> bytes:
        place = ("scripts", "check_key", "script")
        return read_wallet_template(changed(place, source)).compile("check_key")

    assert compiled("0x5f5e1") == compiled("0x5f5e 1") == bytes.fromhex("5f5e01")
    assert compiled("<0x5f5e100>") == bytes.fromhex("035f5e10")
    for wrong in ("0x1", "0x12a", "0x12_3", "0x123_"):
        with pytest.raises(TemplateError, match=r"odd number|missing"):
            compiled(wrong)


def test_each_byte_of_a_script_comes_from_a_line_of_a_script() -> None:
    spans = TEMPLATE.assemble("lock", DATA).spans
    places = [(span.source, span.line, span.column) for span in spans]
    assert places == [
        ("lock", 1, 1),
        ("check_key", 1, 1),
        ("check_key", 2, 1),
        ("lock", 3, 1),
        ("lock", 4, 3),
        ("lock", 4, 17),
        ("lock", 5, 1),
    ]
    assert (spans[0].start, spans[-1].end) == (0, len(REDEEM))


@pytest.mark.parametrize(
    ("source", "script", "line", "column", "missing", "said"),
    [
        ("OP_1\n nobody", "lock", 2, 2, "", "unknown name 'nobody'"),
        ("check_kex", "lock", 1, 1, "", "did you mean check_key"),
        ("OP_1\n<1", "lock", 2, 1, "", "unclosed '<'"),
        ("<other.public_key>", "lock", 1, 2, "", "unknown name 'other.public_key'"),
        ("<key>", "lock", 1, 2, "", "'key' says no operation of a key: public_key"),
        ("<key.private>", "lock", 1, 2, "", "says no operation of a key"),
        ("<key.signature.all>", "lock", 1, 2, "", "is called 'schnorr_signature' or"),
        ("OP_1\n$(OP_0 OP_VERIFY)", "lock", 2, 1, "", "evaluation fails: VERIFY"),
        ("lock", "lock", 1, 1, "", "'lock' is made of itself: lock -> lock"),
        ("<<circle>>", "circle", 1, 1, "", "is made of itself: lock -> circle -> lock"),
        (
            "  <key.schnorr_signature.default>",
            "lock",
            1,
            4,
            "key.schnorr_signature.default",
            "covers the script",
        ),
        ("check_other", "check_other", 1, 2, "other", "the data gives no WalletData 'other'"),
        ("<current_block_time>", "lock", 1, 2, "", "does not give the time of the block"),
        (
            "<signing_serialization.version>",
            "lock",
            1,
            2,
            "signing_serialization.version",
            "needs a",
        ),
        ("<key.ecdsa_data_signature.x>", "lock", 1, 2, "", "signs a script that is not there"),
    ],
)
def test_an_error_names_script_line_and_column(
    source: str, script: str, line: int, column: int, missing: str, said: str
) -> None:
    data = deepcopy(SMALL)
    data["scripts"]["lock"]["script"] = source
    data["scripts"] |= {
        "circle": {"script": "lock"},
        "check_other": {"script": "<other>"},
    }
    data["entities"]["owner"]["variables"]["other"] = {"type": "WalletData"}
    if source.startswith("<other"):
        del data["entities"]["owner"]["variables"]["other"]
    with pytest.raises(TemplateError, match=said) as caught:
        read_wallet_template(json.dumps(data)).compile("lock", DATA)
    error = caught.value
    assert (error.script, error.line, error.column) == (script, line, column)
    assert error.missing == missing
    assert str(error).startswith(f"script {script!r}, line {line}, column {column}: ")


def test_scripts_may_nest_a_hundred_deep() -> None:
    scripts = {f"s{at}": {"script": f"s{at + 1}"} for at in range(101)} | {"s101": {"script": "1"}}
    data = {"entities": {}, "scripts": scripts, "supported": []}
    template = read_wallet_template(json.dumps(data))
    assert template.compile("s2") == b"\x01"
    with pytest.raises(TemplateError, match="scripts nested more than 100 deep") as caught:
        template.compile("s0")
    assert caught.value.script == "s99"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"bytecode": {"key.public_key": b"\x02"}}, "public key given for 'key.public_key'"),
        ({"bytecode": {"answer_data": "42"}}, "the value of 'answer_data' is bytes, not a str"),
        ({"private_keys": {"key": bytes(32)}}, "the private key given for 'key' is none"),
        ({"private_keys": {"key": "00"}}, "the private key given for 'key' is none"),
        ({"hd_private_keys": {"owner": "xprv"}}, "the HD private key given for 'owner' is none"),
        ({"hd_public_keys": {"owner": "xpub"}}, "the HD public key given for 'owner' is none"),
        ({"address_index": -1}, "the index of an address -1 is not 0 to 4294967295"),
        ({"block_height": 2**32}, "the height of a block 4294967296 is not 0 to"),
        ({"block_time": -1}, "the time of a block -1 is not 0 to"),
    ],
)
def test_data_that_is_none_is_refused_even_where_no_script_uses_it(data: Any, said: str) -> None:
    with pytest.raises(TemplateError, match=said):
        TEMPLATE.compile("doubled", CompilationData(**data))


def test_a_script_that_is_not_there_is_named() -> None:
    with pytest.raises(TemplateError, match="no script is called 'door'"):
        TEMPLATE.compile("door")
    with pytest.raises(TemplateError, match="no script is called 'door'"):
        TEMPLATE.variables_of("door")


def test_a_key_of_one_owns_signs_what_a_node_accepts() -> None:
    spend = TEMPLATE.scenario("paid", "spend")
    assert verify(spend.transaction, spend.source_outputs).ok
    (output,) = spend.source_outputs
    assert (output.value, output.locking_bytecode) == (10000, p2sh32(REDEEM))
    assert spend.transaction.outputs[0].locking_bytecode == p2sh32(REDEEM)
    assert spend.data.bytecode == {"answer_data": b"42"}


def test_the_variables_of_a_script_are_those_of_all_that_it_needs() -> None:
    uses = TEMPLATE.variables_of("spend")
    assert [(use.entity, use.name, use.variable.type) for use in uses] == [
        ("owner", "key", "Key"),
        ("owner", "answer_data", "WalletData"),
    ]
    assert uses[0].identifiers == ("key.schnorr_signature.all_outputs", "key.public_key")
    assert [use.name for use in TEMPLATE.variables_of("answer")] == ["answer_data"]
    assert TEMPLATE.variables_of("doubled") == ()


@pytest.mark.parametrize(
    ("supported", "names"),
    [
        (("BCH_2020_05", "BCH_2022_05"), ["BCH_2023"]),
        (("BCH_2026_05", "BCH_2024_05", "BSV_2020_02"), ["BCH_2023", "BCH_2026"]),
        (("BCH_SPEC", "BCH_2025_05"), ["BCH_2025", "BCH_SPEC"]),
        (("BTC_SPEC", "BCH_2029_05"), []),
    ],
)
def test_what_is_supported_is_judged_by_the_rules_that_there_are(
    supported: tuple[str, ...], names: list[str]
) -> None:
    assert [rules.name for rules in WalletTemplate({}, supported=supported).rules] == names


def test_what_a_template_expects_is_a_case_each() -> None:
    assert [(str(case), case.expected) for case in TEMPLATE.cases] == [
        ("lock", "compiles"),
        ("check_key", "compiles"),
        ("spend in paid", "passes"),
        ("spend in final", "fails"),
        ("spend in no_key", "invalid"),
        ("answer in paid", "passes"),
        ("doubled.of_two.unlock", "passes"),
    ]


def test_a_single_key_by_its_public_key_hash_is_a_wallet() -> None:
    data = {
        "entities": {"owner": {"variables": {"key": {"type": "Key"}}}},
        "scripts": {
            "lock": {
                "lockingType": "standard",
                "script": "OP_DUP OP_HASH160 <$(<key.public_key> OP_HASH160)> OP_EQUALVERIFY"
                " OP_CHECKSIG",
            },
            "spend": {
                "unlocks": "lock",
                "script": "<key.schnorr_signature.default> <key.public_key>",
            },
        },
        "supported": ["BCH_2026_05"],
    }
    template = read_wallet_template(json.dumps(data))
    watched = CompilationData({"key.public_key": KEY.public_key})
    assert template.compile("lock", watched) == p2pkh(KEY.public_key_hash)
    assert template.compile("lock", CompilationData(private_keys={"key": KEY.secret})) == p2pkh(
        KEY.public_key_hash
    )
    with pytest.raises(TemplateError) as caught:
        template.compile("spend", watched)
    assert caught.value.missing == "key.schnorr_signature.default"


WORDS = st.sampled_from(
    [
        "OP_1",
        "OP_DUP",
        "<2>",
        "<'a'>",
        "0x51",
        "<0x0203>",
        "$(<1> <2> OP_ADD)",
        "-5",
        "// c\n",
        "< >",
    ]
)


@given(st.lists(st.lists(WORDS | st.integers(1, 3), max_size=5), min_size=1, max_size=4))
def test_scripts_compile_as_cashassembly_that_is_bound_does(bodies: list[list[Any]]) -> None:
    # A number stands for the script so far behind this one, pushed or evaluated by chance.
    sources = {}
    for at, body in enumerate(bodies):
        words = []
        for word in body:
            name = f"s{at + word}" if isinstance(word, int) else word
            if isinstance(word, int) and at + word >= len(bodies):
                continue
            words.append(f"<{name}>" if isinstance(word, int) and word == 2 else name)
        sources[f"s{at}"] = " ".join(words)
    data = {
        "entities": {},
        "supported": [],
        "scripts": {n: {"script": s} for n, s in sources.items()},
    }
    template = read_wallet_template(json.dumps(data))
    others: dict[str, Binding] = {name: text for name, text in sources.items() if name != "s0"}
    bound = assemble_with_map(sources["s0"], others)
    compiled = template.assemble("s0")
    assert compiled.code == bound.code
    named = [replace(span, source=span.source or "s0") for span in bound.spans]
    assert list(compiled.spans) == named


MUTANTS: st.SearchStrategy[Any] = st.sampled_from(
    [None, True, 0, -1, 2**40, 1.5, "", "00", "xyz", "lock", "OP_1 <", [], ["slot"], {}, "paid"]
)


@given(st.sampled_from(sorted(ALL)), st.randoms(use_true_random=False), MUTANTS)
def test_whatever_a_template_holds_it_is_read_or_refused(
    name: str, random: Any, value: Any
) -> None:
    data = deepcopy(ALL[name])
    inner: Any = data
    # Down to some place, and there another value.
    while True:
        keys = list(inner) if isinstance(inner, dict) else list(range(len(inner)))
        key = random.choice(keys)
        below = inner[key]
        if not isinstance(below, (dict, list)) or not below or random.random() < 0.2:
            break
        inner = below
    inner[key] = value
    try:
        template = read_wallet_template(json.dumps(data))
    except FormatError as error:
        event(error.field or "the whole")
        return
    written = json.dumps(template.to_json_with_private_keys())
    assert read_wallet_template(written) == template
    for script in sorted(template.sources.texts, key=lambda _: random.random())[:2]:
        scenario = random.choice([None, *template.scenarios])
        with suppress(TemplateError):
            if script in template.sources.unlocks:
                template.scenario(scenario, script)
            else:
                template.compile(script, template.scenario_data(scenario))
