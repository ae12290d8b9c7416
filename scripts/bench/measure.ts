import { say } from '../lib/progress.ts';

export type Measured = { median: number; p95: number };

/** Runs `once` (which returns ms) `rounds` times after a warm-up, and gives the median and the 95th percentile. */
export const measure = async (rounds: number, once: () => Promise<number>): Promise<Measured> => {
  for (let round = 0; round < Math.ceil(rounds / 5); round += 1) await once();
  const times: number[] = [];
  for (let round = 0; round < rounds; round += 1) times.push(await once());
  return summary(times);
};

export const summary = (values: number[]): Measured => {
  const sorted = values.toSorted((a, b) => a - b);
  return { median: at(sorted, 0.5), p95: at(sorted, 0.95) };
};

const at = (sorted: number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;

/** For a figure that there is only one of. */
export const single = (value: number): Measured => ({ median: value, p95: value });

export const timed = async (run: () => Promise<unknown>): Promise<number> => {
  const start = performance.now();
  await run();
  return performance.now() - start;
};

export const row = (name: string, { median, p95 }: Measured, unit: string, remark = ''): void => {
  const number = (value: number) => value.toFixed(value < 10 ? 3 : 1).padStart(9);
  say(
    `  ${name.padEnd(44)}${number(median)}${median === p95 ? ''.padEnd(9) : number(p95)} ${unit.padEnd(10)}${remark}`,
  );
};

export const header = (title: string): void => {
  say(`\n${title}`);
  say(`  ${''.padEnd(44)}${'median'.padStart(9)}${'p95'.padStart(9)}`);
};
