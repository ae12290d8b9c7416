import { parseArgs } from 'node:util';
import { bold, red, say } from '../lib/progress.ts';
import { messageOf, StopError } from '../lib/stop-error.ts';
import { generatePrismaClient } from '../start/build-steps.ts';

/** In the order in which they run. */
const PARTS = {
  engine: async () => (await import('./engine.ts')).benchEngine(),
  queue: async () => (await import('./queue.ts')).benchQueue(),
  executions: async () => (await import('./executions.ts')).benchExecutions(),
  crowd: async () => (await import('./crowd.ts')).benchCrowd(),
} satisfies Record<string, () => Promise<void>>;

type Part = keyof typeof PARTS;
const isPart = (name: string): name is Part => Object.hasOwn(PARTS, name);

const readParts = (): Part[] => {
  const { values } = parseArgs({ options: { only: { type: 'string' } } });
  const wanted = values.only?.split(',') ?? Object.keys(PARTS);
  const unknown = wanted.filter((name) => !isPart(name));
  if (unknown.length > 0) {
    throw new StopError(`Unknown part: ${unknown.join(', ')}. There are ${Object.keys(PARTS).join(', ')}.`);
  }
  return wanted.filter(isPart);
};

try {
  const parts = readParts();
  say(`\n${bold('What it costs')}: medians and 95th percentiles on this machine, Node ${process.versions.node}.`);
  await generatePrismaClient();
  for (const part of parts) await PARTS[part]();
  say();
} catch (error) {
  say(red(messageOf(error)));
  process.exitCode = 1;
}
