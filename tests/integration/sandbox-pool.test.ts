import { randomUUID } from 'node:crypto';
import type Docker from 'dockerode';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { PoolOptions } from '../../apps/executor/src/sandbox/pool/pool.ts';
import type { SandboxProvider } from '../../apps/executor/src/sandbox/sandbox.ts';
import { chain, drive } from './support/drive.ts';
import { docker as engine, openSandboxes } from './support/sandboxes.ts';

describe.skipIf(!engine)('a pool of containers', () => {
  const docker = engine as Docker;
  let installationId: string;
  let pool: SandboxProvider | undefined;

  const open = async (options: Partial<PoolOptions> = {}): Promise<SandboxProvider> => {
    installationId = `test-${randomUUID()}`;
    pool = await openSandboxes('docker', { installationId, pool: { limits: { base: 1 }, ...options } });
    return pool;
  };
  const containers = () =>
    docker.listContainers({ all: true, filters: { label: [`agentweaver.data=${installationId}`] } });
  afterEach(async () => {
    await pool?.close();
    pool = undefined;
    expect(await containers()).toEqual([]);
  });

  const text = chain([{ id: 'text', type: 'transform', config: { template: 'n is {{ input.n }}' } }]);
  const code = chain([{ id: 'work', type: 'code', config: { source: 'return input.n + 1' } }]);
  const run = async (provider: SandboxProvider, workspaceId: string, definition = text, n = 1) => {
    const result = await drive({ provider, definition, workspaceId, input: { n } });
    expect(result.ending).toMatchObject({ kind: 'reported', event: { type: 'execution_completed' } });
    return result;
  };
  const isGone = (id: string) =>
    vi.waitFor(() => expect(docker.getContainer(id).inspect()).rejects.toMatchObject({ statusCode: 404 }), 10_000);

  test('serves a workspace again and again from one, with nothing left of the execution before', async () => {
    const provider = await open();
    const first = await run(provider, 'a');
    for (let n = 2; n < 20; n += 1) {
      const next = await run(provider, 'a', text, n);
      expect(next.sandbox.id).toBe(first.sandbox.id);
      expect(next.ending).toMatchObject({ event: { results: `n is ${n}` } });
    }
  });

  test('never serves another workspace from it', async () => {
    const provider = await open();
    const first = await run(provider, 'a');
    expect((await run(provider, 'b')).sandbox.id).not.toBe(first.sandbox.id);
    expect((await run(provider, 'a')).sandbox.id).toBe(first.sandbox.id);
  });

  test('removes one in which user code ran', async () => {
    const provider = await open();
    const first = await run(provider, 'a', code);
    await isGone(first.sandbox.id);
    expect((await run(provider, 'a', code)).sandbox.id).not.toBe(first.sandbox.id);
  });

  test('removes each after its execution with ISOLATION=execution', async () => {
    const provider = await open({ isolation: 'execution' });
    const first = await run(provider, 'a');
    await isGone(first.sandbox.id);
    expect((await run(provider, 'a')).sandbox.id).not.toBe(first.sandbox.id);
  });

  test('gives one at once, with the limits of an execution', async () => {
    const provider = await open();
    await run(provider, 'a');
    const startedAt = performance.now();
    const lease = await provider.acquire(
      { workspaceId: 'a', executionId: 'e', attemptId: 't', memoryMb: 512 },
      new AbortController().signal,
    );
    expect(performance.now() - startedAt).toBeLessThan(20);
    expect(lease.warm).toBe(true);
    const { HostConfig } = await docker.getContainer(lease.sandbox.id).inspect();
    expect(HostConfig).toMatchObject({ CpuPeriod: 100_000, CpuQuota: 50_000, Memory: 512 * 1024 ** 2 });
    await lease.kill();
  });

  test('replaces one that is killed while nobody uses it', async () => {
    await open();
    await vi.waitFor(async () => expect(await containers()).toMatchObject([{ State: 'running' }]), 20_000);
    const [idle] = await containers();
    await docker.getContainer(idle?.Id ?? '').kill();
    await vi.waitFor(
      async () => {
        const now = await containers();
        expect(now).toMatchObject([{ State: 'running' }]);
        expect(now[0]?.Id).not.toBe(idle?.Id);
      },
      { timeout: 20_000, interval: 100 },
    );
  });

  test('leaves nothing behind when it closes, whatever it is doing', async () => {
    const provider = await open();
    const requests = ['a', 'b', 'c'].map((workspaceId) =>
      provider
        .acquire({ workspaceId, executionId: 'e', attemptId: 't', memoryMb: 512 }, new AbortController().signal)
        .catch(() => undefined),
    );
    await new Promise((resolve) => setTimeout(resolve, 150));
    await provider.close();
    await Promise.all(requests);
    expect(await containers()).toEqual([]);
  });
});
