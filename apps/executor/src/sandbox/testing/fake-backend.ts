import { PassThrough } from 'node:stream';
import { PROTOCOL_VERSION } from '../../channel/protocol.ts';
import type { Sandbox, SandboxBackend, SandboxExit } from '../sandbox.ts';

export type FakeSandbox = Sandbox & {
  /** What its engine says. */
  say(...types: ('idle' | 'user_code' | 'pong')[]): void;
  /** It ends by itself. */
  die(): void;
  processorLimited: boolean;
  killed: boolean;
};

export type FakeBackend = SandboxBackend & {
  /** All that were booted, in order. */
  booted: FakeSandbox[];
  alive(): FakeSandbox[];
  /** From now on boots reject with this; `undefined` ends it. */
  failWith(error: Error | undefined): void;
  /** From now on boots wait until they are let through. */
  hold(): { release: () => void };
};

/** Sandboxes without anything in them, for the pool's states: what runs in one is said by the test. */
export const createFakeBackend = (): FakeBackend => {
  const booted: FakeSandbox[] = [];
  let failure: Error | undefined;
  let held: Promise<void> | undefined;
  return {
    kind: 'process',
    description: 'Nothing runs in these.',
    booted,
    alive: () => booted.filter(({ killed }) => !killed),
    failWith: (error) => {
      failure = error;
    },
    hold: () => {
      const { promise, resolve } = Promise.withResolvers<void>();
      held = promise;
      return {
        release: () => {
          held = undefined;
          resolve();
        },
      };
    },
    boot: async ({ memoryMb }) => {
      if (failure) throw failure;
      await held;
      const sandbox = createFakeSandbox(`sandbox-${booted.length + 1}`, memoryMb);
      booted.push(sandbox);
      return sandbox;
    },
    limitProcessor: async (sandbox) => {
      (sandbox as FakeSandbox).processorLimited = true;
    },
    reap: async () => 0,
    check: async () => undefined,
    close: async () => undefined,
  };
};

const createFakeSandbox = (id: string, memoryMb: number): FakeSandbox => {
  const stdout = new PassThrough();
  const { promise: exited, resolve } = Promise.withResolvers<SandboxExit>();
  stdout.write(`{"type":"ready","protocol":${PROTOCOL_VERSION}}\n`);
  const end = (code: number) => {
    stdout.end();
    resolve({ code, outOfMemory: false, stderr: '' });
  };
  const sandbox: FakeSandbox = {
    id,
    kind: 'process',
    memoryMb,
    stdin: new PassThrough().resume(),
    stdout,
    exited,
    processorLimited: false,
    killed: false,
    say: (...types) => {
      for (const type of types) stdout.write(`${JSON.stringify(type === 'pong' ? { type, id: 1 } : { type })}\n`);
    },
    die: () => end(1),
    kill: async () => {
      sandbox.killed = true;
      end(137);
      await exited;
    },
  };
  return sandbox;
};
