import type { FinishedStep } from '@agentweaver/core/engine/events';
import { runWorkflow } from '@agentweaver/core/engine/run-workflow';
import type { CodeSession } from '@agentweaver/core/nodes/code/code-session';
import type { HostFrame } from '../channel/protocol.ts';
import { createAnnouncedSteps } from './announced-steps.ts';
import { createChannelHost } from './channel-host.ts';
import { fitEvent } from './fit-event.ts';
import type { FrameWriter } from './frame-writer.ts';
import { createOpenWork } from './open-work.ts';
import { createStepUsage } from './step-usage.ts';

type StartFrame = Extract<HostFrame, { type: 'start' }>;
type Answer = Extract<HostFrame, { type: 'call_result' | 'call_error' | 'call_suspended' | 'call_waiting' }>;

export type Session = {
  addFinished(steps: readonly FinishedStep[]): void;
  /** Runs the execution to its last event; resolves when nothing of it is left. */
  run(start: StartFrame): Promise<void>;
  answer(frame: Answer): void;
};

/** One execution inside a sandbox. All its state is in here, so that nothing of it meets the next one. */
export const createSession = ({
  writer,
  announceUserCode,
  code,
}: {
  writer: FrameWriter;
  announceUserCode: () => Promise<void>;
  code: CodeSession;
}): Session => {
  const finishedSteps: FinishedStep[] = [];
  const work = createOpenWork();
  const usage = createStepUsage();
  const { host, answer } = createChannelHost({ writer, work, announceUserCode, code, usage });

  const run = async (start: StartFrame): Promise<void> => {
    const { announce, announced } = createAnnouncedSteps();
    const events = runWorkflow(start.definition, start.input, {
      host,
      resumeFrom: finishedSteps,
      ...(start.only ? { only: start.only } : {}),
      attempts: start.attempts,
      elapsedMs: start.elapsedMs,
      executionId: start.executionId,
      beforeWork: announced,
    });
    for await (const event of events) {
      const fitted = fitEvent(usage.follow(event));
      if ('event' in fitted) {
        await writer.send({ type: 'event', event: fitted.event });
        if (event.type === 'step_started') void writer.flush().then(() => announce(event));
        continue;
      }
      // The executor closes the steps that still run when it sees the execution end.
      const at = Date.now();
      const error = fitted.tooLarge;
      if (event.type === 'step_completed') {
        const { nodeId, iteration, attempt } = event;
        const failed = { type: 'step_failed', at, nodeId, iteration, attempt, error, continued: false } as const;
        await writer.send({ type: 'event', event: failed });
      }
      await writer.send({ type: 'event', event: { type: 'execution_failed', at, error } });
      break;
    }
    await work.settled();
  };

  return { addFinished: (steps) => finishedSteps.push(...steps), run, answer };
};
