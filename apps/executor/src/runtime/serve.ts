import { once } from 'node:events';
import { createCodeSession } from '@agentweaver/core/nodes/code/code-session';
import { codeConfig, DEFAULT_CODE_MEMORY_MB } from '@agentweaver/core/nodes/code/definition';
import { createFrameDecoder } from '../channel/frame-codec.ts';
import { type HostFrame, hostFrameSchema, PROTOCOL_VERSION } from '../channel/protocol.ts';
import { createFrameWriter } from './frame-writer.ts';
import { READY_WHEN_SPOKEN_TO } from './ready-when-spoken-to.ts';
import { createSession, type Session } from './session.ts';

/**
 * What runs inside a sandbox. It knows the channel and the engine, and runs one execution after the other. Resolves when
 * the executor has been told that it is ready.
 */
export const serve = async (): Promise<void> => {
  const writer = createFrameWriter(process.stdout);

  /** User code in here may do what it likes from now on, also to this promise: the first word of it counts. */
  let userCode: Promise<void> | undefined;
  const announceUserCode = (): Promise<void> => {
    userCode ??= writer.send({ type: 'user_code' }).then(writer.flush);
    return userCode;
  };

  /** One for the life of this process: where user code ran, no other execution starts. */
  const code = createCodeSession();

  let session: Session | undefined;
  let running = false;
  const currentSession = (): Session => {
    session ??= createSession({ writer, announceUserCode, code });
    return session;
  };

  const start = async (frame: Extract<HostFrame, { type: 'start' }>): Promise<void> => {
    if (running) throw new Error('A second execution was started before the first had ended.');
    if (userCode) throw new Error('An execution was started where the code of another one has run.');
    running = true;
    for (const { type, config } of frame.definition.nodes) {
      if (type === 'code') code.prepare(codeConfig.safeParse(config).data?.memoryMb ?? DEFAULT_CODE_MEMORY_MB);
    }
    await currentSession().run(frame);
    session = undefined;
    running = false;
    await writer.send({ type: 'idle' });
  };

  const handle = (frame: HostFrame): void => {
    switch (frame.type) {
      case 'finished':
        currentSession().addFinished(frame.steps);
        return;
      case 'start':
        start(frame).catch(fail);
        return;
      case 'ping':
        writer.send({ type: 'pong', id: frame.id }).catch(fail);
        return;
      default:
        session?.answer(frame);
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
  // In a Pod, what is written before somebody is attached is lost: there the executor speaks first, with an empty line.
  if (process.argv.includes(READY_WHEN_SPOKEN_TO)) await once(process.stdin, 'data');
  await writer.send({ type: 'ready', protocol: PROTOCOL_VERSION });
  // Not before the sandbox has been waiting for a while: where many are started, their processors have better to do.
  setTimeout(() => {
    if (!running) code.prepare(DEFAULT_CODE_MEMORY_MB);
  }, PREPARE_CODE_AFTER_MS).unref();
};

const PREPARE_CODE_AFTER_MS = 100;

/** Nothing but frames may reach standard output, whatever a library prints; the network is the executor's alone. */
const closeOtherWays = (): void => {
  process.stdout.write = ((_text: unknown, ...rest: unknown[]) => {
    const done = rest.findLast((item) => typeof item === 'function');
    if (done) queueMicrotask(() => done());
    return true;
  }) as typeof process.stdout.write;
  for (const name of ['fetch', 'WebSocket', 'EventSource', 'XMLHttpRequest']) Reflect.deleteProperty(globalThis, name);
};

const fail = (error: unknown): never => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exit(70);
};
