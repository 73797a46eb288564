from bchcov import PrivateKey, TransactionBuilder, load_contract
from bchcov.testing import Party, assert_refused

child, parent = (PrivateKey(bytes(31) + bytes([number])) for number in (1, 2))
pot = load_contract("docs/examples/Allowance.json", [child, parent, 20_000])
take = TransactionBuilder().change_to(child.locking_bytecode)
take = take.spend(pot.coin("11" * 32, 0, 100_000), pot.unlock.take(child), sequence=144)


def test_no_more_than_the_allowance_is_taken():
    refused = take.pay(pot.output(79_999)).build_exactly()
    assert_refused(refused, check="more than allowed is taken", contracts=[pot])


def test_nobody_finds_an_attack_and_the_cost_stays(fuzz, costs):
    honest = take.pay(pot.output(80_000)).build()
    costs(pot, {"take": honest})
    fuzz([honest], [Party("child", (child,)), Party("parent", (parent,))], count=2_000)
