import { randomUUID } from 'node:crypto';
import type { EngineEvent } from '@agentweaver/core/engine/events';
import type Docker from 'dockerode';
import { describe, expect, test } from 'vitest';
import { ensureRuntimeImage } from '../../apps/executor/src/sandbox/runtime-image.ts';
import { chain, drive } from './support/drive.ts';
import { docker as engine, openBackend, openSandboxes, runtimeBundle } from './support/sandboxes.ts';

describe.skipIf(!engine)('containers', () => {
  const docker = engine as Docker;

  const request = (workspaceId = 'w') => ({
    workspaceId,
    executionId: randomUUID(),
    attemptId: randomUUID(),
    memoryMb: 1024,
  });
  const { signal } = new AbortController();

  test('have no network, no rights, no secrets and limits', async () => {
    process.env.AGENTWEAVER_TEST_SECRET = 'must not travel';
    const provider = await openSandboxes('docker');
    const lease = await provider.acquire(request(), signal);
    const { id } = lease.sandbox;
    try {
      const { Config, HostConfig, State, NetworkSettings } = await docker.getContainer(id).inspect();
      expect(State.Running).toBe(true);
      expect(Config.User).toBe('65534:65534');
      expect((Config.Env ?? []).filter((entry) => !entry.startsWith('PATH='))).toEqual([]);
      expect(Config.Labels).toMatchObject({ 'agentweaver.executor': 'test' });
      expect(Object.keys(NetworkSettings.Networks)).toEqual(['none']);
      expect(HostConfig).toMatchObject({
        NetworkMode: 'none',
        ReadonlyRootfs: true,
        Privileged: false,
        CapDrop: ['ALL'],
        SecurityOpt: ['no-new-privileges'],
        Memory: 1024 ** 3,
        MemorySwap: 1024 ** 3,
        CpuPeriod: 100_000,
        CpuQuota: 50_000,
        PidsLimit: 128,
        AutoRemove: false,
        LogConfig: { Type: 'none' },
      });
      expect(HostConfig.Binds ?? []).toEqual([]);
      expect(JSON.stringify(await docker.getContainer(id).inspect())).not.toContain('must not travel');
    } finally {
      await lease.kill();
      await provider.close();
    }
    await expect(docker.getContainer(id).inspect()).rejects.toMatchObject({ statusCode: 404 });
  });

  test('hold a program that tries to get out', async () => {
    // Runs as plain Node, without the permission model: what holds here is the container alone.
    const program = `
      import fs from 'node:fs';
      import net from 'node:net';
      import os from 'node:os';
      import { spawn } from 'node:child_process';
      import { setTimeout as sleep } from 'node:timers/promises';
      const send = (event) => process.stdout.write(JSON.stringify({ type: 'event', event: { at: Date.now(), ...event } }) + '\\n');
      const attempt = async (work) => { try { return String(await work()); } catch (error) { return error.code ?? error.message; } };
      const connect = (host) => new Promise((resolve, reject) => net.connect(53, host).once('connect', () => resolve('connected')).once('error', reject));
      const bomb = async () => {
        let refused = 0;
        const children = [];
        for (let i = 0; i < 300; i += 1) {
          await new Promise((resolve) => {
            const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
            child.once('error', () => { refused += 1; resolve(); });
            child.once('spawn', () => { children.push(child); resolve(); });
          });
          if (refused > 0) break;
        }
        for (const child of children) child.kill('SIGKILL');
        return refused > 0 ? 'refused' : 'all started';
      };
      const found = {
        uid: process.getuid(),
        env: Object.keys(process.env).filter((name) => !['PATH', 'HOME', 'HOSTNAME'].includes(name)),
        interfaces: Object.values(os.networkInterfaces()).flat().filter((address) => !address.internal).length,
        internet: await attempt(() => connect('8.8.8.8')),
        metadata: await attempt(() => connect('169.254.169.254')),
        rootfs: await attempt(() => fs.writeFileSync('/x', 'x')),
        runtime: await attempt(() => fs.appendFileSync('/runtime/main.mjs', 'x')),
        tmp: await attempt(() => fs.writeFileSync('/tmp/x', 'x')),
        tmpFull: await attempt(() => fs.writeFileSync('/tmp/big', Buffer.alloc(32 * 1024 * 1024))),
        capabilities: /CapEff:\\s+(\\w+)/.exec(fs.readFileSync('/proc/self/status', 'utf8'))[1],
        noNewPrivileges: /NoNewPrivs:\\s+(\\d)/.exec(fs.readFileSync('/proc/self/status', 'utf8'))[1],
        socket: fs.existsSync('/var/run/docker.sock'),
        bomb: await bomb(),
      };
      send({ type: 'execution_started', resumedSteps: 0 });
      send({ type: 'step_started', nodeId: 'start', attempt: 1, input: found });
      send({ type: 'step_completed', nodeId: 'start', attempt: 1, output: 1, ports: [] });
      send({ type: 'execution_completed', results: 1 });
      await sleep(60_000);
    `;
    const provider = await openSandboxes('docker', { program });
    const { ending, events } = await drive({ provider, definition: chain([]), unresponsiveAfterMs: 30_000 });
    expect(ending.kind).toBe('reported');
    const started = events.find(
      (event): event is Extract<EngineEvent, { type: 'step_started' }> => event.type === 'step_started',
    );
    expect(started?.input).toEqual({
      uid: 65534,
      env: [],
      interfaces: 0,
      internet: 'ENETUNREACH',
      metadata: 'ENETUNREACH',
      rootfs: 'EROFS',
      runtime: 'EACCES',
      tmp: 'undefined',
      tmpFull: 'ENOSPC',
      capabilities: '0000000000000000',
      noNewPrivileges: '1',
      socket: false,
      bomb: 'refused',
    });
  });

  test('of an engine that somebody removes from outside end as a crash', async () => {
    const provider = await openSandboxes('docker');
    const { ending } = await drive({
      provider,
      definition: chain([{ id: 'wait', type: 'delay', config: { seconds: 60 } }]),
      onEvent: async (event, sandbox) => {
        if (event.type === 'step_started' && event.nodeId === 'wait')
          await docker.getContainer(sandbox.id).remove({ force: true });
      },
    });
    expect(ending).toMatchObject({ kind: 'failed', error: { code: 'sandbox_crashed' } });
  });

  test('left behind are reaped, and those of others are not', async () => {
    const installationId = `test-${randomUUID()}`;
    const [mine, living, dead] = await Promise.all(
      ['mine', 'living', 'dead'].map((executorId) => openBackend('docker', { installationId, executorId })),
    );
    const foreign = await openBackend('docker', { executorId: 'dead' });
    // The same executor's name, and nothing that it knows of: as if its process had forgotten one.
    const forgetful = await openBackend('docker', { installationId, executorId: 'mine' });
    const sandboxes = await Promise.all(
      [mine, living, dead, forgetful, foreign].map((backend) => backend?.boot({ memoryMb: 128 })),
    );
    const alive = async () => {
      const containers = await docker.listContainers({ all: true });
      return sandboxes.map((sandbox) => containers.some(({ Id }) => Id === sandbox?.id));
    };
    try {
      const findDead = async (ids: readonly string[]) => new Set(ids.filter((id) => id === 'dead'));
      expect(await mine?.reap(findDead)).toBe(2);
      expect(await alive()).toEqual([true, true, false, false, true]);
    } finally {
      await Promise.all(sandboxes.map((sandbox) => sandbox?.kill()));
    }
  });

  test('come from an image that is made once', async () => {
    const bundleFile = await runtimeBundle();
    const first = await ensureRuntimeImage({ docker, bundleFile });
    const startedAt = performance.now();
    expect(await ensureRuntimeImage({ docker, bundleFile })).toEqual(first);
    expect(performance.now() - startedAt).toBeLessThan(5_000);
    const onTop = await ensureRuntimeImage({ docker, bundleFile, baseImage: first.tag });
    expect(onTop).toMatchObject({ node: 'node', bundle: '/runtime/main.mjs' });
    expect(onTop.tag).not.toBe(first.tag);
    await docker.getImage(onTop.tag).remove({ force: true });
  });
});
