import { readdirSync, readFileSync } from 'node:fs';

const statOf = (pid: number): string[] => {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name in brackets may hold anything.
  return text.slice(text.lastIndexOf(')') + 2).split(' ');
};

export const parentOf = (pid: number): number => Number(statOf(pid)[1]);

/** Its number may belong to another process one day: with its start, in ticks since boot, it is the same for sure. */
export type ProcessRef = { pid: number; start: string };

export const refOf = (pid: number): ProcessRef | undefined => {
  try {
    return { pid, start: statOf(pid)[19] ?? '' };
  } catch {
    return undefined;
  }
};

/** A zombie has ended. */
export const isAlive = (pid: number): boolean => {
  try {
    return statOf(pid)[0] !== 'Z';
  } catch {
    return false;
  }
};

export const isStillAlive = ({ pid, start }: ProcessRef): boolean => isAlive(pid) && refOf(pid)?.start === start;

export const listProcesses = (): number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);

/** Its program and arguments, with NULs between. */
export const commandOf = (pid: number): string => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
};

const parents = (): Map<number, number> => {
  return new Map(
    listProcesses().flatMap((pid) => {
      try {
        return [[pid, parentOf(pid)] as const];
      } catch {
        return [];
      }
    }),
  );
};

/** Parents before their children. */
export const descendantsOf = (pid: number): number[] => {
  const parentByPid = parents();
  const childrenOf = (parent: number): number[] =>
    [...parentByPid].flatMap(([child, its]) => (its === parent ? [child, ...childrenOf(child)] : []));
  return childrenOf(pid);
};

export const withChildren = (parent: number): number[] => [
  parent,
  ...[...parents()].flatMap(([child, its]) => (its === parent ? [child] : [])),
];

export const signal = (pid: number, name: NodeJS.Signals): void => {
  try {
    process.kill(pid, name);
  } catch {
    // It has ended already.
  }
};
