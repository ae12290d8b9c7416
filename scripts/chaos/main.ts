import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { bold, green, red, say, secondsSince } from '../lib/progress.ts';
import { messageOf, StopError } from '../lib/stop-error.ts';
import { generatePrismaClient } from '../start/build-steps.ts';

const MOST_SHOWN = 40;

const readOptions = (): { rounds: number; seed: number } => {
  const { values } = parseArgs({ options: { rounds: { type: 'string' }, seed: { type: 'string' } } });
  const rounds = Number(values.rounds ?? 20);
  const seed = Number(values.seed ?? Math.floor(Math.random() * 1_000_000));
  if (!Number.isInteger(rounds) || rounds < 1) throw new StopError('--rounds takes a whole number from 1.');
  if (!Number.isInteger(seed)) throw new StopError('--seed takes a whole number.');
  return { rounds, seed };
};

try {
  const { rounds, seed } = readOptions();
  const start = Date.now();
  say(
    `\n${bold('Chaos')}: ${rounds} rounds with seed ${seed}. Servers and executors of its own; nothing else is touched.`,
  );
  await generatePrismaClient();
  const { runChaos } = await import('../../tests/integration/support/chaos/run-chaos.ts');
  const stopping = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stopping.abort());
  const { signal } = stopping;
  const { faults, figures, rounds: done, logs } = await runChaos({ rounds, seed, signal, onRound: say });
  say(`\n${done} rounds in ${secondsSince(start)}`);
  for (const [what, count] of Object.entries(figures)) say(`  ${String(count).padStart(7)} ${what}`);
  const file = path.join(tmpdir(), `agentweaver-chaos-${seed}.log`);
  await writeFile(file, logs);
  say(`  The executors' log: ${file}`);
  if (faults.length === 0) say(green('✓ nothing lost, stuck, done or paid twice, or left behind'));
  else {
    process.exitCode = 1;
    for (const fault of faults.slice(0, MOST_SHOWN)) say(`  ${red('✗')} ${fault}`);
    say(`${red(`✗ ${faults.length} faults`)}; again with --rounds=${rounds} --seed=${seed}`);
  }
} catch (error) {
  say(red(messageOf(error)));
  process.exitCode = 1;
}
