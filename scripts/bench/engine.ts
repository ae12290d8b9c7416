import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { parseDefinition } from '@agentweaver/core/definition/parse-definition';
import type { WorkflowDefinition, WorkflowDefinitionInput } from '@agentweaver/core/definition/workflow-definition';
import { runWorkflow } from '@agentweaver/core/engine/run-workflow';
import { createInProcessHost } from '@agentweaver/core/host/in-process-host';
import { say } from '../lib/progress.ts';
import { header, measure, row, timed } from './measure.ts';

const CHAIN = 200;
/** Steps of the long execution: a map's items times the steps of its body. */
const ITEMS = 10_000;
const BODY = 10;
const BRANCH_MS = 300;

const host = createInProcessHost();

/** Input → `count` transforms in a row → output. */
const chain = (count: number, template: string): WorkflowDefinition => {
  const ids = ['input', ...Array.from({ length: count }, (_, index) => `t${index}`), 'output'];
  return checked({
    nodes: ids.map((id) => ({
      id,
      type: id === 'input' || id === 'output' ? id : 'transform',
      name: id,
      config: id === 'input' || id === 'output' ? {} : { mode: 'template', template },
    })),
    edges: ids.slice(1).map((target, index) => ({ id: `e${index}`, source: ids[index] ?? '', target })),
  });
};

/** Input → two delays side by side → output. */
const twoBranches = (maxParallel: number): WorkflowDefinition =>
  checked({
    nodes: [
      { id: 'input', type: 'input', name: 'Input', config: {} },
      { id: 'a', type: 'delay', name: 'A', config: { seconds: BRANCH_MS / 1_000 } },
      { id: 'b', type: 'delay', name: 'B', config: { seconds: BRANCH_MS / 1_000 } },
      { id: 'output', type: 'output', name: 'Output', config: {} },
    ],
    edges: [
      { id: 'e1', source: 'input', target: 'a' },
      { id: 'e2', source: 'input', target: 'b' },
      { id: 'e3', source: 'a', target: 'output' },
      { id: 'e4', source: 'b', target: 'output' },
    ],
    settings: { maxParallel },
  });

const checked = (input: WorkflowDefinitionInput): WorkflowDefinition => {
  const { definition, problems } = parseDefinition(input);
  if (!definition) throw new Error(problems.map((problem) => problem.message).join('; '));
  return definition;
};

const run = async (definition: WorkflowDefinition): Promise<void> => {
  let last = '';
  for await (const event of runWorkflow(definition, { text: 'hello' }, { host })) last = event.type;
  if (last !== 'execution_completed') throw new Error(`The workflow ended with ${last}.`);
};

/** A map over a list from the input, with a chain of transforms as its body. */
const wideMap = (): WorkflowDefinition => {
  const body = Array.from({ length: BODY }, (_, index) => `s${index}`);
  return checked({
    nodes: [
      { id: 'input', type: 'input', name: 'Input', config: {} },
      { id: 'each', type: 'map', name: 'Each', config: { list: '{{ input.list }}' } },
      ...body.map((id) => ({
        id,
        type: 'transform',
        name: id,
        parent: 'each',
        config: { mode: 'template', template: 'ready' },
      })),
      { id: 'output', type: 'output', name: 'Output', config: { value: 'done' } },
    ],
    edges: [
      { id: 'in', source: 'input', target: 'each' },
      { id: 'out', source: 'each', target: 'output' },
      ...body.slice(1).map((target, index) => ({ id: `e${index}`, source: body[index] ?? '', target })),
    ],
  });
};

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

/** What is in use, in MiB. */
const heapMb = (): number => {
  collectGarbage();
  return process.memoryUsage().heapUsed / 1024 / 1024;
};

/** One long execution: what a step costs in it, and what stays in memory while it runs. */
const runWideMap = async (items: number) => {
  const list = Array.from({ length: items }, (_, index) => index);
  const heap = [heapMb()];
  let steps = 0;
  let measuring = 0;
  const start = performance.now();
  for await (const event of runWorkflow(wideMap(), { list }, { host })) {
    if (event.type === 'execution_failed') throw new Error(event.error.message);
    if (event.type !== 'step_completed') continue;
    steps += 1;
    if (steps % ((items * BODY) / 4) === 0) measuring += await timed(async () => heap.push(heapMb()));
  }
  const perStep = (performance.now() - start - measuring) / steps;
  return { steps, perStep, heap: [...heap, heapMb()] };
};

const benchLongExecution = async (): Promise<void> => {
  await runWideMap(ITEMS / 10);
  const runs = [await runWideMap(ITEMS), await runWideMap(ITEMS), await runWideMap(ITEMS)];
  const [median = Number.NaN, , p95 = Number.NaN] = runs.map(({ perStep }) => perStep).sort((a, b) => a - b);
  row(`a step of ${(ITEMS * BODY).toLocaleString('en')} in one execution`, { median, p95 }, 'ms');
  const heap = runs.at(-1)?.heap.map((mb) => mb.toFixed(1)) ?? [];
  say(`  ${'  its heap: before, at each quarter, after'.padEnd(44)}   ${heap.join('  ')} MiB`);
};

/** What the engine itself costs: nothing here waits for anything but the engine and, at the end, the clock. */
export const benchEngine = async (): Promise<void> => {
  header('Engine (in process)');
  const [empty, plain] = [chain(0, ''), chain(CHAIN, 'ready')];
  const base = await measure(40, () => timed(() => run(empty)));
  row('smallest workflow (input, output)', base, 'ms');
  const perNode = await measure(20, async () => ((await timed(() => run(plain))) - base.median) / CHAIN);
  row('a step that does nothing', perNode, 'ms');
  for (const [name, template] of [
    ['a step that names a value', '{{ input.text }}'],
    ['a step that calculates', '{{ $uppercase(input.text) & "!" }}'],
  ] as const) {
    const definition = chain(CHAIN, template);
    const perStep = await measure(20, async () => ((await timed(() => run(definition))) - base.median) / CHAIN);
    row(name, perStep, 'ms', `${(perStep.median / perNode.median).toFixed(1)} × nothing`);
  }

  await benchLongExecution();

  const [together, inTurn] = [twoBranches(2), twoBranches(1)];
  const parallel = await measure(5, () => timed(() => run(together)));
  row(
    `two branches of ${BRANCH_MS} ms side by side`,
    parallel,
    'ms',
    `${(parallel.median / BRANCH_MS).toFixed(2)} × one branch`,
  );
  const serial = await measure(3, () => timed(() => run(inTurn)));
  row('the same, one at a time', serial, 'ms', `${(serial.median / parallel.median).toFixed(2)} × side by side`);
};
