import { copyFile } from 'node:fs/promises';
import path from 'node:path';
import { createPrisma } from '@agentweaver/db/client';
import type { PrismaClient } from '@agentweaver/db/generated/client';
import { createExecutionQueue, type ExecutionQueue } from '@agentweaver/db/queue';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Certificates, createCertificates } from './support/certificates.ts';
import { createTestDatabase, type TestDatabase } from './support/database.ts';
import { chain } from './support/drive.ts';
import { createWorkspace, queueExecution, waitForExecution } from './support/executions.ts';
import { startExecutor, type TestExecutor } from './support/executor.ts';
import { freePort } from './support/free-port.ts';
import { canRunDocker, type OwnDocker, startOwnDocker } from './support/outages/own-docker.ts';

let database: TestDatabase;
let prisma: PrismaClient;
let queue: ExecutionQueue;
let workspaceId: string;
/** The engine's own, and those of an authority that it does not know. */
let own: Certificates;
let foreign: Certificates;
let engine: OwnDocker;
let port: number;
let executors: TestExecutor[] = [];

describe.skipIf(!canRunDocker)('an engine elsewhere, over TLS', { timeout: 180_000 }, () => {
  beforeAll(async () => {
    database = await createTestDatabase();
    prisma = createPrisma({ databaseUrl: database.databaseUrl });
    queue = createExecutionQueue({ databaseUrl: database.databaseUrl });
    workspaceId = await createWorkspace(prisma);
    [own, foreign, port] = await Promise.all([createCertificates(), createCertificates(), freePort()]);
    engine = await startOwnDocker({ tls: { port, certificates: own } });
  });
  afterEach(async () => {
    await Promise.all(executors.map((executor) => executor.stop()));
    executors = [];
  });
  afterAll(async () => {
    await engine.close();
    await queue.close();
    await prisma.$disconnect();
    await database.drop();
  });

  const start = async (certificates: string): Promise<TestExecutor> => {
    const executor = await startExecutor({
      databaseUrl: database.databaseUrl,
      sandbox: 'docker',
      env: { DOCKER_HOST: `tcp://127.0.0.1:${port}`, DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: certificates },
    });
    executors.push(executor);
    return executor;
  };
  const definition = chain([
    { id: 'shout', type: 'code', config: { source: 'return previous.toUpperCase();' } },
    { id: 'wait', type: 'delay', config: { seconds: 0.2 } },
  ]);
  const run = () => queueExecution({ prisma, queue }, { workspaceId, definition, input: 'quiet' });

  test('is sent the image and runs executions', async () => {
    expect(await engine.docker.listImages()).toEqual([]);
    const executor = await start(own.folder);
    expect((await executor.ready()).sandbox?.kind).toBe('docker');
    const tags = (await engine.docker.listImages()).flatMap(({ RepoTags }) => RepoTags ?? []);
    expect(tags.some((tag) => tag.startsWith('agentweaver/sandbox:'))).toBe(true);
    const ids = await Promise.all([run(), run(), run()]);
    for (const id of ids)
      expect(await waitForExecution(prisma, id)).toMatchObject({ status: 'completed', results: 'QUIET' });
  });

  test('is not used when it shows a certificate of another authority, and the refusal to start says so', async () => {
    await expect(start(foreign.folder)).rejects.toThrow(
      /SANDBOX=docker.*certificate of the Docker engine at tcp:\/\/127\.0\.0\.1:\d+.*DOCKER_CERT_PATH/,
    );
  });

  test('does not take a client with a certificate of another authority, and the refusal to start says so', async () => {
    await copyFile(own.ca, path.join(foreign.folder, 'ca.pem'));
    await expect(start(foreign.folder)).rejects.toThrow(
      /SANDBOX=docker.*Docker engine at tcp:\/\/127\.0\.0\.1:\d+ (refuses the|broke off.*) certificate in DOCKER_CERT_PATH/,
    );
  });

  test('needs the files of its certificates', async () => {
    await expect(start('/nowhere')).rejects.toThrow(/DOCKER_CERT_PATH.*\/nowhere/);
  });

  test('whose certificate changes is missing until it is right again, and executions wait', async () => {
    const executor = await start(own.folder);
    const [certificate, key] = [await copyOf(own.serverCert), await copyOf(own.serverKey)];
    const other = await createCertificates();
    await copyFile(other.serverCert, own.serverCert);
    await copyFile(other.serverKey, own.serverKey);
    await engine.restart();
    await expect
      .poll(async () => (await executor.ready()).missing.join(), { timeout: 30_000 })
      .toMatch(/No sandbox can be started: .*certificate of the Docker engine at tcp:.*DOCKER_CERT_PATH/);
    const id = await run();

    await copyFile(certificate, own.serverCert);
    await copyFile(key, own.serverKey);
    await engine.restart();
    await expect.poll(async () => (await executor.ready()).status, { timeout: 60_000 }).toBe('ready');
    expect(await waitForExecution(prisma, id, { timeoutMs: 60_000 })).toMatchObject({ status: 'completed' });
  });
});

const copyOf = async (file: string): Promise<string> => {
  await copyFile(file, `${file}.kept`);
  return `${file}.kept`;
};
