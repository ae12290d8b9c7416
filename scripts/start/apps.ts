import path from 'node:path';
import { inRoot } from '../lib/paths.ts';
import { step } from '../lib/progress.ts';
import { type Child, startChild, waitUntilReady } from './children.ts';
import type { Secrets } from './secrets.ts';
import type { StartSettings } from './settings.ts';
import type { Shutdown } from './shutdown.ts';

const EXECUTOR_READY_MS = 90_000;
const WEB_READY_MS = 90_000;

export type AppsOptions = {
  settings: StartSettings;
  secrets: Secrets;
  databaseUrl: string;
  executorPort: number;
  /** The folder of the web app's build; none with hot reload. */
  webBuild: string | undefined;
  shutdown: Shutdown;
};

/**
 * So an app that nobody uses holds 80 MB less, and is as quick: V8's young generation would grow to 128 MB while it loads,
 * and glibc would keep what large buffers leave behind. The images in docker/ do the same.
 */
const SMALL_YOUNG_GENERATION = '--max-semi-space-size=8';
const GIVE_MEMORY_BACK = { MALLOC_ARENA_MAX: '2', MALLOC_MMAP_THRESHOLD_: String(1024 * 1024) };

/** What both apps read; `undefined` leaves a variable out of the child's environment. */
const environmentOf = ({
  settings,
  secrets,
  databaseUrl,
  executorPort,
  webBuild,
}: AppsOptions): Record<string, string | undefined> => ({
  NODE_ENV: settings.dev ? 'development' : 'production',
  NEXT_TELEMETRY_DISABLED: '1',
  ...GIVE_MEMORY_BACK,
  NEXT_DIST_DIR: webBuild,
  DATABASE_URL: databaseUrl,
  REDIS_URL: settings.redisUrl,
  SANDBOX: settings.sandbox,
  PORT: String(settings.port),
  EXECUTOR_PORT: String(executorPort),
  EXECUTOR_URL: `http://127.0.0.1:${executorPort}`,
  AGENTWEAVER_DATA: settings.dataDir,
  AGENTWEAVER_MASTER_KEY: settings.masterKey ?? secrets.masterKey,
  NEXTAUTH_URL: settings.publicUrl,
  NEXTAUTH_SECRET: settings.nextAuthSecret ?? secrets.nextAuthSecret,
});

/** Restarts with every change of what the executor or its sandboxes are made from. */
const WATCH = [
  '--watch-preserve-output',
  ...['apps/executor/src', 'packages/core/src', 'packages/db/src'].map((dir) => `--watch-path=${inRoot(dir)}`),
  `--import=${inRoot('scripts/start/bundle-first.ts')}`,
];

export const startExecutor = (options: AppsOptions): Promise<Child> =>
  startApp(options, 'executor', {
    entry: 'apps/executor/src/main.ts',
    nodeArgs: options.settings.dev ? WATCH : [SMALL_YOUNG_GENERATION],
    readyUrl: `http://127.0.0.1:${options.executorPort}/ready`,
    readyMs: EXECUTOR_READY_MS,
  });

export const startWeb = (options: AppsOptions): Promise<Child> =>
  startApp(options, 'web', {
    entry: 'apps/web/src/server/main.ts',
    nodeArgs: options.settings.dev ? [] : [SMALL_YOUNG_GENERATION],
    readyUrl: `http://127.0.0.1:${options.settings.port}/api/health`,
    readyMs: WEB_READY_MS,
  });

type App = { entry: string; nodeArgs: string[]; readyUrl: string; readyMs: number };

const startApp = (options: AppsOptions, name: string, app: App): Promise<Child> =>
  step(name === 'web' ? 'Web server' : 'Executor', async () => {
    const child = await startChild({
      name,
      entry: app.entry,
      cwd: inRoot('apps', name),
      nodeArgs: app.nodeArgs,
      env: environmentOf(options),
      logDir: path.join(options.settings.dataDir, 'logs'),
    });
    options.shutdown.add((how) => child.stop(how));
    await waitUntilReady(child, app.readyUrl, app.readyMs);
    void child.crashed.then((text) => options.shutdown.finish(1, text));
    return child;
  });
