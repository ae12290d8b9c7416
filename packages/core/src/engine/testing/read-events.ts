import type { EngineEvent } from '../events.ts';
import { stepKey } from '../step-key.ts';

/** `step_started each[0]/a`, `execution_completed`, … */
export const outline = (events: readonly EngineEvent[]): string[] =>
  events.map((event) => ('nodeId' in event ? `${event.type} ${stepKey(event.nodeId, event.iteration)}` : event.type));

export const last = (events: readonly EngineEvent[]): EngineEvent | undefined => events.at(-1);

export const ofType = <Type extends EngineEvent['type']>(events: readonly EngineEvent[], type: Type) =>
  events.filter((event): event is Extract<EngineEvent, { type: Type }> => event.type === type);

/** The outputs of completed steps by `stepKey`. */
export const outputs = (events: readonly EngineEvent[]): Record<string, unknown> =>
  Object.fromEntries(
    ofType(events, 'step_completed').map(({ nodeId, iteration, output }) => [stepKey(nodeId, iteration), output]),
  );
