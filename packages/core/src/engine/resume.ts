import type { FinishedStep } from './events.ts';
import { type JsonOutput, sizedJson } from './json-output.ts';
import type { Outcome } from './scheduler.ts';
import { NO_OUTPUT } from './step-data.ts';

/** The steps of an earlier attempt, as the scheduler and the steps after them see them. */
export const readFinishedSteps = (
  steps: readonly FinishedStep[],
): { outcomes: Map<string, Outcome>; outputs: Map<string, JsonOutput> } => {
  const outcomes = new Map<string, Outcome>();
  const outputs = new Map<string, JsonOutput>();
  for (const step of steps) {
    switch (step.status) {
      case 'completed':
        outcomes.set(step.nodeId, { kind: 'completed', ports: step.ports });
        outputs.set(step.nodeId, sizedJson(step.output));
        break;
      case 'failed':
        outcomes.set(step.nodeId, { kind: 'failed' });
        outputs.set(step.nodeId, NO_OUTPUT);
        break;
      case 'skipped':
        outcomes.set(step.nodeId, { kind: 'skipped' });
        break;
    }
  }
  return { outcomes, outputs };
};
