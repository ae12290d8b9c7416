import { MAX_ITERATION_LENGTH } from './events.ts';
import { ExecutionError } from './execution-errors.ts';

/** An iteration inside another one. Throws `invalid_workflow` where it would become longer than an event may hold. */
const inside = (iteration: string, segment: string): string => {
  const path = iteration === '' ? segment : `${iteration}/${segment}`;
  if (path.length <= MAX_ITERATION_LENGTH) return path;
  throw new ExecutionError({
    code: 'invalid_workflow',
    message: `Steps lie too deep inside each other: ${path.slice(0, 200)}…`,
    hint: 'Use fewer containers inside each other, or shorter ids for them.',
  });
};

/** The iteration of what a step runs inside itself: a round of its body, or a workflow that it calls. */
export const iterationOfRound = (step: { nodeId: string; iteration: string; attempt: number }, index: number): string =>
  inside(step.iteration, `${step.nodeId}${step.attempt > 1 ? `#${step.attempt}` : ''}[${index}]`);

/** The iteration of a node in a scope that runs in `iteration`, after evaluations have sent it round again. */
export const iterationAfterRounds = (
  iteration: string,
  rounds: readonly { evaluation: string; round: number }[],
): string => rounds.reduce((path, { evaluation, round }) => inside(path, `${evaluation}[${round}]`), iteration);
