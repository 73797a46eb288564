// Write every VMB test that libauth ships as definitions, a JSON object a line, in the order of its
// sources: {id, group, input, labels, tx, sourceOutputs, costs}. `costs` holds, for each judge that
// accepts the transaction, [operation cost, hash iterations, sigchecks, instructions] of the input
// under test, as libauth's machines count them.
//   node export_vectors.mjs > tests.jsonl        in a folder where @bitauth/libauth is installed
import { readdirSync, writeSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  createVirtualMachineBch2025,
  createVirtualMachineBch2026,
  decodeTransactionOutputs,
  decodeTransactionUnsafe,
  hexToBin,
} from '@bitauth/libauth';

const folder = resolve('node_modules/@bitauth/libauth/build/lib/vmb-tests');
const load = (file) => import(pathToFileURL(join(folder, file)).href);
const { vmbTestDefinitionToVmbTests } = await load('bch-vmb-test-utils.js');

// A label tells which judges accept the transaction; 2023 has no costs.
const judges = [
  ['BCH_2025', 'standard', createVirtualMachineBch2025(true), ['2025_standard']],
  ['BCH_2025', 'consensus', createVirtualMachineBch2025(false), ['2025_standard', '2025_nonstandard']],
  ['BCH_2026', 'standard', createVirtualMachineBch2026(true), ['2026_standard']],
  ['BCH_2026', 'consensus', createVirtualMachineBch2026(false), ['2026_standard', '2026_nonstandard']],
];

const measure = (tx, sourceOutputs, input, labels) => {
  const wanted = judges.filter(([, , , accepting]) => accepting.some((label) => labels.includes(label)));
  if (wanted.length === 0) return [];
  const program = {
    inputIndex: input,
    sourceOutputs: decodeTransactionOutputs(hexToBin(sourceOutputs)),
    transaction: decodeTransactionUnsafe(hexToBin(tx)),
  };
  return wanted.map(([rules, mode, vm]) => {
    const { metrics } = vm.evaluate(program);
    return [
      rules,
      mode,
      metrics.operationCost,
      metrics.hashDigestIterations,
      metrics.signatureCheckCount,
      metrics.evaluatedInstructionCount,
    ];
  });
};

const sources = readdirSync(join(folder, 'sources')).filter((name) => name.endsWith('.js'));
for (const name of sources.sort()) {
  const group = name.slice(0, -'.js'.length);
  for (const [title, definitions] of (await load(`sources/${name}`)).default) {
    for (const definition of definitions) {
      for (const test of vmbTestDefinitionToVmbTests(definition, title)) {
        const [id, , , , tx, sourceOutputs, labels, input = 0] = test;
        const costs = measure(tx, sourceOutputs, input, labels);
        writeSync(1, `${JSON.stringify({ id, group, input, labels, tx, sourceOutputs, costs })}\n`);
      }
    }
  }
}
