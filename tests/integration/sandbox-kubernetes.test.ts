import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type Docker from 'dockerode';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { openChannel } from '../../apps/executor/src/channel/sandbox-channel.ts';
import {
  createKubernetesBackend,
  type KubernetesOptions,
} from '../../apps/executor/src/sandbox/kubernetes/kubernetes-sandbox.ts';
import { createPool } from '../../apps/executor/src/sandbox/pool/pool.ts';
import { ensureRuntimeImage } from '../../apps/executor/src/sandbox/runtime-image.ts';
import type { Sandbox, SandboxBackend, SandboxProvider } from '../../apps/executor/src/sandbox/sandbox.ts';
import { chain, drive, errorOf } from './support/drive.ts';
import {
  type KubernetesApi,
  type KubernetesApiOptions,
  startKubernetesApi,
} from './support/kubernetes-api/api-server.ts';
import { docker as engine, runtimeBundle } from './support/sandboxes.ts';

// Against a stand-in that speaks the API and runs each Pod as a container, not against a cluster.
vi.setConfig({ testTimeout: 60_000 });

describe.skipIf(!engine)('Pods', () => {
  const docker = engine as Docker;
  let image: string;
  let api: KubernetesApi;
  const apis: KubernetesApi[] = [];
  const backends: SandboxBackend[] = [];
  const sandboxes: Sandbox[] = [];
  const pools: SandboxProvider[] = [];

  const openApi = async (options: Partial<KubernetesApiOptions> = {}): Promise<KubernetesApi> => {
    const opened = await startKubernetesApi({ docker, ...options });
    apis.push(opened);
    return opened;
  };
  const open = async (options: Partial<KubernetesOptions> = {}, at = api): Promise<SandboxBackend> => {
    vi.stubEnv('KUBECONFIG', at.kubeconfig);
    const backend = await createKubernetesBackend({
      image,
      installationId: 'installation-1',
      executorId: `host~1~${randomUUID()}`,
      logger: pino({ level: 'silent' }),
      ...options,
    });
    backends.push(backend);
    return backend;
  };
  const openPool = async (options: Partial<KubernetesOptions> = {}, at = api): Promise<SandboxProvider> => {
    const pool = createPool({
      backend: await open(options, at),
      isolation: 'workspace',
      concurrency: 2,
      defaultMemoryMb: 512,
      logger: pino({ level: 'silent' }),
      limits: { base: 0 },
    });
    pools.push(pool);
    return pool;
  };
  const boot = async (backend: SandboxBackend, memoryMb = 256): Promise<Sandbox> => {
    const sandbox = await backend.boot({ memoryMb });
    sandboxes.push(sandbox);
    return sandbox;
  };
  const program = (source: string) => () => ['/runtime/node', '--input-type=module', '-e', source];
  const isGone = (name: string) => vi.waitFor(() => expect(api.store.get(name)).toBeUndefined(), { timeout: 10_000 });

  const noneLeft = () => vi.waitFor(() => expect(api.store.list()).toEqual([]), { timeout: 10_000 });

  beforeAll(async () => {
    const bundleFile = await runtimeBundle();
    image = (await ensureRuntimeImage({ docker, bundleFile })).tag;
    api = await openApi();
  });
  afterEach(async () => {
    await Promise.all(pools.splice(0).map((pool) => pool.close()));
    await Promise.all(sandboxes.splice(0).map((sandbox) => sandbox.kill()));
    await noneLeft();
    await Promise.all(backends.splice(0).map((backend) => backend.close()));
    vi.unstubAllEnvs();
  });
  afterAll(() => Promise.all(apis.map((one) => one.close())));

  test('run workflows, and one after another as long as no user code ran in them', async () => {
    const provider = await openPool();
    const plain = chain([{ id: 'text', type: 'transform', config: { template: 'n is {{ input.n }}' } }]);
    const first = await drive({ provider, definition: plain, input: { n: 1 } });
    const second = await drive({ provider, definition: plain, input: { n: 2 } });
    expect(first.ending).toMatchObject({ event: { type: 'execution_completed', results: 'n is 1' } });
    expect(second.ending).toMatchObject({ event: { results: 'n is 2' } });
    expect(second.sandbox.id).toBe(first.sandbox.id);

    const code = chain([
      { id: 'double', type: 'code', config: { source: 'console.log("hello"); return input.n * 2;' } },
      { id: 'get', type: 'http_request', config: { url: 'https://example.com/?q={{ previous }}' } },
    ]);
    const asked: string[] = [];
    const third = await drive({
      provider,
      definition: code,
      input: { n: 21 },
      services: {
        'http.fetch': async ({ url }) => {
          asked.push(url);
          return { status: 200, headers: {}, body: 'answer', encoding: 'utf8', url };
        },
      },
    });
    expect(third.ending).toMatchObject({ event: { type: 'execution_completed' } });
    expect(asked).toEqual(['https://example.com/?q=42']);
    await isGone(third.sandbox.id);
    await provider.close();
    await noneLeft();
  });

  test('are as tight as a container can be', async () => {
    const backend = await open({ runtimeClass: 'gvisor' });
    const { id } = await boot(backend, 512);
    const { metadata, spec } = api.store.get(id) ?? expect.fail();
    expect(metadata.labels).toMatchObject({
      'app.kubernetes.io/name': 'agentweaver-sandbox',
      'agentweaver.installation': 'installation-1',
    });
    expect(spec).toMatchObject({
      restartPolicy: 'Never',
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      hostNetwork: false,
      hostPID: false,
      runtimeClassName: 'gvisor',
      activeDeadlineSeconds: expect.any(Number),
      securityContext: { runAsNonRoot: true, runAsUser: 65534, seccompProfile: { type: 'RuntimeDefault' } },
    });
    const [container] = spec.containers;
    expect(container).toMatchObject({
      stdinOnce: true,
      tty: false,
      resources: {
        limits: { memory: '512Mi', 'ephemeral-storage': expect.any(String) },
        requests: { cpu: expect.any(String), memory: expect.any(String), 'ephemeral-storage': expect.any(String) },
      },
      securityContext: {
        readOnlyRootFilesystem: true,
        allowPrivilegeEscalation: false,
        capabilities: { drop: ['ALL'] },
      },
    });
    expect(container?.env).toBeUndefined();
    expect(spec.volumes).toEqual([{ name: 'tmp', emptyDir: { medium: 'Memory', sizeLimit: String(16 * 1024 ** 2) } }]);
    expect(await api.node.inspect(id)).toMatchObject({
      Config: { User: '65534:65534' },
      HostConfig: { ReadonlyRootfs: true, CapDrop: ['ALL'], Memory: 512 * 1024 ** 2, NetworkMode: 'none' },
    });
  });

  test('boot with more processor and are limited when their engine is ready', async () => {
    const backend = await open();
    const sandbox = await boot(backend);
    expect((await api.node.inspect(sandbox.id))?.HostConfig.NanoCpus).toBe(2e9);
    expect(await openChannel(sandbox).read()).toMatchObject({ type: 'ready' });
    await backend.limitProcessor(sandbox);
    await vi.waitFor(async () => expect((await api.node.inspect(sandbox.id))?.HostConfig.NanoCpus).toBe(5e8));
  });

  test('of a cluster that cannot resize them are limited from the start; an older subprotocol does', async () => {
    const older = await openApi({ resize: false, protocols: ['v4.channel.k8s.io'] });
    const backend = await open({}, older);
    const sandbox = await boot(backend);
    expect((await older.node.inspect(sandbox.id))?.HostConfig.NanoCpus).toBe(5e8);
    expect(await openChannel(sandbox).read()).toMatchObject({ type: 'ready' });
    await backend.limitProcessor(sandbox);
    expect(older.attachments.protocols).toEqual(['v4.channel.k8s.io']);
    await sandbox.kill();
  });

  test('that use up their memory are told from those that crash', async () => {
    const provider = await openPool();
    const source = 'const all = []; for (;;) all.push(new Uint8Array(1e6).fill(1));';
    const definition = chain([{ id: 'work', type: 'code', config: { source, memoryMb: 1024, timeoutMs: 20_000 } }]);
    const result = await drive({ provider, definition, memoryMb: 160 });
    expect(errorOf(result)).toMatchObject({ code: 'sandbox_out_of_memory', nodeId: 'work' });
    const backend = await open({ command: program('process.stderr.write("no luck"); process.exit(3)') });
    // It may end before anybody is attached: then it does not start.
    const outcome = await boot(backend).then(
      (sandbox) => sandbox.exited,
      (error: Error) => error,
    );
    if (outcome instanceof Error) expect(String(outcome.cause)).toContain('ended with 3');
    else expect(outcome).toMatchObject({ code: 3, outOfMemory: false });
    await provider.close();
  });

  test.each<[string, (id: string) => Promise<void> | void, RegExp]>([
    ['killed', (id) => api.node.kill(id), /Error/],
    ['evicted', (id) => api.node.evict(id), /Evicted: The node was low on resource/],
    ['cut off', () => api.attachments.drop(), /./],
  ])('that are %s end their execution as a crash', async (_how, harm, reason) => {
    const provider = await openPool();
    const { ending, sandbox } = await drive({
      provider,
      definition: chain([{ id: 'wait', type: 'delay', config: { seconds: 60 } }]),
      onEvent: async (event, { id }) => {
        if (event.type === 'step_started' && event.nodeId === 'wait') await harm(id);
      },
    });
    expect(ending).toMatchObject({ kind: 'failed', error: { code: 'sandbox_crashed' } });
    expect((await sandbox.exited).stderr).toMatch(reason);
    await isGone(sandbox.id);
    await provider.close();
  });

  test.each<[string, Parameters<KubernetesApi['fault']>[0]]>([
    ['is busy', { method: 'POST', path: /pods$/, answer: { code: 429, reason: 'TooManyRequests', retryAfter: 1 } }],
    ['fails twice', { method: 'POST', path: /pods$/, times: 2, answer: { code: 500, reason: 'InternalError' } }],
    ['loses its answer', { method: 'POST', path: /pods$/, answer: 'lost' }],
    ['counts a quota', { method: 'POST', path: /pods$/, answer: { code: 409, reason: 'Conflict' } }],
    ['cannot reach the node', { method: 'GET', path: /attach/, answer: { code: 500, reason: 'InternalError' } }],
    [
      'refuses a watch',
      { method: 'GET', path: /watch=true/, times: 2, answer: { code: 500, reason: 'InternalError' } },
    ],
  ])('start although the server %s', async (_how, fault) => {
    const backend = await open();
    if (fault.path.test('watch=true')) api.cutWatches();
    api.fault(fault);
    const sandbox = await boot(backend);
    expect(await openChannel(sandbox).read()).toMatchObject({ type: 'ready' });
    expect(api.store.list()).toHaveLength(1);
    // Deleting is tried again as well, and one that is gone already is as good.
    api.fault({ method: 'DELETE', path: /pods/, answer: { code: 500, reason: 'InternalError' } });
    await sandbox.kill();
    await isGone(sandbox.id);
    await sandbox.kill();
  });

  test('that may not be started say why', async () => {
    const backend = await open();
    api.fault({
      method: 'POST',
      path: /pods$/,
      answer: { code: 403, reason: 'Forbidden', message: 'exceeded quota: sandboxes' },
    });
    const refused = await boot(backend).catch((error: unknown) => error);
    expect(refused).toMatchObject({
      data: { code: 'sandbox_start_failed' },
      cause: { message: expect.stringContaining('exceeded quota') },
    });
    const wrongImage = await open({ image: 'agentweaver/no-such-image:1' });
    await expect(boot(wrongImage)).rejects.toMatchObject({
      cause: { message: expect.stringContaining('ErrImagePull') },
    });
    await noneLeft();
    await backend.check();
    api.fault({
      method: 'GET',
      path: /limit=1/,
      answer: { code: 503, reason: 'ServiceUnavailable', message: 'no etcd' },
    });
    await expect(backend.check()).rejects.toThrow('no etcd');
    api.fault({ method: 'POST', path: /dryRun=All/, answer: { code: 403, reason: 'Forbidden', message: 'no right' } });
    await expect(open()).rejects.toThrow('no right');
  });

  test('are followed by a watch that ends, and by one whose past is forgotten', async () => {
    const backend = await open();
    api.cutWatches();
    const first = await boot(backend);
    api.store.compact();
    api.cutWatches();
    const second = await boot(backend);
    await api.node.kill(first.id);
    expect(await first.exited).toMatchObject({ code: 137 });
    expect(await openChannel(second).read()).toMatchObject({ type: 'ready' });
  });

  test('are lost when the server restarts, and started again when it is back', async () => {
    const backend = await open();
    const lost = await boot(backend);
    await api.stop();
    const booting = boot(backend);
    await sleep(300);
    await api.start();
    const next = await booting;
    expect(await openChannel(next).read()).toMatchObject({ type: 'ready' });
    // Its one connection was through the server that ended.
    expect(await lost.exited).toMatchObject({ outOfMemory: false });
    await lost.kill();
    await isGone(lost.id);
  });

  test('hold back what nobody reads, and take as much as they are given', async () => {
    const total = 96 * 1024 ** 2;
    const backend = await open({
      command: program(`
        await new Promise((resolve) => process.stdin.once('data', resolve));
        let sent = 0;
        const fill = () => { while (sent < ${total}) { sent += 65536; if (!process.stdout.write(Buffer.alloc(65536, 'x'))) return process.stdout.once('drain', fill); } };
        fill();
        let received = 0;
        process.stdin.on('data', (chunk) => { received += chunk.length; if (received >= ${total}) process.stdout.write('!', () => process.exit(0)); });
      `),
    });
    const { stdin, stdout, exited } = await boot(backend);
    await sleep(1_500);
    expect(stdout.readableLength).toBeGreaterThan(0);
    expect(stdout.readableLength).toBeLessThan(1024 ** 2);
    let bytes = 0;
    stdout.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
    });
    await vi.waitFor(() => expect(bytes).toBe(total), { timeout: 30_000 });
    const part = Buffer.alloc(1024 ** 2, 'y');
    for (let written = 0; written < total; written += part.length) if (!stdin.write(part)) await once(stdin, 'drain');
    expect(await exited).toMatchObject({ code: 0, outOfMemory: false });
    expect(bytes).toBe(total + 1);
  });

  test('left behind are reaped, and those of others are not', async () => {
    const [mine, dead, alive, foreign] = ['host~1~mine', 'host~1~dead', 'host~1~alive', 'host~1~dead'];
    const own = await open({ executorId: mine });
    const kept = await boot(own);
    const byDead = await boot(await open({ executorId: dead }));
    const byAlive = await boot(await open({ executorId: alive }));
    const other = await boot(await open({ executorId: foreign, installationId: 'another/installation' }));
    // As an earlier process of the same executor would leave it.
    const forgotten = await boot(await open({ executorId: mine }));
    const asked: string[][] = [];
    const removed = await own.reap(async (ids) => {
      asked.push([...ids].toSorted());
      return new Set([dead]);
    });
    expect(removed).toBe(2);
    expect(asked).toEqual([[alive, dead]]);
    await isGone(byDead.id);
    await isGone(forgotten.id);
    for (const { id } of [kept, byAlive, other]) expect(api.store.get(id)?.metadata.deletionTimestamp).toBeUndefined();
  });

  test('are described with what is known of their network', async () => {
    expect((await open()).description).toContain('No NetworkPolicy closes their network');
    api.policies.push({
      metadata: { name: 'sandboxes-without-network' },
      spec: {
        podSelector: { matchLabels: { 'app.kubernetes.io/name': 'agentweaver-sandbox' } },
        policyTypes: ['Ingress', 'Egress'],
      },
    });
    expect((await open()).description).toContain('NetworkPolicy sandboxes-without-network closes their network');
    api.fault({ path: /networkpolicies/, answer: { code: 403, reason: 'Forbidden', message: 'cannot list' } });
    expect((await open()).description).toContain('cannot be seen (cannot list)');
  });
});
