"""Every instruction that refuses is listed, by its name or its place, and can be taken out."""

from __future__ import annotations

import pytest
from test_explaining import KEY, contract, judge

from bchcov import AssemblyError, ContractError
from bchcov.assembly import assemble
from bchcov.contract import checks_in, compile_contract, explain, load_source, without_check

AMM = """
direct/pool direct/vault direct/path_proof direct/path_level ticketed/pool ticketed/vault
ticketed/queue ticketed/owner ticketed/ticket ticketed/order ticketed/range_proof
"""
SOURCES = ["cpmm/pool", *(f"sequenced_amm/{name}" for name in AMM.split())]
REFUSING = """
OP_VERIFY OP_EQUALVERIFY OP_NUMEQUALVERIFY OP_CHECKSIGVERIFY OP_CHECKMULTISIGVERIFY
OP_CHECKDATASIGVERIFY OP_CHECKLOCKTIMEVERIFY OP_CHECKSEQUENCEVERIFY OP_RETURN OP_CHECKSIG
OP_CHECKMULTISIG OP_CHECKDATASIG
"""


def names(source: str) -> list[str]:
    return [check.name for check in checks_in(source)]


@pytest.mark.parametrize("opcode", REFUSING.split())
def test_every_opcode_that_refuses_is_listed_with_a_name_and_without(opcode: str) -> None:
    for before, behind in (("", "OP_1"), ("OP_IF\n", "OP_ELSE OP_1 OP_ENDIF")):
        line = 1 + before.count("\n")
        (unnamed,) = checks_in(f"{before}{opcode}\n{behind}")
        assert (unnamed.name, unnamed.is_named) == (f"line {line} {opcode}", False)
        (named,) = checks_in(f"{before}{opcode} // [it] because\n{behind}")
        assert (named.name, named.why, named.line, named.opcode) == ("it", "because", line, opcode)
    assert contract(f"{opcode} OP_1").checks[0].opcode == opcode


@pytest.mark.parametrize(
    ("source", "finals"),
    [
        ("<a> OP_CHECKSIG", ["OP_CHECKSIG"]),
        ("OP_IF <a> OP_CHECKSIG OP_ELSE OP_1 OP_ENDIF", ["OP_CHECKSIG"]),
        ("OP_IF OP_CHECKMULTISIG OP_ELSE OP_IF OP_CHECKDATASIG OP_ELSE OP_EQUAL OP_ENDIF OP_ENDIF",
         ["OP_CHECKMULTISIG", "OP_CHECKDATASIG", "OP_EQUAL"]),
        ("OP_CHECKSIG OP_NIP", ["OP_CHECKSIG"]),
        ("OP_CHECKSIG OP_WITHIN OP_DROP OP_SWAP OP_DROP", []),
        ("OP_EQUAL OP_5 OP_SWAP OP_NIP", ["OP_EQUAL"]),
        ("OP_LESSTHAN OP_5 OP_6 OP_2 OP_ROLL OP_NIP OP_NIP", ["OP_LESSTHAN"]),
        ("OP_LESSTHAN OP_5 OP_6 OP_2 OP_PICK", ["OP_LESSTHAN"]),
        ("OP_NOT OP_SIZE OP_DROP", ["OP_NOT"]),
        ("OP_NOT OP_0 OP_CHECKLOCKTIMEVERIFY OP_DROP", ["OP_NOT"]),
        ("OP_NOT OP_0 OP_UTXOVALUE OP_DROP", ["OP_NOT"]),
        ("OP_EQUAL OP_IF OP_0 OP_ENDIF", ["OP_0"]),
        ("OP_NOT OP_SWAP OP_IF OP_DROP OP_1 OP_ENDIF", ["OP_NOT"]),
        ("OP_BEGIN OP_WITHIN OP_NOT OP_DUP OP_UNTIL", ["OP_NOT"]),
        ("OP_EQUAL OP_BEGIN OP_1 OP_UNTIL", ["OP_EQUAL"]),
        ("<OP_WITHIN> OP_0 OP_DEFINE OP_0 OP_INVOKE", ["OP_WITHIN"]),
        ("<OP_NOP> OP_0 OP_DEFINE OP_EQUAL OP_0 OP_INVOKE", ["OP_EQUAL"]),
        ("OP_EQUAL OP_TOALTSTACK OP_FROMALTSTACK", []),
        ("OP_1", []),
        ("OP_0", ["OP_0"]),
    ],
)  # fmt: skip
def test_what_leaves_the_result_of_a_branch_is_listed(source: str, finals: list[str]) -> None:
    assert [check.opcode for check in checks_in(source) if check.is_final] == finals


def test_a_contract_ends_with_any_item_that_it_makes() -> None:
    made = contract("OP_ADD")
    assert [(check.name, check.is_final) for check in made.checks] == [("line 1 OP_ADD", True)]
    assert checks_in("OP_ADD") == ()


def test_comments_and_text_hold_no_checks_and_no_names() -> None:
    source = """// OP_VERIFY [no] // [neither] OP_VERIFY
/* OP_RETURN
   OP_EQUALVERIFY // [nor] this */ OP_VERIFY /* [block] OP_RETURN */
<'OP_VERIFY // [text] of its own'> OP_DROP <"/* OP_VERIFY"> OP_DROP OP_VERIFY // see [x]
OP_NOP // [nothing] is here
<OP_VERIFY OP_RETURN> OP_DROP OP_1"""
    assert names(source) == ["block", "line 4 OP_VERIFY"]
    assert [check.line for check in checks_in(source)] == [3, 4]


def test_several_in_a_line_are_told_apart_and_named_by_the_comment_behind_them() -> None:
    source = "OP_VERIFY OP_VERIFY // [second] it\nOP_VERIFY /* [a] b */ OP_EQUALVERIFY // [c] d"
    assert names(f"{source}\nOP_1") == ["line 1 column 1 OP_VERIFY", "second", "a", "c"]
    assert [check.column for check in checks_in(source)][:2] == [1, 11]
    assert without_check(source, "line 1 column 1 OP_VERIFY").startswith("OP_DROP OP_VERIFY // [s")
    changed = without_check(source, "second")
    assert changed.startswith("OP_VERIFY OP_DROP // removed: [second]")
    assert names(changed)[0] == "line 1 OP_VERIFY"


def test_a_name_that_two_checks_have_is_told_apart_by_the_line() -> None:
    source = "OP_VERIFY // [a] x\nOP_VERIFY // [a] y\nOP_1"
    assert names(source) == ["a (line 1)", "a (line 2)"]
    with pytest.raises(
        ContractError, match=r"ambiguous check 'a': expected one of a \(line 1\), a \(line 2"
    ):
        without_check(source, "a")
    assert names(without_check(source, "a (line 2)")) == ["a"]


def test_an_instruction_that_refuses_its_operands_is_a_check_where_it_is_named() -> None:
    source = "OP_SPLIT // [long-enough] it has 32 bytes\nOP_DIV OP_1"
    (check,) = checks_in(source)
    assert (check.name, check.opcode, check.is_final) == ("long-enough", "OP_SPLIT", False)
    with pytest.raises(
        ContractError, match="cannot be removed: the script uses the result of OP_SPLIT"
    ):
        without_check(source, "long-enough")
    made = contract("OP_2 OP_SPLIT // [long-enough] it is\nOP_2DROP OP_1")
    said = explain(judge(made.code, "OP_1"), made)
    assert said.startswith("mine/it.cashasm:1 [long-enough] it is: ")


def test_bytes_that_are_opcodes_are_checks_and_opcodes_that_are_data_none() -> None:
    assert contract("OP_DUP 0x69").checks[0].opcode == "OP_VERIFY"
    assert contract("OP_PUSHBYTES_2 OP_VERIFY OP_RETURN").checks == ()
    assert contract("bytes OP_1", {"bytes": b"\x02\x69\x69\x75"}).checks == ()
    with pytest.raises(ContractError, match="written as bytes"):
        without_check("0x69 OP_1", "line 1 OP_VERIFY")


@pytest.mark.parametrize(
    "source",
    [
        "OP_PUSHBYTES_3 OP_0 OP_0 OP_RETURN // [final:it]",
        "OP_PUSHDATA_1 OP_PUSHBYTES_1 OP_0 // [final:it]",
        "0x03 OP_0 OP_0 OP_0 // [final:it]",
        "1 OP_0 // [final:it]",
    ],
)
def test_a_push_whose_data_follow_as_other_words_is_not_cut_in_two(source: str) -> None:
    (check,) = checks_in(source)
    assert check.is_final
    with pytest.raises(ContractError, match="written as bytes"):
        without_check(source, "it")


@pytest.mark.parametrize("word", ["OP_0", "<0>", "0x00", "0x0100", "<0x00>", "<key>", "bound"])
def test_a_push_that_is_written_whole_is_removed(word: str) -> None:
    changed = without_check(f"{word} // [final:it]", "it")
    assert changed == f"{word} OP_DROP OP_1 // removed: [final:it]"


def test_a_source_that_is_none_is_said_to_be_none() -> None:
    with pytest.raises(AssemblyError, match="line 1, column 1"):
        checks_in("<")
    with pytest.raises(ContractError, match="unknown check 'x'"):
        without_check("OP_VERIFY", "x")


NOT_A_KEY, KEYS = f"<0x{'02' + '11' * 32}>", f"<0x{KEY.hex()}>"


@pytest.mark.parametrize(
    ("source", "unlocking"),
    [
        ("OP_VERIFY // [it]\nOP_1", "OP_0"),
        ("OP_RETURN // [it]\nOP_1", ""),
        ("OP_EQUALVERIFY // [it]\nOP_1", "OP_1 OP_2"),
        ("OP_NUMEQUALVERIFY // [it]\nOP_1", "OP_1 OP_2"),
        ("OP_CHECKSIGVERIFY // [it]\nOP_1", f"OP_0 {KEYS}"),
        ("OP_CHECKSIG // [it]", f"OP_0 {KEYS}"),
        ("OP_CHECKSIG // [it]", f"<0x{'01' * 65}> {KEYS}"),
        ("OP_CHECKSIG OP_VERIFY OP_1", f"OP_0 {KEYS}"),
        ("OP_CHECKDATASIG // [it]", f"OP_0 OP_5 {KEYS}"),
        ("OP_CHECKDATASIGVERIFY // [it]\nOP_1", f"OP_0 OP_5 {KEYS}"),
        (f"OP_2 {KEYS} {KEYS} OP_2 OP_CHECKMULTISIG // [it]", "OP_0 OP_0 OP_0"),
        (f"OP_1 {KEYS} {NOT_A_KEY} {KEYS} OP_3\nOP_CHECKMULTISIGVERIFY // [it]\nOP_1", "OP_0 OP_0"),
        (f"OP_1 {KEYS * 1} {f' {KEYS}' * 14} OP_15 OP_CHECKMULTISIG // [it]", "OP_0 OP_0"),
        ("OP_5\nOP_CHECKLOCKTIMEVERIFY // [it]\n", ""),
        ("OP_5\nOP_CHECKSEQUENCEVERIFY // [it]\n", ""),
        ("OP_IF OP_1 OP_ELSE OP_EQUAL // [final:it]\nOP_ENDIF", "OP_1 OP_2 OP_0"),
        ("OP_EQUAL OP_NIP // [final:it]", "OP_5 OP_1 OP_2"),
        ("OP_EQUAL // [it] a result that needs no word before it", "OP_1 OP_2"),
    ],
)  # fmt: skip
def test_what_a_check_refused_passes_when_it_is_taken_out(source: str, unlocking: str) -> None:
    check = checks_in(source)[-1]
    made = contract(source)
    refused = judge(made.code, unlocking)
    assert not refused.ok
    said = explain(refused, made)
    assert f"[{check.name}]" in said or f"it.cashasm:{check.line}:{check.column}:" in said
    changed = without_check(source, check.name)
    assert check.name not in names(changed)
    passed = judge(contract(changed).code, unlocking)
    assert passed.ok, explain(passed, contract(changed))


@pytest.mark.parametrize("name", SOURCES)
def test_a_contract_without_one_of_its_checks_is_read_as_any_other(name: str) -> None:
    source = load_source(name)
    before = checks_in(source, name)
    bound = {"path_proof": "", "path_level": "", "range_proof": ""}
    for check in before:
        assert check.is_named, f"{check} has no name"
        changed = without_check(source, check.name)
        assert [each.name for each in checks_in(changed)] == [
            each.name for each in before if each is not check
        ]
        assert changed.count("\n") == source.count("\n")
        code = " ".join(line.partition("//")[0] for line in changed.split("\n"))
        words = {word.strip("<>") for word in code.split()}
        numbers = {
            word: b"\x02\x01\x01"
            for word in words
            if word.isidentifier() and not word.startswith("OP_")
        }
        made = compile_contract(name, {**numbers, **bound}, source=changed)
        assert len({each.name for each in made.checks}) == len(made.checks)
        for offset in range(0, len(made.code), 3):
            place = made.place(offset)
            assert place is not None
            assert place[0] == name


def test_a_script_of_nothing_has_no_check_and_no_place() -> None:
    made = contract("")
    assert (made.checks, made.place(0), made.check_at(5)) == ((), None, None)
    assert assemble("") == made.code
