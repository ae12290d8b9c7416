import { setTimeout as sleep } from 'node:timers/promises';
import { parseDefinition } from '@agentweaver/core/definition/parse-definition';
import type { WorkflowDefinition } from '@agentweaver/core/definition/workflow-definition';
import { say } from '../lib/progress.ts';
import { buildWebApp, bundleSandboxRuntime } from '../start/build-steps.ts';
import { benchContainers } from './containers.ts';
import { header, type Measured, row, single, summary } from './measure.ts';
import { openProduct, type Product, type ProductUse, type Tenant } from './product.ts';
import { hasRedis } from './redis-server.ts';

const TENANTS = 20;
const ONE_BY_ONE = 60;
const THROUGHPUT = 2_000;
/** Starts under way at the same time while measuring throughput. */
const CALLERS = 8;
const SINGLE_USE = 60;
const CODE_NODES = 20;
/** Without anybody using it, before its memory is read. */
const REST_MS = 15_000;
/** By then the sample execution of a first start has begun. */
const SAMPLE_MS = 5_000;

const chainOf = (nodes: { type: string; config: Record<string, unknown> }[]): WorkflowDefinition => {
  const all = [
    { id: 'input', type: 'input', config: { fields: [{ name: 'name', type: 'text' }] } },
    ...nodes.map((node, index) => ({ id: `n${index + 1}`, ...node })),
    { id: 'output', type: 'output', config: {} },
  ];
  const { definition, problems } = parseDefinition({
    nodes: all.map((node) => ({ ...node, name: node.id })),
    edges: all.slice(1).map(({ id }, index) => ({ id: `e${index}`, source: all[index]?.id ?? '', target: id })),
  });
  if (!definition) throw new Error(problems.map(({ message }) => message).join('; '));
  return definition;
};

/** Between input and output, each reads the input and the node before it. */
const tenNodes = chainOf(
  Array.from({ length: 10 }, () => ({
    type: 'transform',
    config: { mode: 'template', template: '{{ input.name }} {{ previous }}' },
  })),
);
const codeNodes = (count: number) =>
  chainOf(Array.from({ length: count }, () => ({ type: 'code', config: { source: 'return 1 + 1;' } })));

type Runner = { tenant: Tenant; workflowId: string };

const start = async ({ url }: Product, { tenant, workflowId }: Runner): Promise<string> => {
  const response = await fetch(`${url}/api/v1/workflows/${workflowId}/execute`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${tenant.token}`, 'Content-Type': 'application/json' },
    body: '{"input_data":{"name":"Ada"}}',
  });
  const answer = (await response.json()) as { execution_id?: string };
  if (!answer.execution_id) throw new Error(`The start was refused: ${JSON.stringify(answer)}`);
  return answer.execution_id;
};

type Row = { id: string; status: string; queuedAt: Date; firstStepAt: Date; completedAt: Date };

/** What the database says of these, once all that there are have ended. */
const readEnded = async ({ prisma }: Product, ids: string[]): Promise<Map<string, Row>> => {
  for (const deadline = Date.now() + 300_000; ; await sleep(200)) {
    const open = await prisma.execution.count({ where: { status: { in: ['queued', 'running'] } } });
    if (open === 0) break;
    if (Date.now() > deadline) throw new Error(`${open} executions did not end.`);
  }
  const rows = await prisma.$queryRaw<Row[]>`
    SELECT id, status::text, queued_at AS "queuedAt", completed_at AS "completedAt", (
      SELECT created_at FROM execution_events AS event
      WHERE event.execution_id = execution.id AND event.type = 'step_started' ORDER BY seq LIMIT 1
    ) AS "firstStepAt"
    FROM executions AS execution WHERE id = ANY(${ids}::uuid[])`;
  const failed = rows.find(({ status }) => status !== 'completed');
  if (failed) throw new Error(`Execution ${failed.id} is ${failed.status}.`);
  return new Map(rows.map((found) => [found.id, found]));
};

type Timed = { toFirstNode: Measured; toCompleted: Measured };

/** One after the other, with nothing else to do: from the call, and from being stored, in ms. */
const runOneByOne = async (product: Product, runners: Runner[], count: number): Promise<Timed> => {
  const called = new Map<string, number>();
  for (let round = 0; round < count; round += 1) {
    const runner = runners[round % runners.length];
    if (!runner) break;
    const at = Date.now();
    const id = await start(product, runner);
    called.set(id, at);
    await readEnded(product, [id]);
  }
  const rows = await readEnded(product, [...called.keys()]);
  const kept = [...rows.values()].slice(runners.length);
  return {
    toFirstNode: summary(kept.map(({ firstStepAt, queuedAt }) => firstStepAt.getTime() - queuedAt.getTime())),
    toCompleted: summary(kept.map(({ id, completedAt }) => completedAt.getTime() - (called.get(id) ?? Number.NaN))),
  };
};

type Throughput = { perSecond: number; cpuMs: Record<keyof ProductUse, number> };

/** As many at once as the product takes. */
const runMany = async (product: Product, runners: Runner[], count: number): Promise<Throughput> => {
  const before = await product.use();
  const startedAt = Date.now();
  const ids: string[] = [];
  let next = 0;
  const caller = async (): Promise<void> => {
    for (let index = next++; index < count; index = next++) {
      const runner = runners[index % runners.length];
      if (runner) ids.push(await start(product, runner));
    }
  };
  await Promise.all(Array.from({ length: CALLERS }, caller));
  const rows = await readEnded(product, ids);
  const after = await product.use();
  const endedAt = Math.max(...[...rows.values()].map(({ completedAt }) => completedAt.getTime()));
  const cpuOf = (part: keyof ProductUse) => (after[part].cpuMs - before[part].cpuMs) / count;
  return {
    perSecond: count / ((endedAt - startedAt) / 1_000),
    cpuMs: { web: cpuOf('web'), executor: cpuOf('executor'), postgres: cpuOf('postgres'), redis: cpuOf('redis') },
  };
};

const sayThroughput = (name: string, { perSecond, cpuMs }: Throughput): void => {
  row(name, single(perSecond), '/s');
  row('  CPU-ms of web and executor for each', single(cpuMs.web + cpuMs.executor), 'ms', 'aim 10');
  const parts = Object.entries(cpuMs).filter(([, ms]) => !Number.isNaN(ms));
  say(
    `  ${'  of these and the databases'.padEnd(44)}   ${parts.map(([part, ms]) => `${part} ${ms.toFixed(1)}`).join(', ')}`,
  );
};

const prepare = async (product: Product, tenants: Tenant[], definition: WorkflowDefinition): Promise<Runner[]> =>
  Promise.all(
    tenants.map(async (tenant) => ({
      tenant,
      workflowId: await product.createWorkflow(tenant, 'Bench', definition),
    })),
  );

/** What a Code node adds to an execution, in ms: each in a sandbox that ran none before. */
const benchCode = async (product: Product, tenant: Tenant): Promise<void> => {
  const perNode = async (definition: WorkflowDefinition): Promise<number[]> => {
    const [runner] = await prepare(product, [tenant], definition);
    if (!runner) return [];
    const times: number[] = [];
    for (let round = 0; round < 8; round += 1) {
      const id = await start(product, runner);
      await readEnded(product, [id]);
      const { startedAt, completedAt } = await product.prisma.execution.findUniqueOrThrow({ where: { id } });
      times.push((completedAt?.getTime() ?? Number.NaN) - (startedAt?.getTime() ?? Number.NaN));
      // A new one has to be ready: what ran user code is gone.
      await sleep(1_000);
    }
    return times;
  };
  const [few, many] = [summary(await perNode(codeNodes(2))), summary(await perNode(codeNodes(2 + CODE_NODES)))];
  row('one more Code node', single((many.median - few.median) / CODE_NODES), 'ms', 'aim 3');
};

const benchOn = async (redis: boolean): Promise<void> => {
  const product = await openProduct({ redis });
  try {
    header(`Executions, from REST to saved (queue on ${redis ? 'Redis' : 'PostgreSQL'})`);
    const tenants = await product.createTenants(TENANTS);
    const runners = await prepare(product, tenants, tenNodes);
    await runOneByOne(product, runners.slice(0, 2), 10);
    const timed = await runOneByOne(product, runners.slice(0, 2), ONE_BY_ONE);
    row('stored to first node, warm container', timed.toFirstNode, 'ms', `aim ${redis ? 15 : 40}`);
    row('ten nodes, REST call to completed', timed.toCompleted, 'ms', 'aim 40');
    await runMany(product, runners, THROUGHPUT / 5);
    sayThroughput(`ten nodes, ${TENANTS} workspaces`, await runMany(product, runners, THROUGHPUT));
    if (tenants[0]) await benchCode(product, tenants[0]);
  } finally {
    await product.close();
  }
};

const benchSingleUse = async (): Promise<void> => {
  const rate = await benchContainers();
  const product = await openProduct({ redis: await hasRedis(), isolation: 'execution' });
  try {
    const runners = await prepare(product, await product.createTenants(TENANTS), tenNodes);
    await runMany(product, runners, SINGLE_USE / 3);
    const { perSecond } = await runMany(product, runners, SINGLE_USE);
    row(
      'ten nodes with ISOLATION=execution',
      single(perSecond),
      '/s',
      `${(perSecond / rate).toFixed(2)} × bare containers`,
    );
  } finally {
    await product.close();
  }
};

const benchRest = async (): Promise<void> => {
  header('Start and rest');
  let product = await openProduct({ redis: await hasRedis() });
  try {
    row('first start (a build is there)', single(product.startMs / 1_000), 's');
    // What it starts with runs once; the second start is one of any day.
    await sleep(SAMPLE_MS);
    await readEnded(product, []);
    product = await product.restart();
    row('second start', single(product.startMs / 1_000), 's', 'aim 8');
    await sleep(REST_MS);
    const { web, executor } = await product.use();
    row(
      'idle memory of web and executor',
      single(web.rssMb + executor.rssMb),
      'MiB',
      `aim 400; web ${web.rssMb.toFixed(0)}, executor ${executor.rssMb.toFixed(0)}`,
    );
  } finally {
    await product.close();
  }
};

/** The aims that the product is held to, each with a yardstick measured here. */
export const benchExecutions = async (): Promise<void> => {
  await buildWebApp();
  await bundleSandboxRuntime();
  const redis = await hasRedis();
  if (redis) await benchOn(true);
  else say('\nWithout redis-server the queue on Redis is not measured.');
  await benchOn(false);
  await benchSingleUse();
  await benchRest();
};
