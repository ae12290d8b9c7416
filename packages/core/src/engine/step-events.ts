import type { EngineEvent } from './events.ts';
import type { StepEnd } from './run-step.ts';

/** How a step's end is told. */
export const endEvent = (step: { nodeId: string; iteration: string }, end: StepEnd, at: number): EngineEvent => {
  const { nodeId, iteration } = step;
  switch (end.kind) {
    case 'completed': {
      const { attempt, output, ports, details } = end;
      return { type: 'step_completed', at, nodeId, iteration, attempt, output: output.value, ports, ...details };
    }
    case 'failed': {
      const { attempt, error, handedOn } = end;
      const told = { type: 'step_failed' as const, at, nodeId, iteration, attempt, error };
      if (!handedOn) return { ...told, continued: false };
      return { ...told, continued: true, output: handedOn.output.value, ports: handedOn.ports };
    }
    case 'waiting': {
      const { attempt, wait } = end;
      const { kind, until } = wait;
      return {
        type: 'step_waiting',
        at,
        nodeId,
        iteration,
        attempt,
        kind,
        ...(until === undefined ? {} : { until }),
      };
    }
    case 'cancelled':
      return { type: 'step_cancelled', at, nodeId, iteration };
  }
};
