import { parseArgs } from 'node:util';
import { bold, dim, green, red, say, secondsSince, yellow } from '../lib/progress.ts';
import { stopCommands } from '../lib/run-command.ts';
import { messageOf, StopError } from '../lib/stop-error.ts';
import { bundleSandboxRuntime, generatePrismaClient } from '../start/build-steps.ts';
import { printCoverage } from './coverage.ts';
import { runPlaywright } from './playwright-stage.ts';
import { add, NOTHING, type StageResult } from './result.ts';
import { findServices } from './services.ts';
import { checkLint, checkTypes, checkUnused } from './static-stages.ts';
import { runVitest } from './vitest-stage.ts';

const STAGES = ['types', 'lint', 'unused', 'unit', 'integration', 'e2e'] as const;
type Stage = (typeof STAGES)[number];

type Plan = { title: string; run: () => Promise<StageResult> };

/** Tests of providers' real services need a key each and are left out even where everything else must run. */
const NEEDS_A_KEY = /\.live\.test\.ts:/;

const readOptions = (): { stages: Stage[]; coverage: boolean } => {
  const { values } = parseArgs({
    options: { only: { type: 'string' }, coverage: { type: 'boolean', default: false } },
  });
  const wanted = values.only?.split(',') ?? [...STAGES];
  const unknown = wanted.filter((name) => !STAGES.some((stage) => stage === name));
  if (unknown.length > 0) throw new StopError(`Unknown stage: ${unknown.join(', ')}. There are ${STAGES.join(', ')}.`);
  return { stages: STAGES.filter((stage) => wanted.includes(stage)), coverage: values.coverage };
};

const plan = (stages: Stage[], coverage: boolean): Plan[] => {
  const plans: Record<Stage, Plan> = {
    types: { title: 'types', run: checkTypes },
    lint: { title: 'lint', run: checkLint },
    unused: { title: 'unused code', run: checkUnused },
    unit: { title: 'unit tests', run: () => runVitest(['unit'], { coverage }) },
    integration: { title: 'integration tests', run: () => runVitest(['integration'], { coverage }) },
    e2e: { title: 'browser tests', run: runPlaywright },
  };
  if (!coverage || !stages.includes('unit') || !stages.includes('integration'))
    return stages.map((stage) => plans[stage]);
  const together = { title: 'unit and integration tests', run: () => runVitest(['unit', 'integration'], { coverage }) };
  return stages.flatMap((stage) => (stage === 'unit' ? [together] : stage === 'integration' ? [] : [plans[stage]]));
};

/** A stage that breaks down counts as one failure; the next one runs all the same. */
const runStage = async ({ title, run }: Plan): Promise<StageResult> => {
  const start = Date.now();
  say(`\n${bold(title)}`);
  let result: StageResult;
  try {
    result = await run();
  } catch (error) {
    result = { ...NOTHING, failed: 1, output: messageOf(error) };
  }
  if (result.output) say(result.output.trimEnd());
  const mark = result.failed === 0 ? green('✓') : red('✗');
  say(`${mark} ${title}: ${countsOf(result)}  ${dim(secondsSince(start))}`);
  return result;
};

const countsOf = ({ passed, failed, skipped }: StageResult): string =>
  `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;

const main = async (): Promise<number> => {
  const { stages, coverage } = readOptions();
  const isCi = process.env.CI === 'true' || process.env.CI === '1';
  const missing = stages.includes('integration') ? (await findServices()).filter((service) => !service.answers) : [];
  await generatePrismaClient();
  if (stages.includes('integration')) await bundleSandboxRuntime();
  let total = NOTHING;
  for (const item of plan(stages, coverage)) total = add(total, await runStage(item));
  if (coverage) await printCoverage();

  say();
  for (const { name, hint } of missing) say(yellow(`Left out: the tests that need ${name} (${hint}).`));
  for (const name of total.leftOut) say(yellow(`  not run: ${name}`));
  if (isCi) {
    const mustRun = total.leftOut.filter((name) => !NEEDS_A_KEY.test(name)).length;
    if (mustRun > 0 || missing.length > 0) say(red('With CI=true nothing may be left out: that counts as failed.'));
    total = { ...total, failed: total.failed + Math.max(mustRun, missing.length), skipped: total.skipped - mustRun };
  }
  say(countsOf(total));
  return total.failed === 0 ? 0 : 1;
};

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    stopCommands();
    process.exit(130);
  });
}
try {
  process.exitCode = await main();
} catch (error) {
  say(red(messageOf(error)));
  process.exitCode = 1;
}
