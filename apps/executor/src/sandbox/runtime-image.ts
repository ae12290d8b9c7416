import { execFile } from 'node:child_process';
import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, readFile, stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import type Docker from 'dockerode';
import { type Pack, pack } from 'tar-stream';
import { statusOf } from './docker-errors.ts';
import { PASSWD, RUNTIME_LAYOUT, RUNTIME_USER, snapshotCommand } from './runtime-layout.ts';

/**
 * The image that sandboxes run: `FROM scratch`, the Node binary that runs this executor, the libraries it needs and
 * the bundled runtime. It is made from files of this machine, so nothing is pulled, and tagged by its content, so the
 * second start finds it. `docker/sandbox/Dockerfile` makes the same from a published Node image, for Pods.
 */
const REPOSITORY = 'agentweaver/sandbox';

/** Raised when the base image gets other folders or small files. */
const LAYOUT = '2';

export type RuntimeImage = {
  tag: string;
  node: string;
  bundle: string;
  /**
   * The heap of a runtime that is loaded and has run a workflow, which sandboxes start from; absent where none could be
   * made. Measured (median of 15, two busy cores, Node 24): from the start of the process to `ready` the bundle takes 158
   * to 179 CPU-ms, the snapshot 72, Node alone 27 to 31; the first execution of ten nodes then 36 or 19 CPU-ms, further
   * ones 7. Leaving out the translations of zod, or all names, changed nothing that could be measured.
   */
  snapshot?: string;
};

/** Where the bundle's build puts what the snapshot is made from. */
export const snapshotSourceOf = (bundleFile: string): string => bundleFile.replace(/(\.mjs)?$/, '.snapshot.cjs');

export const ensureRuntimeImage = async ({
  docker,
  bundleFile,
  baseImage,
}: {
  docker: Docker;
  bundleFile: string;
  /** A Linux image with `node` on its path; for engines whose machine is not this one's kind. */
  baseImage?: string;
}): Promise<RuntimeImage> => {
  const base = baseImage ?? (await ensureBaseImage(docker));
  const node = baseImage ? 'node' : RUNTIME_LAYOUT.node;
  const bundle = await readFile(bundleFile);
  const snapshotSource = await readFile(snapshotSourceOf(bundleFile));
  const tag = `${REPOSITORY}:${hashOf(LAYOUT, base, bundle, snapshotSource)}`;
  const plain = { tag: `${tag}-plain`, node, bundle: RUNTIME_LAYOUT.bundle };
  const complete = { tag, node, bundle: RUNTIME_LAYOUT.bundle, snapshot: RUNTIME_LAYOUT.snapshot };
  if (await imageExists(docker, tag)) return complete;
  if (await imageExists(docker, plain.tag)) return plain;
  const build = (image: RuntimeImage) => buildRuntime({ docker, base, bundle, snapshotSource, image });
  try {
    await build(complete);
    return complete;
  } catch {
    // A base image whose Node makes no snapshot, or an engine that runs nothing while it builds: it does without.
    await build(plain);
    return plain;
  }
};

const hashOf = (...parts: (string | Buffer)[]): string => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part).update('\0');
  return hash.digest('hex').slice(0, 16);
};

/** Through one buffer: a stream of the Node binary leaves 100 MB of them behind, which an idle executor never collects. */
const hashFile = async (hash: Hash, path: string): Promise<void> => {
  const buffer = Buffer.allocUnsafe(HASH_BUFFER_BYTES);
  const file = await open(path);
  try {
    for (let read = await file.read(buffer); read.bytesRead > 0; read = await file.read(buffer)) {
      hash.update(buffer.subarray(0, read.bytesRead));
    }
  } finally {
    await file.close();
  }
};

const HASH_BUFFER_BYTES = 1024 * 1024;

const imageExists = async (docker: Docker, tag: string): Promise<boolean> => {
  try {
    await docker.getImage(tag).inspect();
    return true;
  } catch (error) {
    if (statusOf(error) === 404) return false;
    throw error;
  }
};

/** Node and its libraries as an image of one layer; the bundle comes on top, so a new bundle costs kilobytes. */
const ensureBaseImage = async (docker: Docker): Promise<string> => {
  const files = [
    { source: process.execPath, target: RUNTIME_LAYOUT.node, mode: 0o755 },
    ...(await librariesOf(process.execPath)).map((path) => ({ source: path, target: path, mode: 0o755 })),
  ];
  const hash = createHash('sha256').update(LAYOUT);
  for (const file of files) {
    hash.update(file.target);
    await hashFile(hash, file.source);
  }
  const tag = `${REPOSITORY}-node:${hash.digest('hex').slice(0, 16)}`;
  if (await imageExists(docker, tag)) return tag;

  const tar = pack();
  const [repo, version] = tag.split(':') as [string, string];
  const importing = docker.importImage(Readable.from(tar), { repo, tag: version });
  const fill = async () => {
    // The mount of /tmp takes over the rights of the folder below it.
    tar.entry({ name: 'tmp', type: 'directory', mode: 0o1777 });
    tar.entry({ name: 'etc', type: 'directory', mode: 0o755 });
    tar.entry({ name: 'etc/passwd', mode: 0o644 }, `${PASSWD}\n`);
    for (const file of files) await addFile(tar, file);
    tar.finalize();
  };
  const [stream] = await Promise.all([importing, fill()]);
  await followProgress(docker, stream);
  return tag;
};

const addFile = async (tar: Pack, file: { source: string; target: string; mode: number }): Promise<void> => {
  const { size } = await stat(file.source);
  const entry = tar.entry({ name: file.target.slice(1), mode: file.mode, size });
  await pipeline(createReadStream(file.source), entry);
};

const librariesOf = async (binary: string): Promise<string[]> => {
  const { stdout } = await promisify(execFile)('ldd', [binary]);
  const paths = stdout.split('\n').flatMap((line) => /(?:=> |^\s*)(\/\S+) \(0x/.exec(line)?.[1] ?? []);
  return [...new Set(paths)].sort();
};

const buildRuntime = async ({
  docker,
  base,
  bundle,
  snapshotSource,
  image,
}: {
  docker: Docker;
  base: string;
  bundle: Buffer;
  snapshotSource: Buffer;
  image: RuntimeImage;
}): Promise<void> => {
  const context = pack();
  context.entry({ name: 'main.mjs', mode: 0o444 }, bundle);
  context.entry({ name: 'snapshot.cjs', mode: 0o444 }, snapshotSource);
  const lines = [
    `FROM ${base}`,
    `COPY main.mjs ${image.bundle}`,
    ...(image.snapshot
      ? [`COPY snapshot.cjs ${RUNTIME_LAYOUT.snapshotSource}`, `RUN ${JSON.stringify(snapshotCommand(image.node))}`]
      : []),
    `USER ${RUNTIME_USER}`,
  ];
  context.entry({ name: 'Dockerfile' }, `${lines.join('\n')}\n`);
  context.finalize();
  await followProgress(
    docker,
    await docker.buildImage(Readable.from(context), { t: image.tag, rm: true, forcerm: true, networkmode: 'none' }),
  );
};

/** Resolves when the engine is done; rejects with what it says. */
const followProgress = (docker: Docker, stream: NodeJS.ReadableStream): Promise<void> =>
  new Promise((resolve, reject) => {
    docker.modem.followProgress(stream, (error: Error | null, messages: { error?: string }[]) => {
      const failed = messages?.find((message) => message.error)?.error;
      if (error) reject(error);
      else if (failed) reject(new Error(failed));
      else resolve();
    });
  });
