import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { inRoot } from '../lib/paths.ts';
import { step } from '../lib/progress.ts';
import { mustRun } from '../lib/run-command.ts';
import { withSharedLock } from '../lib/shared-lock.ts';
import { hashSources } from '../lib/source-hash.ts';
import { keepWebBuild, useWebBuild, webBuildName } from './web-build.ts';

type Product = {
  title: string;
  lock: string;
  /** What it is made from, relative to the checkout. */
  sources: string[];
  /** Holds the hash of the sources it was made from; belongs beside the product, so that deleting that deletes both. */
  marker: (hash: string) => string;
  /** Without this file the product is not there, whatever the marker says. */
  proof: (hash: string) => string;
  build: (options: BuildOptions) => Promise<void>;
};

type BuildOptions = { hash: string; env: Record<string, string | undefined>; onLine: (line: string) => void };

const WEB_DIR = inRoot('apps/web');

const PRISMA_CLIENT: Product = {
  title: 'Database client',
  lock: 'prisma-client',
  sources: [
    'packages/db/prisma/schema.prisma',
    'packages/db/prisma.config.ts',
    'packages/db/scripts/generate.mjs',
    'package-lock.json',
  ],
  marker: () => inRoot('packages/db/src/generated/source-hash'),
  proof: () => inRoot('packages/db/src/generated/client.ts'),
  build: async () => {
    await mustRun('Generating the database client', process.execPath, [inRoot('packages/db/scripts/generate.mjs')]);
  },
};

const WEB_APP: Product = {
  title: 'Web app',
  lock: 'web-build',
  sources: [
    'apps/web/src',
    'apps/web/messages',
    'apps/web/public',
    'apps/web/next.config.ts',
    'apps/web/postcss.config.mjs',
    'apps/web/tsconfig.json',
    'apps/web/package.json',
    'packages/core/src',
    'packages/db/src',
    'packages/db/prisma/schema.prisma',
    'package-lock.json',
  ],
  marker: (hash) => path.join(WEB_DIR, webBuildName(hash), 'source-hash'),
  proof: (hash) => path.join(WEB_DIR, webBuildName(hash), 'BUILD_ID'),
  build: async ({ hash, env, onLine }) => {
    const next = inRoot('node_modules/next/dist/bin/next');
    await mustRun('Building the web app', process.execPath, [next, 'build'], { cwd: WEB_DIR, env, onLine });
    await keepWebBuild(WEB_DIR, hash);
  },
};

const SANDBOX_RUNTIME: Product = {
  title: 'Sandbox runtime',
  lock: 'sandbox-runtime',
  sources: ['apps/executor/src', 'apps/executor/scripts', 'packages/core/src', 'package-lock.json'],
  marker: () => inRoot('apps/executor/dist/source-hash'),
  proof: () => inRoot('apps/executor/dist/sandbox-runtime.mjs'),
  build: async () => {
    await mustRun('Bundling the sandbox runtime', process.execPath, [inRoot('apps/executor/scripts/build-runtime.ts')]);
  },
};

export const generatePrismaClient = async (): Promise<void> => {
  await make(PRISMA_CLIENT);
};

/** Shared by all copies of this checkout; a build that is up to date is left alone. Returns its folder's name. */
export const buildWebApp = async (): Promise<string> => useWebBuild(WEB_DIR, await make(WEB_APP));

/** The one file that runs inside sandboxes; the executor makes an image of it when it starts. */
export const bundleSandboxRuntime = async (): Promise<void> => {
  await make(SANDBOX_RUNTIME);
};

/** Returns the hash of the sources. */
const make = (product: Product): Promise<string> =>
  step(product.title, async ({ detail, note }) => {
    const hash = await hashSources(product.sources, { salt: [process.version] });
    const isUpToDate = async () =>
      existsSync(product.proof(hash)) && (await readFile(product.marker(hash), 'utf8').catch(() => '')) === hash;
    if (await isUpToDate()) {
      note('up to date');
      return hash;
    }
    await withSharedLock(
      product.lock,
      async () => {
        // Another copy may have built it while this one waited.
        if (await isUpToDate()) return;
        const env = { NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1' };
        const onLine = (line: string) => {
          if (/Compiled|Generating static|Finished|Collecting/.test(line)) detail(line.trim());
        };
        await product.build({ hash, env, onLine });
        await mkdir(path.dirname(product.marker(hash)), { recursive: true });
        await writeFile(product.marker(hash), hash);
      },
      (pid) => detail(`waiting for process ${pid}, which builds it`),
    );
    return hash;
  });
