import type { EngineEvent } from '@agentweaver/core/engine/events';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { SandboxProvider } from '../../../apps/executor/src/sandbox/sandbox.ts';
import { chain, drive, errorOf } from '../support/drive.ts';
import { docker } from '../support/sandboxes.ts';
import { type Canaries, openCanaries } from './canaries.ts';
import { openPool } from './hostile-sandboxes.ts';
import { BOMBS, FRAMES, PROBES } from './program-attempts.ts';
import { reportAttempts } from './report.ts';

const definition = chain([]);
const MEMORY_MB = 256;
let canaries: Canaries;
beforeAll(async () => {
  canaries = await openCanaries();
});
afterAll(() => canaries.close());

/** So many sandboxes at once: more only slow each other. */
const AT_ONCE = 4;

const inTurns = async <T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> => {
  const left = [...items];
  const one = async () => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, one));
};

for (const kind of ['docker', 'process'] as const)
  describe.skipIf(kind === 'docker' && !docker)(`a hostile program in a ${kind} sandbox`, () => {
    let hostile: SandboxProvider;
    const tried = reportAttempts(`programs and frames in ${kind} sandboxes`);
    beforeAll(async () => {
      hostile = await openPool(kind, { isHostile: true });
    });
    afterAll(async () => {
      await hostile.close();
      tried.print();
    });

    const run = (code: string, options: { input?: object; unresponsiveAfterMs?: number } = {}) =>
      drive({
        provider: hostile,
        definition,
        input: { ...options.input, code },
        // Left open, so that a second call meets the first.
        services: {
          'files.list': (_params, { signal }) =>
            new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
        },
        memoryMb: MEMORY_MB,
        unresponsiveAfterMs: options.unresponsiveAfterMs ?? 4_000,
      });

    test('finds nothing of the machine, and no way out', async () => {
      const { ending, events } = await run('finish(await runProbes(input.probes, input.target));', {
        input: { probes: PROBES.map(({ code }) => code), target: { ...canaries, executorPid: process.pid } },
        unresponsiveAfterMs: 30_000,
      });
      expect(ending.kind).toBe('reported');
      const completed = events.find(
        (event): event is Extract<EngineEvent, { type: 'step_completed' }> => event.type === 'step_completed',
      );
      const results = completed?.output as { got?: string; refused?: string }[];
      const reached = PROBES.flatMap((probe, index) => {
        tried.count();
        const { got, refused } = results[index] ?? { got: 'not tried' };
        if (refused !== undefined || (got !== undefined && probe.nothing?.test(got))) return [];
        return [`${probe.family}: ${probe.name}: ${got}`];
      });
      expect(reached).toEqual([]);
      expect(JSON.stringify(results)).not.toContain(canaries.secret);
      expect(canaries.takeVisits()).toEqual([]);
    });

    test('that breaks the protocol ends its own execution only', async () => {
      const wrong: string[] = [];
      await inTurns(FRAMES, async ({ name, code, ends }) => {
        tried.count();
        const result = await run(code, { unresponsiveAfterMs: 2_500 });
        const { code: found, message, hint } = errorOf(result);
        if (!ends.test(found) || !message || !hint) wrong.push(`${name}: ${found}: ${message}`);
        if ((await result.sandbox.exited).code === 0) wrong.push(`${name}: it ended in peace`);
      });
      expect(wrong).toEqual([]);
    });

    test('that takes all it can get is stopped, and does not disturb the execution of another workspace', async () => {
      const peaceful = await openPool(kind);
      const victim = chain([
        {
          id: 'a',
          type: 'code',
          config: { source: 'let sum = 0; for (let i = 0; i < 1e6; i += 1) sum += i; return sum;' },
        },
        { id: 'b', type: 'code', config: { source: 'return previous;' } },
        { id: 'c', type: 'transform', config: { template: '{{ steps.a.output + 1 }}' } },
      ]);
      let others = 0;
      let isOver = false;
      const runVictims = async () => {
        while (!isOver) {
          const { ending } = await drive({
            provider: peaceful,
            definition: victim,
            workspaceId: 'victim',
            unresponsiveAfterMs: 20_000,
          });
          const isWell = ending.kind === 'reported' && ending.event.type === 'execution_completed';
          if (!isWell) wrong.push(`a victim: ${JSON.stringify(ending).slice(0, 300)}`);
          others += 1;
        }
      };
      const wrong: string[] = [];
      const victims = runVictims();
      try {
        await inTurns(BOMBS, async ({ name, code, ends }) => {
          tried.count();
          // At half a processor memory fills slowly.
          const unresponsiveAfterMs = ends.source.includes('unresponsive') ? 2_500 : 20_000;
          const result = await run(code, { unresponsiveAfterMs });
          const error = errorOf(result);
          if (!ends.test(error.code) || !error.hint) wrong.push(`${name}: ${error.code}: ${error.message}`);
        });
      } finally {
        isOver = true;
        await victims;
        await peaceful.close();
      }
      expect(wrong).toEqual([]);
      expect(others).toBeGreaterThan(0);
    });
  });
