import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { SandboxProvider } from '../../../apps/executor/src/sandbox/sandbox.ts';
import { chain, drive, errorOf } from '../support/drive.ts';
import { docker } from '../support/sandboxes.ts';
import { openPool } from './hostile-sandboxes.ts';
import { reportAttempts } from './report.ts';
import { CODE_ATTEMPTS, EXPRESSION_ATTEMPTS, type WorkflowAttempt } from './workflow-attempts.ts';

/** Short for what is to run into it, and long enough on a busy machine for what is not. */
const timeoutOf = (code: RegExp | undefined): number => (code?.source.includes('node_timeout') ? 600 : 20_000);

/** All of them in one execution, one step after another: each meets what the ones before have left. */
const workflowOf = (attempts: readonly WorkflowAttempt[]) =>
  chain(
    attempts.map(({ family, source, code }, index) => ({
      id: `a${index}`,
      onError: 'continue' as const,
      onErrorValue: 'failed',
      ...(family === 'expressions'
        ? { type: 'transform', config: { mode: 'jsonata', expression: source } }
        : {
            type: 'code',
            config: { source, timeoutMs: timeoutOf(code), memoryMb: 64 },
          }),
    })),
  );

for (const kind of ['docker', 'process'] as const)
  describe.skipIf(kind === 'docker' && !docker)(`a hostile workflow in a ${kind} sandbox`, () => {
    let provider: SandboxProvider;
    const tried = reportAttempts(`code and expressions in ${kind} sandboxes`);
    beforeAll(async () => {
      provider = await openPool(kind);
    });
    afterAll(async () => {
      await provider.close();
      tried.print();
    });

    const runAll = async (attempts: readonly WorkflowAttempt[]): Promise<string[]> => {
      const { ending, events, sandbox } = await drive({
        provider,
        definition: workflowOf(attempts),
        input: { a: 1 },
        memoryMb: 1_024,
        unresponsiveAfterMs: 15_000,
      });
      const ends = new Map<string, string>();
      const wrong: string[] = [];
      for (const event of events) {
        if (event.type !== 'step_completed' && event.type !== 'step_failed') continue;
        const attempt = attempts[Number(event.nodeId.slice(1))];
        if (!attempt || event.nodeId === 'start' || event.nodeId === 'end') continue;
        tried.count();
        const name = `${attempt.family}: ${attempt.name}`;
        ends.set(event.nodeId, event.type);
        if (event.type === 'step_failed') {
          const { code, message } = event.error;
          if (!attempt.code?.test(code) || !message || message.includes('reached'))
            wrong.push(`${name}: ${code}: ${message}`);
        } else if (!attempt.nothing?.test(JSON.stringify(event.output))) {
          wrong.push(`${name}: gave ${JSON.stringify(event.output).slice(0, 200)}`);
        }
      }
      if (ends.size !== attempts.length) {
        const { stderr } = ending.kind === 'failed' ? await sandbox.exited : { stderr: '' };
        wrong.push(`${ends.size} of ${attempts.length} ended: ${JSON.stringify(ending)} ${stderr}`);
      }
      return wrong;
    };

    test('gets no further with JavaScript', async () => expect(await runAll(CODE_ATTEMPTS)).toEqual([]));

    test('gets no further with expressions', async () => expect(await runAll(EXPRESSION_ATTEMPTS)).toEqual([]));

    test('that holds the engine’s own thread is stopped from outside', async () => {
      tried.count();
      const stuck = chain([
        { id: 'stuck', type: 'transform', config: { template: `{{ $match("${'a'.repeat(50)}b", /^(a+)+$/) }}` } },
      ]);
      const error = errorOf(await drive({ provider, definition: stuck, unresponsiveAfterMs: 2_500 }));
      expect(error).toMatchObject({ nodeId: 'stuck', hint: expect.any(String) });
      expect(['sandbox_unresponsive', 'node_timeout']).toContain(error.code);
    });

    test('leaves nothing for the next execution of its workspace, nor its sandbox to another workspace', async () => {
      tried.count(2);
      const leaving = chain([
        {
          id: 'leave',
          type: 'transform',
          config: {
            mode: 'jsonata',
            expression: '($left := "secret"; input ~> |$|{"__proto__": {"left": "secret"}, "left": $left}|)',
          },
        },
      ]);
      const looking = chain([
        {
          id: 'look',
          type: 'transform',
          config: { mode: 'jsonata', expression: '[$left, input.left, steps.leave, $lookup({}, "left")]' },
        },
      ]);
      const one = await drive({ provider, definition: leaving, input: {}, workspaceId: 'ours', memoryMb: 256 });
      expect(one.ending).toMatchObject({ event: { type: 'execution_completed' } });
      // The sandbox is given back once its engine says that nothing is left.
      await new Promise((resolve) => setTimeout(resolve, 500));
      const two = await drive({ provider, definition: looking, input: {}, workspaceId: 'ours', memoryMb: 256 });
      const three = await drive({ provider, definition: looking, input: {}, workspaceId: 'theirs', memoryMb: 256 });
      for (const result of [two, three])
        expect(result.ending).toMatchObject({ event: { type: 'execution_completed', results: [] } });
      expect(two.sandbox.id).toBe(one.sandbox.id);
      expect(three.sandbox.id).not.toBe(one.sandbox.id);
    });

    test('gets no sandbox that ran code of its own again', async () => {
      tried.count();
      const code = chain([{ id: 'code', type: 'code', config: { source: 'return 1' } }]);
      const first = await drive({ provider, definition: code, workspaceId: 'coders', memoryMb: 256 });
      await new Promise((resolve) => setTimeout(resolve, 300));
      const second = await drive({ provider, definition: chain([]), workspaceId: 'coders', memoryMb: 256 });
      expect(second.sandbox.id).not.toBe(first.sandbox.id);
    });
  });
