import { setTimeout as delay } from 'node:timers/promises';
import type { V1Pod } from '@kubernetes/client-node';
import { type Sandbox, type SandboxExit, saysHeapIsFull } from '../sandbox.ts';
import { isGone, withRetry } from './api-errors.ts';
import type { Attachment } from './attach.ts';
import type { Cluster } from './cluster.ts';
import { endOf, KILLED, type PodEnd } from './pod-state.ts';
import type { PodWatch } from './pod-watch.ts';

/** The node tells of an end a moment after the streams have ended, and the other way round. */
const STATUS_GRACE_MS = 3_000;
const STREAMS_GRACE_MS = 1_000;
/** What that may take in all when somebody wants it gone. */
const KILL_GRACE_MS = 5_000;

export type PodSandboxOptions = {
  name: string;
  memoryMb: number;
  attachment: Attachment;
  /** The end of what it wrote to standard error. */
  stderr: () => string;
  watch: PodWatch;
  cluster: Pick<Cluster, 'core' | 'namespace'>;
  /** Deletes the Pod; never rejects. */
  remove: () => Promise<void>;
};

/** A Pod that runs and is attached to. */
export const createPodSandbox = (options: PodSandboxOptions): Sandbox => {
  const { name, memoryMb, attachment, watch, remove } = options;
  let removing: Promise<void> | undefined;
  let tellEnd: (end: PodEnd) => void = () => undefined;
  const ended = new Promise<PodEnd>((resolve) => {
    tellEnd = resolve;
  });

  const unfollow = watch.follow(name, (pod) => {
    const end = pod ? endOf(pod) : { code: KILLED, outOfMemory: false, reason: 'the Pod was deleted' };
    if (end) tellEnd(end);
  });
  let over = false;
  const cutOff = attachment.closed.then(async () => {
    over = true;
    await Promise.race([ended, delay(STATUS_GRACE_MS, undefined, { ref: false })]);
    // Alive without its channel it is of no use: an attached stream that broke cannot be taken up again.
    tellEnd((await askForEnd(options)) ?? { code: KILLED, outOfMemory: false, reason: 'its channel was cut' });
  });

  const exited = (async (): Promise<SandboxExit> => {
    const { code, outOfMemory, reason } = await ended;
    unfollow();
    await Promise.race([attachment.closed, delay(STREAMS_GRACE_MS, undefined, { ref: false })]);
    attachment.close();
    const text = options.stderr();
    return {
      code,
      outOfMemory: outOfMemory || saysHeapIsFull(text),
      stderr: [text, reason && `Pod: ${reason}`].filter(Boolean).join('\n'),
    };
  })();

  return {
    id: name,
    kind: 'kubernetes',
    memoryMb,
    stdin: attachment.stdin,
    stdout: attachment.stdout,
    exited,
    kill: async () => {
      removing ??= (async () => {
        // One that ended by itself is asked how, before the answer is deleted with it.
        if (over) await Promise.race([cutOff, delay(KILL_GRACE_MS, undefined, { ref: false })]);
        attachment.close();
        await remove();
        tellEnd({ code: KILLED, outOfMemory: false, reason: '' });
        await exited;
      })();
      await removing;
    },
  };
};

const askForEnd = async ({ name, cluster }: PodSandboxOptions): Promise<PodEnd | undefined> => {
  try {
    const pod: V1Pod = await withRetry(() => cluster.core.readNamespacedPod({ name, namespace: cluster.namespace }));
    return endOf(pod);
  } catch (error) {
    return {
      code: KILLED,
      outOfMemory: false,
      reason: isGone(error) ? 'the Pod was deleted' : 'its node is not heard',
    };
  }
};
