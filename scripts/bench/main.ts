import { bold, red, say } from '../lib/progress.ts';
import { messageOf } from '../lib/stop-error.ts';
import { generatePrismaClient } from '../start/build-steps.ts';

try {
  say(`\n${bold('What it costs')}: medians and 95th percentiles on this machine, Node ${process.versions.node}.`);
  await generatePrismaClient();
  const { benchEngine } = await import('./engine.ts');
  await benchEngine();
  const { benchQueue } = await import('./queue.ts');
  await benchQueue();
  const { benchCrowd } = await import('./crowd.ts');
  await benchCrowd();
  say();
} catch (error) {
  say(red(messageOf(error)));
  process.exitCode = 1;
}
