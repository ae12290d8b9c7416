import { randomBytes } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/**
 * An executor's id tells where its process is: `host~pid namespace~pid~start~random`. An executor that starts on the
 * same machine can so tell that an earlier one is dead, and need not wait until its claims grow stale.
 */
export type ExecutorIdentity = {
  id: string;
  /** `false` also when it cannot be known from here. */
  isKnownDead(executorId: string): boolean;
};

export const createExecutorIdentity = (): ExecutorIdentity => {
  const here = `${hostname().replaceAll('~', '-')}~${pidNamespace()}`;
  const id = `${here}~${process.pid}~${startTime(process.pid) ?? '0'}~${randomBytes(4).toString('hex')}`;
  return {
    id,
    isKnownDead: (executorId) => {
      if (executorId === id) return false;
      const [host, namespace, pid, start] = executorId.split('~');
      if (`${host}~${namespace}` !== here || !pid || !start) return false;
      // The same number may belong to another process by now.
      return startTime(Number(pid)) !== start;
    },
  };
};

const pidNamespace = (): string => {
  try {
    return readlinkSync('/proc/self/ns/pid').replace(/\D/g, '');
  } catch {
    return '0';
  }
};

/** When a process started, in ticks since boot on Linux; `0` for "alive" elsewhere; `undefined` for no such process. */
const startTime = (pid: number): string | undefined => {
  if (process.platform === 'linux') {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      // The name in brackets may hold anything; the start time is the 20th field behind it.
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return fields[0] === 'Z' ? undefined : fields[19];
    } catch {
      return undefined;
    }
  }
  try {
    process.kill(pid, 0);
    return '0';
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM' ? '0' : undefined;
  }
};
