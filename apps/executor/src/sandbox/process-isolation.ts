import { type ControlGroups, openControlGroups } from './process-cgroup.ts';
import { describeProcess } from './process-description.ts';
import { findTools, type ProcessPlan, plansFor, type Tools } from './process-namespaces.ts';
import { prepareProcessRoot } from './process-root.ts';
import { type Protection, testIsolation } from './process-self-test.ts';
import { type StartOptions, startProcess } from './start-process.ts';

/** How sandbox processes are started on this machine, and what was found to hold there. */
export type ProcessIsolation = {
  plan: ProcessPlan;
  groups?: ControlGroups;
  /** Result of the self-test. */
  protections: Protection[];
  /** The same in one sentence for people. */
  description: string;
  close(): Promise<void>;
};

const PROBE_TIMEOUT_MS = 5_000;
const PROBE_MEMORY_MB = 256;

/** Finds out what this machine allows by doing it, and takes the strongest that works. */
export const findIsolation = async ({
  bundleFile,
  tools = findTools(),
}: {
  bundleFile: string;
  tools?: Tools;
}): Promise<ProcessIsolation> => {
  const root = tools.unshare ? await prepareProcessRoot({ bundleFile }).catch(() => undefined) : undefined;
  const groups = tools.sh ? await openControlGroups().catch(() => undefined) : undefined;
  const close = async (): Promise<void> => {
    await groups?.close();
    await root?.remove();
  };
  try {
    for (const plan of plansFor({ tools, root })) {
      const found = (groups && (await tryPlan({ plan, groups, bundleFile }))) ?? (await tryPlan({ plan, bundleFile }));
      if (!found) continue;
      const protections = await testIsolation({ ...found, bundleFile });
      return { ...found, protections, description: describeProcess(plan, protections), close };
    }
  } catch (error) {
    await close();
    throw error;
  }
  await close();
  throw new Error('The sandbox runtime does not start as a process on this machine; build it with "npm run build".');
};

/** Whether the runtime says `ready` when it is started so. */
const tryPlan = async ({
  plan,
  groups,
  bundleFile,
}: StartOptions): Promise<Pick<ProcessIsolation, 'plan' | 'groups'> | undefined> => {
  const sandbox = await startProcess({ plan, groups, bundleFile }, PROBE_MEMORY_MB).catch(() => undefined);
  if (!sandbox) return undefined;
  const timer = setTimeout(() => void sandbox.kill(), PROBE_TIMEOUT_MS);
  try {
    let output = '';
    for await (const chunk of sandbox.stdout) {
      output += String(chunk);
      if (output.includes('\n')) break;
    }
    return output.startsWith('{"type":"ready"') ? { plan, ...(groups ? { groups } : {}) } : undefined;
  } finally {
    clearTimeout(timer);
    await sandbox.kill();
  }
};
