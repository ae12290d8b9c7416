import type { FinishedStep } from '@agentweaver/core/engine/events';
import { runWorkflow } from '@agentweaver/core/engine/run-workflow';
import { createFrameDecoder } from '../channel/frame-codec.ts';
import { type HostFrame, hostFrameSchema, PROTOCOL_VERSION } from '../channel/protocol.ts';
import { createAnnouncedNodes } from './announced-nodes.ts';
import { createChannelHost } from './channel-host.ts';
import { fitEvent } from './fit-event.ts';
import { createFrameWriter } from './frame-writer.ts';

// What runs inside a sandbox: bundled into one file by `scripts/build-runtime.ts`. It knows the channel and the engine.

const writer = createFrameWriter(process.stdout);
const { host, answer } = createChannelHost(writer);
const finishedSteps: FinishedStep[] = [];

/** Nothing but frames may reach standard output, whatever a library prints; the network is the executor's alone. */
const closeOtherWays = (): void => {
  process.stdout.write = ((_text: unknown, ...rest: unknown[]) => {
    const done = rest.findLast((item) => typeof item === 'function');
    if (done) queueMicrotask(() => done());
    return true;
  }) as typeof process.stdout.write;
  for (const name of ['fetch', 'WebSocket', 'EventSource', 'XMLHttpRequest']) Reflect.deleteProperty(globalThis, name);
};

const run = async (start: Extract<HostFrame, { type: 'start' }>): Promise<void> => {
  const { nodeRuntime, announce } = createAnnouncedNodes();
  const events = runWorkflow(start.definition, start.input, {
    host,
    resumeFrom: finishedSteps,
    ...(start.only ? { only: start.only } : {}),
    attempts: start.attempts,
    elapsedMs: start.elapsedMs,
    executionId: start.executionId,
    nodeRuntime,
  });
  for await (const event of events) {
    const fitted = fitEvent(event);
    if ('event' in fitted) {
      await writer.send({ type: 'event', event: fitted.event });
      if (event.type === 'step_started') announce(event);
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
  process.exit(0);
};

const fail = (error: unknown): never => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exit(70);
};

const handle = (frame: HostFrame): void => {
  switch (frame.type) {
    case 'finished':
      finishedSteps.push(...frame.steps);
      return;
    case 'start':
      run(frame).catch(fail);
      return;
    case 'ping':
      writer.send({ type: 'pong', id: frame.id }).catch(fail);
      return;
    default:
      answer(frame);
  }
};

closeOtherWays();
process.on('uncaughtException', fail);
process.on('unhandledRejection', fail);
const frames = process.stdin.pipe(createFrameDecoder(hostFrameSchema));
frames.on('data', handle);
frames.on('error', fail);
// Without an executor there is nothing left to do.
frames.on('end', () => process.exit(0));
await writer.send({ type: 'ready', protocol: PROTOCOL_VERSION });
