import type { FinishedStep } from '@agentweaver/core/engine/events';
import { type HostFrame, MAX_PAYLOAD_BYTES } from '../channel/protocol.ts';

/** The finished steps in frames that are short enough; the outputs of a large map together are longer than one may be. */
export function* finishedFrames(
  finished: readonly FinishedStep[],
  maxBytes = MAX_PAYLOAD_BYTES,
): Generator<Extract<HostFrame, { type: 'finished' }>> {
  let steps: FinishedStep[] = [];
  let bytes = 0;
  for (const step of finished) {
    const size = Buffer.byteLength(JSON.stringify(step)) + 1;
    if (steps.length > 0 && bytes + size > maxBytes) {
      yield { type: 'finished', steps };
      steps = [];
      bytes = 0;
    }
    steps.push(step);
    bytes += size;
  }
  if (steps.length > 0) yield { type: 'finished', steps };
}
