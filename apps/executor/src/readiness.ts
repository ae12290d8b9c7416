import { statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { messageOf } from '@agentweaver/core/errors/to-execution-error';
import type { LiveChannel } from '@agentweaver/db/live-channel';
import type { ExecutionQueue } from '@agentweaver/db/queue';
import type { DatabaseCheck } from './database-check.ts';
import type { ExecutorEnv } from './env.ts';
import type { Presence } from './presence.ts';
import type { SandboxProvider } from './sandbox/sandbox.ts';
import { MIN_FREE_DISK_BYTES, PART_TIMEOUT_MS } from './tunables.ts';
import { within } from './within.ts';

export type Phase = 'starting' | 'running' | 'stopping';

export type Part = 'database' | 'queue' | 'live' | 'sandbox' | 'disk';

export type PartStates = {
  parts: Record<Part, 'ok' | 'missing'>;
  /** A sentence per missing part; also that the executor starts or stops. */
  missing: string[];
};

const SENTENCES: Record<Part, string> = {
  database: 'The database cannot be used',
  queue: 'The queue cannot be used',
  live: 'The live channel cannot be used',
  sandbox: 'No sandbox can be started',
  disk: 'The disk is full',
};
const PARTS: Part[] = ['database', 'queue', 'live', 'sandbox', 'disk'];

const PHASES: Record<Phase, string[]> = {
  starting: ['It is starting.'],
  running: [],
  stopping: ['It is shutting down.'],
};

type Looked = {
  phase: Phase;
  env: Pick<ExecutorEnv, 'AGENTWEAVER_DATA'>;
  database: DatabaseCheck;
  queue: Pick<ExecutionQueue, 'counts'>;
  live: Pick<LiveChannel, 'check'>;
  sandboxes: Pick<SandboxProvider, 'check'> | undefined;
  presence: Pick<Presence, 'failure'> | undefined;
};

/** Asks every part at once; one that does not answer in time is missing, too. */
export const readParts = async ({
  phase,
  env,
  database,
  queue,
  live,
  sandboxes,
  presence,
}: Looked): Promise<PartStates> => {
  const checks: Record<Part, () => Promise<unknown>> = {
    database: async () => {
      await database();
      // A full disk refuses writes only.
      const failure = presence?.failure();
      if (failure !== undefined) throw new Error(`it takes no writes: ${failure}`);
    },
    queue: queue.counts,
    live: live.check,
    sandbox: async () => {
      if (!sandboxes) throw new Error('it is being prepared.');
      await sandboxes.check();
    },
    disk: () => checkDisk(foldersOf(env)),
  };
  const reasons = await Promise.all(
    PARTS.map((part) =>
      within(PART_TIMEOUT_MS + 500, checks[part]()).then(
        () => undefined,
        (error: unknown) => messageOf(error),
      ),
    ),
  );
  const stateOf = (part: Part) => (reasons[PARTS.indexOf(part)] === undefined ? 'ok' : 'missing');
  return {
    parts: {
      database: stateOf('database'),
      queue: stateOf('queue'),
      live: stateOf('live'),
      sandbox: stateOf('sandbox'),
      disk: stateOf('disk'),
    },
    missing: [
      ...PHASES[phase],
      ...PARTS.flatMap((part, index) => (reasons[index] === undefined ? [] : `${SENTENCES[part]}: ${reasons[index]}`)),
    ],
  };
};

/** What every execution needs of this machine; rejects with what is missing. */
export const checkRoom = async ({
  sandboxes,
  env,
}: {
  sandboxes: Pick<SandboxProvider, 'check'> | undefined;
  env: Pick<ExecutorEnv, 'AGENTWEAVER_DATA'>;
}): Promise<void> => {
  if (sandboxes) await within(PART_TIMEOUT_MS, sandboxes.check());
  await checkDisk(foldersOf(env));
};

const foldersOf = ({ AGENTWEAVER_DATA: data }: Looked['env']): string[] => (data ? [tmpdir(), data] : [tmpdir()]);

/** Rejects when one of these folders has hardly any room left. A folder that is not there yet is made by whoever needs it. */
const checkDisk = async (folders: readonly string[]): Promise<void> => {
  for (const folder of folders) {
    const stats = await statfs(folder).catch(() => undefined);
    if (!stats) continue;
    const free = stats.bavail * stats.bsize;
    if (free < MIN_FREE_DISK_BYTES) throw new Error(`${folder} has ${Math.floor(free / 1024 / 1024)} MiB left.`);
  }
};
