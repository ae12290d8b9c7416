/**
 * Files of the image that sandboxes run, whoever makes it: `runtime-image.ts` on the engine itself, or
 * `docker/sandbox/Dockerfile` for a registry; a check holds the two together.
 */
export const RUNTIME_LAYOUT = {
  node: '/runtime/node',
  bundle: '/runtime/main.mjs',
  snapshotSource: '/runtime/snapshot.cjs',
  snapshot: '/runtime/main.blob',
} as const;

/** Nobody: Docker and Kubernetes both take numbers without asking the image. */
export const RUNTIME_USER = '65534:65534';

/** Libraries ask for the name of the user they run as. */
export const PASSWD = 'nobody:x:65534:65534:nobody:/:/sbin/nologin';

/**
 * Only the Node that made a snapshot takes it, so the image's own makes it. Another processor may: a snapshot of Node 24
 * holds no machine code.
 */
export const snapshotCommand = (node: string): string[] => [
  node,
  '--snapshot-blob',
  RUNTIME_LAYOUT.snapshot,
  '--build-snapshot',
  RUNTIME_LAYOUT.snapshotSource,
];
