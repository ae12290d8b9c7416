import { randomUUID } from 'node:crypto';
import { mkdir, rename } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, build, type Plugin } from 'esbuild';
import { snapshotSourceOf } from '../src/sandbox/runtime-image.ts';

const inExecutor = (relative: string): string => fileURLToPath(new URL(`../${relative}`, import.meta.url));

/**
 * Bundles what runs inside a sandbox, each time into one file that needs nothing but Node: a program, and the source of
 * a heap snapshot of it (`snapshotSourceOf`), which `runtime-image.ts` makes with the Node that will run it.
 */
export const buildRuntime = async (outfile = inExecutor('dist/sandbox-runtime.mjs')): Promise<void> => {
  await mkdir(path.dirname(outfile), { recursive: true });
  await Promise.all([
    bundle({
      entry: 'src/runtime/main.ts',
      outfile,
      format: 'esm',
      // CommonJS packages inside the bundle ask for Node's own modules by `require`.
      banner: {
        js: "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);",
      },
    }),
    bundle({
      entry: 'src/runtime/snapshot.ts',
      outfile: snapshotSourceOf(outfile),
      format: 'cjs',
      plugins: [loadLater('node:worker_threads')],
    }),
  ]);
};

const bundle = async ({
  entry,
  outfile,
  ...options
}: Pick<BuildOptions, 'format' | 'banner' | 'plugins'> & { entry: string; outfile: string }): Promise<void> => {
  // Replaced in one step: an executor may be reading the one before, and two builds may meet.
  const unfinished = `${outfile}.${randomUUID()}`;
  await build({
    entryPoints: [inExecutor(entry)],
    outfile: unfinished,
    bundle: true,
    platform: 'node',
    target: 'node24',
    minifyWhitespace: true,
    minifySyntax: true,
    keepNames: true,
    legalComments: 'none',
    logLevel: 'warning',
    ...options,
  });
  await rename(unfinished, outfile);
};

/** A module of Node that must not be loaded in a snapshot: each of its classes is looked up when it is used. */
const loadLater = (name: 'node:worker_threads'): Plugin => ({
  name: 'load-later',
  setup: ({ onResolve, onLoad }) => {
    onResolve({ filter: new RegExp(`^${name}$`) }, () => ({ path: name, namespace: 'load-later' }));
    onLoad({ filter: /.*/, namespace: 'load-later' }, () => ({
      contents: `module.exports = { get Worker() { return process.getBuiltinModule('${name}').Worker; } };`,
    }));
  },
});

if (import.meta.main) await buildRuntime();
