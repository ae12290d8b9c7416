import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { inRoot } from '../lib/paths.ts';
import { step } from '../lib/progress.ts';
import { mustRun } from '../lib/run-command.ts';
import { withSharedLock } from '../lib/shared-lock.ts';
import { hashSources } from '../lib/source-hash.ts';

type Product = {
  title: string;
  lock: string;
  /** What it is made from, relative to the checkout. */
  sources: string[];
  /** Holds the hash of the sources it was made from; belongs beside the product, so that deleting that deletes both. */
  marker: string;
  /** Without this file the product is not there, whatever the marker says. */
  proof: string;
  build: (env: Record<string, string | undefined>, onLine: (line: string) => void) => Promise<void>;
};

const PRISMA_CLIENT: Product = {
  title: 'Database client',
  lock: 'prisma-client',
  sources: [
    'packages/db/prisma/schema.prisma',
    'packages/db/prisma.config.ts',
    'packages/db/scripts/generate.mjs',
    'package-lock.json',
  ],
  marker: inRoot('packages/db/src/generated/source-hash'),
  proof: inRoot('packages/db/src/generated/client.ts'),
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
  marker: inRoot('apps/web/.next/source-hash'),
  proof: inRoot('apps/web/.next/BUILD_ID'),
  build: async (env, onLine) => {
    const next = inRoot('node_modules/next/dist/bin/next');
    await mustRun('Building the web app', process.execPath, [next, 'build'], { cwd: inRoot('apps/web'), env, onLine });
  },
};

const SANDBOX_RUNTIME: Product = {
  title: 'Sandbox runtime',
  lock: 'sandbox-runtime',
  sources: ['apps/executor/src', 'apps/executor/scripts', 'packages/core/src', 'package-lock.json'],
  marker: inRoot('apps/executor/dist/source-hash'),
  proof: inRoot('apps/executor/dist/sandbox-runtime.mjs'),
  build: async () => {
    await mustRun('Bundling the sandbox runtime', process.execPath, [inRoot('apps/executor/scripts/build-runtime.ts')]);
  },
};

export const generatePrismaClient = (): Promise<void> => make(PRISMA_CLIENT);

/** Shared by all copies of this checkout; a build that is up to date is left alone. */
export const buildWebApp = (): Promise<void> => make(WEB_APP);

/** The one file that runs inside sandboxes; the executor makes an image of it when it starts. */
export const bundleSandboxRuntime = (): Promise<void> => make(SANDBOX_RUNTIME);

const make = (product: Product): Promise<void> =>
  step(product.title, async ({ detail, note }) => {
    const hash = await hashSources(product.sources, { salt: [process.version] });
    const isUpToDate = async () =>
      existsSync(product.proof) && (await readFile(product.marker, 'utf8').catch(() => '')) === hash;
    if (await isUpToDate()) return note('up to date');
    await withSharedLock(
      product.lock,
      async () => {
        // Another copy may have built it while this one waited.
        if (await isUpToDate()) return;
        const env = { NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1' };
        await product.build(env, (line) => {
          if (/Compiled|Generating static|Finished|Collecting/.test(line)) detail(line.trim());
        });
        await mkdir(path.dirname(product.marker), { recursive: true });
        await writeFile(product.marker, hash);
      },
      (pid) => detail(`waiting for process ${pid}, which builds it`),
    );
  });
