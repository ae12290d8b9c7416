import type { EngineEvent } from './events.ts';
import type { ExecutionErrorData } from './execution-errors.ts';
import { stepKey } from './step-key.ts';

export type RunningStep = { nodeId: string; iteration: string; name: string };

/** So many are named; a map may run hundreds at a time. */
const MAX_NAMED = 3;

/** Names what was at work when the time was over: of steps that run others, those others. */
export const executionTimeout = ({
  timeoutMs,
  running,
}: {
  timeoutMs: number;
  running: readonly RunningStep[];
}): ExecutionErrorData => {
  const leaves = running.filter(
    ({ nodeId, iteration }) => !running.some((other) => lies(other.iteration, stepKey(nodeId, iteration))),
  );
  const [only] = leaves;
  return {
    code: 'execution_timeout',
    message: `The execution did not finish within ${timeoutMs / 1_000} s.${stillRunning(leaves)}`,
    ...(only && leaves.length === 1 ? { nodeId: only.nodeId } : {}),
    hint: 'Raise the time limit in the settings of the workflow, or give it less to do.',
  };
};

const lies = (iteration: string, key: string): boolean =>
  iteration.startsWith(`${key}[`) || iteration.startsWith(`${key}#`);

const stillRunning = (steps: readonly RunningStep[]): string => {
  const names = [...new Set(steps.map(({ name }) => `“${name}”`))];
  if (names.length === 0) return '';
  const more = names.length - MAX_NAMED;
  const list = more > 0 ? [...names.slice(0, MAX_NAMED), `${more} more`] : names;
  const said = list.length === 1 ? list[0] : `${list.slice(0, -1).join(', ')} and ${list.at(-1)}`;
  return ` Still running: ${said}.`;
};

/** Follows the events of an execution, for what runs at any moment. */
export const watchRunning = (): {
  see: (event: EngineEvent) => void;
  running: () => { nodeId: string; iteration: string }[];
} => {
  const open = new Map<string, { nodeId: string; iteration: string }>();
  return {
    see: (event) => {
      switch (event.type) {
        case 'step_started':
          open.set(stepKey(event.nodeId, event.iteration), event);
          return;
        case 'step_completed':
        case 'step_failed':
        case 'step_waiting':
        case 'step_cancelled':
          open.delete(stepKey(event.nodeId, event.iteration));
      }
    },
    running: () => [...open.values()],
  };
};
