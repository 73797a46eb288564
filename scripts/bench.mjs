// Time libauth on the tests of a file: per set, seconds for decoding and verifying all of its lines.
//   node bench.mjs tests.jsonl        a line: {set, tx, sourceOutputs}, hexadecimal
import { readFileSync } from 'node:fs';
import {
  createVirtualMachineBch2026,
  decodeTransactionOutputs,
  decodeTransactionUnsafe,
  hexToBin,
} from '@bitauth/libauth';

const sets = new Map();
for (const line of readFileSync(process.argv[2], 'utf8').split('\n')) {
  if (line === '') continue;
  const { set, tx, sourceOutputs } = JSON.parse(line);
  if (!sets.has(set)) sets.set(set, []);
  sets.get(set).push([hexToBin(tx), hexToBin(sourceOutputs)]);
}

const vm = createVirtualMachineBch2026(true);
const verify = ([tx, sourceOutputs]) =>
  vm.verify({
    sourceOutputs: decodeTransactionOutputs(sourceOutputs),
    transaction: decodeTransactionUnsafe(tx),
  });

for (const [set, tests] of sets) {
  for (const test of tests.slice(0, 200)) verify(test);
  const start = performance.now();
  let accepted = 0;
  for (const test of tests) if (verify(test) === true) accepted += 1;
  const seconds = (performance.now() - start) / 1000;
  process.stdout.write(`${JSON.stringify({ set, tests: tests.length, accepted, seconds })}\n`);
}
