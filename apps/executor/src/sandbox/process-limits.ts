import { SANDBOX_OPEN_FILES, SANDBOX_PIDS } from '../tunables.ts';

/** As containers have them; see `docker-sandbox.ts`. */
export const PROCESS_LIMITS = {
  openFiles: SANDBOX_OPEN_FILES,
  /** Processes and threads. */
  processes: SANDBOX_PIDS,
} as const;

/**
 * Arguments of `prlimit`. Of size there is no limit here: V8 sets aside half a gigabyte of address space for each worker
 * thread and uses little of it, so what would stop a memory bomb would stop four Code nodes at once as well. Memory is
 * for the control group, and where there is none for the executor's watch.
 */
export const limitArguments = ({
  prlimit,
  ownUserNamespace,
}: {
  prlimit: string;
  /** Without it processes are counted over everything that runs as that user on this machine. */
  ownUserNamespace: boolean;
}): string[] => [
  prlimit,
  `--nofile=${PROCESS_LIMITS.openFiles}`,
  // No file can be written, whoever owns it; streams are no files.
  '--fsize=0',
  '--core=0',
  '--memlock=0',
  '--msgqueue=0',
  ...(ownUserNamespace ? [`--nproc=${PROCESS_LIMITS.processes}`] : []),
  '--',
];
