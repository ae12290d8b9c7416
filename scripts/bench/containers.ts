import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Duplex } from 'node:stream';
import Docker from 'dockerode';
import { buildRuntime } from '../../apps/executor/scripts/build-runtime.ts';
import { ensureRuntimeImage } from '../../apps/executor/src/sandbox/runtime-image.ts';
import { inRoot } from '../lib/paths.ts';
import { header, type Measured, measure, row, single, timed } from './measure.ts';

const RUNTIME_FILE = inRoot('apps/executor/dist/sandbox-runtime.mjs');
const ROUNDS = 12;
const AT_ONCE = 2;
const LINES = 200;

type Image = { tag: string; node: string };

const HOST_CONFIG = { NetworkMode: 'none', ReadonlyRootfs: true, Memory: 1024 ** 3, PidsLimit: 128 } as const;

/** What Docker itself takes, without anything of ours: the yardsticks. Gives containers a second. */
export const benchContainers = async (): Promise<number> => {
  header('Docker by itself');
  const docker = new Docker();
  await buildRuntime();
  const image = await ensureRuntimeImage({ docker, bundleFile: RUNTIME_FILE });
  const runBare = async (): Promise<void> => {
    const container = await createContainer(docker, image, { program: '0' });
    await container.start();
    await container.wait();
    await container.remove();
  };
  const alone = await measure(ROUNDS, () => timed(runBare));
  row('bare container: create, start, wait, remove', alone, 'ms');
  const tookMs = await timed(() =>
    Promise.all(
      Array.from({ length: AT_ONCE }, async () => {
        for (let round = 0; round < ROUNDS; round += 1) await runBare();
      }),
    ),
  );
  const perSecond = (AT_ONCE * ROUNDS) / (tookMs / 1_000);
  row(`the same, ${AT_ONCE} at a time`, single(perSecond), '/s');
  await benchLines(docker, image);
  return perSecond;
};

const ECHO = 'process.stdin.pipe(process.stdout)';
const ECHO_SOCKET = `const socket = require('node:net').connect('/channel/socket'); socket.pipe(socket);`;

/** A line into a waiting container and back, over the two channels that sandboxes could have. */
const benchLines = async (docker: Docker, image: Image): Promise<void> => {
  const folder = await mkdtemp(path.join(tmpdir(), 'agentweaver-bench-'));
  const server = createServer().listen({ path: path.join(folder, 'socket'), readableAll: true, writableAll: true });
  // The image has a user without rights.
  await chmod(folder, 0o755);
  const overSocket = await createContainer(docker, image, { program: ECHO_SOCKET, binds: [`${folder}:/channel`] });
  const overStdio = await createContainer(docker, image, { program: ECHO, attached: true });
  try {
    const stdio = await overStdio.attach({ stream: true, stdin: true, stdout: true, hijack: true });
    await overStdio.start();
    const connected = once(server, 'connection');
    await overSocket.start();
    const [socket] = (await connected) as [Duplex];
    row('a line there and back, attached stdio', await measureLines(stdio), 'ms', 'what sandboxes use');
    row('the same, Unix socket', await measureLines(socket), 'ms');
    stdio.end();
    socket.end();
  } finally {
    await Promise.all([overStdio, overSocket].map((container) => container.remove({ force: true })));
    server.close();
    await rm(folder, { recursive: true, force: true });
  }
};

const measureLines = (stream: NodeJS.ReadWriteStream): Promise<Measured> =>
  measure(LINES, () =>
    timed(async () => {
      stream.write(`${randomBytes(16).toString('hex')}\n`);
      await once(stream, 'data');
    }),
  );

type Program = { program: string; attached?: boolean; binds?: string[] };

const createContainer = (docker: Docker, { tag, node }: Image, { program, attached = false, binds = [] }: Program) =>
  docker.createContainer({
    Image: tag,
    Entrypoint: [node],
    Cmd: ['-e', program],
    OpenStdin: attached,
    AttachStdin: attached,
    AttachStdout: attached,
    HostConfig: { ...HOST_CONFIG, Binds: binds },
  });
