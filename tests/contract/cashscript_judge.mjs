// What cashc and the CashScript SDK make of contracts and spends, one JSON line for each spend.
//
// Standard input: {"sources": {name: source}, "spends": [spend]}, a spend with "contract",
// "type", "constructor", "path", "arguments", "txid", "vout", "value", "token", "outputs",
// "sequence" and "locktime". The first line is the artifacts. Values are {"int"}, {"bool"}, {"string"}, {"bytes"} or {"sign", "hashType",
// "ecdsa"}, a private key.
import { compileString } from 'cashc';
import {
  Contract, MockNetworkProvider, SignatureAlgorithm, SignatureTemplate,
  TransactionBuilder,
} from 'cashscript';
import { hexToBin } from '@bitauth/libauth';
import { readFileSync } from 'node:fs';

const { sources, spends } = JSON.parse(readFileSync(0, 'utf8'));
const print = console.log;
const FORK_ID = 0x40;
const artifacts = {};
for (const [name, source] of Object.entries(sources)) artifacts[name] = compileString(source);

const valueOf = (each) => {
  if ('int' in each) return BigInt(each.int);
  if ('bool' in each) return each.bool;
  if ('string' in each) return each.string;
  if ('bytes' in each) return hexToBin(each.bytes);
  const algorithm = each.ecdsa ? SignatureAlgorithm.ECDSA : SignatureAlgorithm.SCHNORR;
  return new SignatureTemplate(hexToBin(each.sign), each.hashType & ~FORK_ID, algorithm);
};
const tokenOf = (token) => (token ? { ...token, amount: BigInt(token.amount) } : undefined);

print(JSON.stringify(artifacts));
for (const spend of spends) {
  const provider = new MockNetworkProvider();
  const contract = new Contract(
    artifacts[spend.contract], spend.constructor.map(valueOf), { provider, addressType: spend.type },
  );
  const utxo = {
    txid: spend.txid, vout: spend.vout, satoshis: BigInt(spend.value), token: tokenOf(spend.token),
  };
  const builder = new TransactionBuilder({ provider, allowImplicitFungibleTokenBurn: true });
  builder.addInput(utxo, contract.unlock[spend.path](...spend.arguments.map(valueOf)), { sequence: spend.sequence });
  for (const output of spend.outputs) {
    builder.addOutput({ to: hexToBin(output.to), amount: BigInt(output.amount), token: tokenOf(output.token) });
  }
  builder.setLocktime(spend.locktime);
  const logs = [];
  const answer = { redeem: contract.bytecode, address: contract.tokenAddress, transaction: builder.build() };
  console.log = (...words) => logs.push(words.join(' '));
  try {
    builder.debug();
  } catch (error) {
    answer.error = error.constructor.name;
    answer.message = error.message;
    answer.require = error.requireStatement ?? null;
  }
  console.log = print;
  answer.logs = logs;
  print(JSON.stringify(answer));
}
process.exit(0);
