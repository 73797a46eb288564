// Writes every test that the npm package @bitauth/libauth carries as definitions, one JSON object a line:
// {id, group, tx, outputs, input, labels, costs}. `costs` has a key such as "BCH_2026 standard" for each
// rule set and mode that the labels call valid, with [operation cost, bodies defined, hash iterations,
// signature checks, instructions] of the tested input; "bodies defined" is the length in bytes of all
// function bodies that OP_DEFINE stored, which nodes charge and libauth does not.
//   node export_vectors.mjs FOLDER_WITH_NODE_MODULES OUTPUT
import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const [folder, output] = process.argv.slice(2);
const build = path.resolve(folder, 'node_modules/@bitauth/libauth/build');
const load = (file) => import(pathToFileURL(path.join(build, file)).href);
const libauth = await load('index.js');
const { vmbTestDefinitionToVmbTests } = await load('lib/vmb-tests/bch-vmb-test-utils.js');

const DEFINE = 0x89;
const YEARS = ['2025', '2026'];
const SPEC_LABELS = ['chip_eval', 'chip_pow', 'spec'];

let defined = 0;
const countDefinitions = (operation) => (state) => {
  const body = state.stack[state.stack.length - 2];
  const functions = state.functionCount;
  const next = operation(state);
  if (next.functionCount > functions) defined += body.length;
  return next;
};

const createMachine = (createInstructionSet, standard) => {
  const set = createInstructionSet(standard);
  const operations = { ...set.operations };
  if (operations[DEFINE] !== undefined && createInstructionSet !== libauth.createInstructionSetBch2025) {
    operations[DEFINE] = countDefinitions(operations[DEFINE]);
  }
  return libauth.createVirtualMachine({ ...set, operations });
};

const INSTRUCTION_SETS = {
  BCH_2025: libauth.createInstructionSetBch2025,
  BCH_2026: libauth.createInstructionSetBch2026,
  BCH_SPEC: libauth.createInstructionSetBchSpec,
};
const machines = Object.fromEntries(
  Object.entries(INSTRUCTION_SETS).flatMap(([rules, create]) => [
    [`${rules} standard`, createMachine(create, true)],
    [`${rules} consensus`, createMachine(create, false)],
  ]),
);

const acceptedBy = (labels) => {
  const modes = (rules, prefix) => {
    if (labels.includes(`${prefix}_standard`)) return [`${rules} standard`, `${rules} consensus`];
    return labels.includes(`${prefix}_nonstandard`) ? [`${rules} consensus`] : [];
  };
  const hasYear = labels.some((label) => /^\d{4}_/u.test(label));
  return hasYear
    ? YEARS.flatMap((year) => modes(`BCH_${year}`, year))
    : [...new Set(SPEC_LABELS.flatMap((prefix) => modes('BCH_SPEC', prefix)))];
};

const require = (value, what) => {
  if (typeof value === 'string') throw new Error(`${what}: ${value}`);
  return value;
};

const measure = (id, tx, outputs, inputIndex, labels) => {
  const accepted = acceptedBy(labels);
  if (accepted.length === 0) return {};
  const program = {
    inputIndex,
    sourceOutputs: require(libauth.decodeTransactionOutputs(libauth.hexToBin(outputs)), id),
    transaction: require(libauth.decodeTransaction(libauth.hexToBin(tx)), id),
  };
  return Object.fromEntries(
    accepted.map((key) => {
      defined = 0;
      const state = machines[key].evaluate(program);
      const success = machines[key].stateSuccess(state);
      if (success !== true) throw new Error(`${id} under ${key}: ${success}`);
      const { metrics } = state;
      return [
        key,
        [
          metrics.operationCost,
          defined,
          metrics.hashDigestIterations,
          metrics.signatureCheckCount,
          metrics.evaluatedInstructionCount,
        ],
      ];
    }),
  );
};

const sources = path.join(build, 'lib/vmb-tests/sources');
const names = fs.readdirSync(sources).filter((name) => name.endsWith('.js')).sort();
const file = fs.openSync(output, 'w');
let total = 0;
for (const name of names) {
  const group = name.replace(/\.js$/u, '');
  for (const [title, definitions] of (await load(`lib/vmb-tests/sources/${name}`)).default) {
    for (const definition of definitions) {
      for (const test of vmbTestDefinitionToVmbTests(definition, title)) {
        const [id, , , , tx, outputs, labels, input = 0] = test;
        const costs = measure(id, tx, outputs, input, labels);
        fs.writeSync(file, `${JSON.stringify({ id, group, tx, outputs, input, labels, costs })}\n`);
        total += 1;
      }
    }
  }
  console.error(`${total} tests, up to ${group}`);
}
fs.closeSync(file);
