from bchcov import PrivateKey, TransactionBuilder, load_contract
from bchcov.testing import Party, assert_refused

child, parent = (PrivateKey(bytes(31) + bytes([number])) for number in (1, 2))
pot = load_contract("docs/examples/Allowance.json", [child, parent, 20_000])
coin = pot.coin("11" * 32, 0, 100_000)
take = TransactionBuilder().spend(coin, pot.unlock.take(child), sequence=144)
take = take.change_to(child.locking_bytecode)
close = TransactionBuilder().spend(coin, pot.unlock.close(parent))


def test_no_more_than_the_allowance_is_taken():
    refused = take.pay(pot.output(79_999)).build_exactly()
    assert_refused(refused, check="more than allowed is taken", contracts=[pot])


def test_nobody_finds_an_attack(fuzz):
    honest = take.pay(pot.output(80_000)).build(), close.change_to(parent.locking_bytecode).build()
    fuzz(honest, [Party("child", (child,)), Party("parent", (parent,))], count=2_000)
