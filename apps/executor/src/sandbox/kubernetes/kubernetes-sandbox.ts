import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { ExecutionError } from '@agentweaver/core/engine/execution-errors';
import { PatchStrategy, setHeaderOptions, type V1Pod } from '@kubernetes/client-node';
import type { Logger } from 'pino';
import { POD_START_TIMEOUT_MS, STDERR_TAIL_BYTES } from '../../tunables.ts';
import { createTail, type Sandbox, type SandboxBackend } from '../sandbox.ts';
import { failureOf, isGone, withRetry } from './api-errors.ts';
import { type Attachment, attachToPod } from './attach.ts';
import { type Cluster, openCluster } from './cluster.ts';
import { findNetworkState, type NetworkState } from './network-policy.ts';
import { createPodSandbox } from './pod-sandbox.ts';
import {
  CONTAINER,
  EXECUTION_CPU,
  EXECUTOR_ANNOTATION,
  POD_LABELS,
  podLabels,
  podManifest,
  SANDBOX_NAME,
} from './pod-spec.ts';
import { describeWaiting, isRunning, startFailureOf } from './pod-state.ts';
import { type PodWatch, watchPods } from './pod-watch.ts';

export type KubernetesOptions = {
  /** Built from `docker/sandbox/Dockerfile`, or like it. */
  image: string;
  /** Absent: that of the context, or of the executor's own Pod. */
  namespace?: string;
  /** A RuntimeClass of the cluster, for a stronger wall: gVisor, Kata Containers. */
  runtimeClass?: string;
  installationId: string;
  executorId: string;
  logger: Logger;
  /** What to run instead of the runtime; tests put hostile programs here. */
  command?: (memoryMb: number) => string[];
};

/** Rejects when Pods cannot be created there, with the server's reason. */
export const createKubernetesBackend = async (options: KubernetesOptions): Promise<SandboxBackend> => {
  const { image, runtimeClass, installationId, executorId, logger, command } = options;
  const cluster = openCluster(options);
  const { core, namespace } = cluster;
  const labels = podLabels(installationId, executorId);
  /** Pods of this executor, from before they are asked for until they are deleted. */
  const known = new Set<string>();
  let resizable = await canResize(cluster);

  const manifest = (name: string, memoryMb: number) =>
    podManifest({
      name,
      labels,
      executorId,
      image,
      memoryMb,
      resizable,
      ...(runtimeClass ? { runtimeClass } : {}),
      ...(command ? { command: command(memoryMb) } : {}),
    });
  // The server checks all that it would check of a real one: rights, quota, admission.
  await withRetry(() => core.createNamespacedPod({ namespace, body: manifest(newName(), 256), dryRun: 'All' })).catch(
    (error: unknown) => {
      throw new Error(`Pods cannot be created in the namespace ${namespace}: ${failureOf(error).message}`);
    },
  );
  const network = await findNetworkState(cluster, labels);
  if (network.state !== 'closed') logger.warn({ namespace, network }, networkSentence(network));
  const selector = (wanted: Record<string, string | undefined>) =>
    Object.entries(wanted)
      .map(([key, value]) => `${key}=${value}`)
      .join(',');
  const watch = watchPods(cluster, selector({ [POD_LABELS.executor]: labels[POD_LABELS.executor] }));

  const remove = async (name: string): Promise<void> => {
    try {
      await withRetry(() => core.deleteNamespacedPod({ name, namespace }));
    } catch (error) {
      // Its input has ended, so it ends; what is left of it is found by the reaper.
      if (!isGone(error)) logger.warn({ pod: name, reason: failureOf(error).message }, 'a Pod could not be deleted');
    }
    known.delete(name);
  };

  const boot = async (memoryMb: number): Promise<Sandbox> => {
    const name = newName();
    known.add(name);
    let attachment: Attachment | undefined;
    try {
      await create(cluster, manifest(name, memoryMb));
      await waitUntilRunning(watch, name);
      const stderr = createTail(STDERR_TAIL_BYTES);
      attachment = await attachWithRetry(cluster, name, stderr.push);
      // An empty line: the engine says `ready` to it, now that somebody hears it.
      attachment.stdin.write('\n');
      const stop = () => remove(name);
      return createPodSandbox({ name, memoryMb, attachment, stderr: stderr.text, watch, cluster, remove: stop });
    } catch (error) {
      attachment?.close();
      // Not waited for: whoever asked may ask again at once.
      remove(name).catch(() => undefined);
      throw error;
    }
  };

  return {
    kind: 'kubernetes',
    description: `Kubernetes: a Pod per sandbox without capabilities, service account or secrets, read-only, not root, with limits on memory and processor${runtimeClass ? `, in the runtime class ${runtimeClass}` : ''}. ${networkSentence(network)}`,
    bootTimeoutMs: POD_START_TIMEOUT_MS,
    boot: ({ memoryMb }) =>
      boot(memoryMb).catch((error: unknown) => {
        throw startFailed(error);
      }),
    limitProcessor: async ({ id }) => {
      if (!resizable) return;
      const body = {
        spec: { containers: [{ name: CONTAINER, resources: { limits: { cpu: EXECUTION_CPU } } }] },
      };
      const patch = setHeaderOptions('Content-Type', PatchStrategy.StrategicMergePatch);
      try {
        await withRetry(() => core.patchNamespacedPodResize({ name: id, namespace, body }, patch));
      } catch (error) {
        const { code, message } = failureOf(error);
        // This one is of no use, and further ones are limited from the start.
        if (code === 403 || code === 405 || code === 422) resizable = false;
        logger.warn({ pod: id, reason: message }, 'a Pod could not be limited to the processor share of an execution');
        throw error;
      }
    },
    reap: async (findDead) => {
      const labelSelector = selector({
        [POD_LABELS.name]: SANDBOX_NAME,
        [POD_LABELS.installation]: labels[POD_LABELS.installation],
      });
      const { items } = await withRetry(() => core.listNamespacedPod({ namespace, labelSelector }));
      const pods = items.flatMap(({ metadata }) => {
        const owner = metadata?.annotations?.[EXECUTOR_ANNOTATION];
        return metadata?.name && owner && !metadata.deletionTimestamp ? [{ name: metadata.name, owner }] : [];
      });
      const others = pods.flatMap(({ owner }) => (owner === executorId ? [] : [owner]));
      const dead = await findDead([...new Set(others)]);
      const strays = pods.filter(({ name, owner }) => (owner === executorId ? !known.has(name) : dead.has(owner)));
      for (const { name, owner } of strays) {
        logger.info({ pod: name, executor: owner }, 'removing a stray Pod');
        await remove(name);
      }
      return strays.length;
    },
    check: async () => {
      await core
        .listNamespacedPod({ namespace, labelSelector: `${POD_LABELS.name}=${SANDBOX_NAME}`, limit: 1 })
        .catch((error: unknown) => {
          throw new Error(`The Kubernetes API server does not take Pods: ${failureOf(error).message}`);
        });
    },
    close: () => watch.close(),
  };
};

const newName = (): string => `${SANDBOX_NAME}-${randomUUID()}`;

/** Since Kubernetes 1.33; older servers do not list it. */
const canResize = async ({ core }: Cluster): Promise<boolean> => {
  const { resources } = await withRetry(() => core.getAPIResources());
  return resources.some(({ name }) => name === 'pods/resize');
};

/** An answer that was lost may have been a yes: the name is nobody else's. */
const create = async ({ core, namespace }: Cluster, body: V1Pod): Promise<void> => {
  await withRetry(() => core.createNamespacedPod({ namespace, body })).catch((error: unknown) => {
    if (failureOf(error).reason !== 'AlreadyExists') throw error;
  });
};

const waitUntilRunning = async (watch: PodWatch, name: string): Promise<void> => {
  let newest: V1Pod | undefined;
  let timer: NodeJS.Timeout | undefined;
  let unfollow: (() => void) | undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      timer = setTimeout(() => {
        const seconds = POD_START_TIMEOUT_MS / 1_000;
        reject(new Error(`The Pod did not run within ${seconds} s: ${describeWaiting(newest)}.`));
      }, POD_START_TIMEOUT_MS);
      unfollow = watch.follow(name, (pod) => {
        newest = pod;
        if (!pod) return reject(new Error('The Pod was deleted before it ran.'));
        const failure = startFailureOf(pod);
        if (failure) reject(new Error(`The Pod does not start: ${failure}.`));
        else if (isRunning(pod)) resolve();
      });
    });
  } finally {
    clearTimeout(timer);
    unfollow?.();
  }
};

const ATTACH_ATTEMPTS = 4;
const ATTACH_RETRY_MS = 200;

/** The node may not know yet what the API server says, and the server may be restarting. */
const attachWithRetry = async (cluster: Cluster, name: string, onStderr: (chunk: Buffer) => void) => {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await attachToPod(cluster, { name, onStderr });
    } catch (error) {
      if (attempt === ATTACH_ATTEMPTS) throw error;
      await delay(ATTACH_RETRY_MS * attempt);
    }
  }
};

const networkSentence = (network: NetworkState): string => {
  switch (network.state) {
    case 'closed':
      return `The NetworkPolicy ${network.policy} closes their network, if the network of the cluster enforces policies.`;
    case 'open':
      return 'No NetworkPolicy closes their network: run only workflows you trust, or apply docker/kubernetes/sandbox-namespace.yaml.';
    case 'unknown':
      return `Whether a NetworkPolicy closes their network cannot be seen (${network.why}).`;
  }
};

const startFailed = (error: unknown): ExecutionError => {
  const { message } = failureOf(error);
  return new ExecutionError(
    {
      code: 'sandbox_start_failed',
      message: 'The Pod for this execution could not be started.',
      hint: 'Run it again. If it goes on, the operator finds the reason in the log of the executor.',
    },
    { cause: new Error(message, { cause: error }) },
  );
};
