// The examples of docs/covenants.md with CashScript's SDK, each under the title of its section.

// ## A contract
import { Contract, MockNetworkProvider, SignatureTemplate } from 'cashscript';
import artifact from './Allowance.json' with { type: 'json' };

const [child, parent] = [1, 2].map(
  (number) => new SignatureTemplate(new Uint8Array(32).fill(number, 31)),
);
const provider = new MockNetworkProvider();
const terms = [child.getPublicKey(), parent.getPublicKey(), 20_000n] as const;
const allowance = new Contract(artifact, [...terms], { provider });
console.log(allowance.bytesize, 'bytes at', allowance.address);
for (const { line, message } of artifact.debug.requires) {
  console.log(line, message);
}

// ## A spend
import { TransactionBuilder } from 'cashscript';

const txid = '11'.repeat(32);
provider.addUtxo(allowance.address, { txid, vout: 0, satoshis: 100_000n });
const [coin] = await allowance.getUtxos();
const home = child.unlockP2PKH().generateLockingBytecode();
const taken = await new TransactionBuilder({ provider })
  .addInput(coin, allowance.unlock.take(child), { sequence: 144 })
  .addOutput({ to: allowance.address, amount: 80_000n })
  .addOutput({ to: home, amount: 19_720n })
  .send();
const left = await allowance.getUtxos();
const values = left.map((each) => each.satoshis);
console.log(taken.txid, values);

// ## An attack, and the check that refuses it
import { FailedRequireError } from 'cashscript';

const greedy = new TransactionBuilder({ provider })
  .addInput(coin, allowance.unlock.take(child), { sequence: 144 })
  .addOutput({ to: allowance.address, amount: 79_999n })
  .addOutput({ to: home, amount: 19_721n });
try {
  greedy.debug();
} catch (error) {
  if (!(error instanceof FailedRequireError)) throw error;
  console.log(error.message);
  const { line, message } = error.requireStatement;
  console.log(error.artifact.contractName, line, message);
}

// ## What each check is for
import { compileString } from 'cashc';
import { readFileSync } from 'node:fs';

const source = readFileSync('Allowance.cash', 'utf8');
// A variable that is not used does not compile, and a wrong signature fails where it is checked.
const instead: Record<string, string> = {
  'the child has not signed': 'require(signature.length != child.length);',
  'the coin is not 144 blocks old': '',
};
const without = (message: string) => {
  const [line] = source.match(new RegExp(`.*"${message}".*`))!;
  const weaker = source.replace(line, instead[message] ?? line.replace(/, ".*"/, ' || true'));
  return new Contract(compileString(weaker), [...terms], { provider });
};
const takeFrom = (it: Contract, left: bigint, signer = child, sequence = 144) => {
  const builder = new TransactionBuilder({ provider });
  builder.addInput({ txid, vout: 0, satoshis: 100_000n }, it.unlock.take(signer), { sequence });
  if (left) builder.addOutput({ to: it.address, amount: left });
  return builder.addOutput({ to: home, amount: 99_720n - left });
};
const passes = (builder: TransactionBuilder) => {
  try {
    builder.debug();
    return true;
  } catch (error) {
    return false;
  }
};
const attacks: Record<string, (it: Contract) => TransactionBuilder> = {
  'another signs': (it) => takeFrom(it, 80_000n, parent),
  'a block early': (it) => takeFrom(it, 80_000n, child, 143),
  'all of it': (it) => takeFrom(it, 0n),
  'a satoshi more': (it) => takeFrom(it, 79_999n),
};
const messages = artifact.debug.requires.map((each) => each.message);
for (const [name, attack] of Object.entries(attacks)) {
  const needed = messages.filter((message) => passes(attack(without(message))));
  console.log(name, 'passes without', needed);
}

// ## Several contracts in one transaction
const two = (it: Contract) => {
  const coins = [0, 1].map((vout) => ({ txid, vout, satoshis: 100_000n }));
  return new TransactionBuilder({ provider })
    .addInputs(coins, it.unlock.take(child), { sequence: 144 })
    .addOutput({ to: it.address, amount: 80_000n })
    .addOutput({ to: home, amount: 119_500n });
};
try {
  two(allowance).debug();
} catch (error) {
  if (!(error instanceof FailedRequireError)) throw error;
  console.log(error.message);
}
console.log(passes(two(without('another input than the first'))));

const mixed = takeFrom(allowance, 80_000n)
  .addInput({ txid, vout: 1, satoshis: 50_000n }, allowance.unlock.close(parent))
  .addOutput({ to: home, amount: 49_800n });
mixed.debug();
console.log(mixed.outputs.map((output) => output.amount));

// ## Tokens
import type { TokenDetails } from 'cashscript';

const category = 'ab'.repeat(32);
const nft = { capability: 'none' as const, commitment: '616c6c6f77616e63652031' };
const badge = { category, amount: 0n, nft };
const marked = (token?: TokenDetails) =>
  new TransactionBuilder({ provider })
    .addInput({ ...coin, token: badge }, allowance.unlock.take(child), { sequence: 144 })
    .addOutput({ to: allowance.tokenAddress, amount: 80_000n, token })
    .addOutput({ to: home, amount: 19_600n });
marked(badge).debug();
try {
  marked().debug();
} catch (error) {
  if (!(error instanceof FailedRequireError)) throw error;
  console.log(error.requireStatement.message);
}

// ## Signatures
import { HashType, SignatureAlgorithm } from 'cashscript';

const secret = new Uint8Array(32).fill(2, 31);
const signed = new SignatureTemplate(secret, HashType.SIGHASH_ALL, SignatureAlgorithm.ECDSA);
const closed = new TransactionBuilder({ provider })
  .addInput(coin, allowance.unlock.close(signed))
  .addOutput({ to: home, amount: 99_700n });
closed.debug();
console.log(closed.build().length / 2, 'bytes, fee', 300);

// ## Time locks
const LATER = `
contract Later(pubkey owner, int height) {
    function open(sig signature) {
        require(tx.time >= height, "the block is not reached");
        require(checkSig(signature, owner), "the owner has not signed");
    }
}
`;
const later = new Contract(compileString(LATER), [child.getPublicKey(), 700_000n], { provider });
for (const locktime of [699_999, 700_000]) {
  const opened = new TransactionBuilder({ provider })
    .setLocktime(locktime)
    .addInput({ txid, vout: 0, satoshis: 10_000n }, later.unlock.open(child), { sequence: 0 })
    .addOutput({ to: home, amount: 9_700n });
  try {
    opened.debug();
    console.log('accepted');
  } catch (error) {
    if (!(error instanceof FailedRequireError)) throw error;
    console.log(error.message);
  }
}

// ## What a spend costs
const spend = takeFrom(allowance, 80_000n);
const [usage] = spend.getVmResourceUsage();
console.log(spend.build().length / 2, 'bytes', usage.operationCost, usage.maximumOperationCost);

// ## What a contract prints
try {
  takeFrom(allowance, 79_999n).debug();
} catch {}

// ## From bytes alone
import {
  decodeAuthenticationInstructions,
  decodeTransactionUnsafe,
  encodeDataPush,
  flattenBinArray,
  hash256,
  hexToBin,
} from '@bitauth/libauth';

const seen = decodeTransactionUnsafe(hexToBin(mixed.build())).inputs[1];
const pushes = decodeAuthenticationInstructions(seen.unlockingBytecode);
const items = pushes.map((each) => ('data' in each ? each.data : Uint8Array.of(each.opcode - 80)));
const redeem = items.pop()!;
console.log(
  redeem.length,
  items.map((item) => item.length),
);
const locking = flattenBinArray([Uint8Array.of(0xaa, 32), hash256(redeem), Uint8Array.of(0x87)]);
const replayed = new TransactionBuilder({ provider })
  .addInput(coin, {
    generateLockingBytecode: () => locking,
    generateUnlockingBytecode: () =>
      flattenBinArray([items[0], Uint8Array.of(), redeem].map(encodeDataPush)),
  })
  .addOutput({ to: home, amount: 99_700n });
console.log(replayed.build().length / 2);
