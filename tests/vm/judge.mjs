// Judge inputs with libauth: a JSON line {tx, sourceOutputs, input, rules, standard} in,
// a JSON line {ok, error, metrics: [operation cost, hash iterations, sigchecks, instructions]} out.
import { createInterface } from 'node:readline';
import {
  createVirtualMachineBch2023,
  createVirtualMachineBch2025,
  createVirtualMachineBch2026,
  createVirtualMachineBchSpec,
  decodeTransactionOutputs,
  decodeTransactionUnsafe,
  hexToBin,
} from '@bitauth/libauth';

const makers = {
  BCH_2023: createVirtualMachineBch2023,
  BCH_2025: createVirtualMachineBch2025,
  BCH_2026: createVirtualMachineBch2026,
  BCH_SPEC: createVirtualMachineBchSpec,
};
const machines = new Map();
const machine = (rules, standard) => {
  const key = `${rules} ${standard}`;
  if (!machines.has(key)) machines.set(key, makers[rules](standard));
  return machines.get(key);
};

for await (const line of createInterface({ input: process.stdin })) {
  const { tx, sourceOutputs, input, rules, standard } = JSON.parse(line);
  const program = {
    inputIndex: input,
    sourceOutputs: decodeTransactionOutputs(hexToBin(sourceOutputs)),
    transaction: decodeTransactionUnsafe(hexToBin(tx)),
  };
  let answer;
  try {
    const vm = machine(rules, standard);
    const state = vm.evaluate(program);
    const result = vm.stateSuccess(state);
    const { operationCost, hashDigestIterations, signatureCheckCount, evaluatedInstructionCount } = state.metrics;
    answer = {
      ok: result === true,
      error: result === true ? null : String(result),
      metrics: [operationCost, hashDigestIterations, signatureCheckCount, evaluatedInstructionCount],
    };
  } catch (error) {
    answer = { ok: false, error: `thrown: ${error}`, metrics: null };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
