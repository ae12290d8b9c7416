import { randomUUID } from 'node:crypto';
import { mkdir, rename } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const inExecutor = (relative: string): string => fileURLToPath(new URL(`../${relative}`, import.meta.url));

/** Bundles what runs inside a sandbox into one file, which needs nothing but Node. */
export const buildRuntime = async (outfile = inExecutor('dist/sandbox-runtime.mjs')): Promise<void> => {
  await mkdir(path.dirname(outfile), { recursive: true });
  // Replaced in one step: an executor may be reading the one before, and two builds may meet.
  const unfinished = `${outfile}.${randomUUID()}`;
  await build({
    entryPoints: [inExecutor('src/runtime/main.ts')],
    outfile: unfinished,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    minifyWhitespace: true,
    minifySyntax: true,
    keepNames: true,
    legalComments: 'none',
    // CommonJS packages inside the bundle ask for Node's own modules by `require`.
    banner: {
      js: "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);",
    },
    logLevel: 'warning',
  });
  await rename(unfinished, outfile);
};

if (import.meta.main) await buildRuntime();
