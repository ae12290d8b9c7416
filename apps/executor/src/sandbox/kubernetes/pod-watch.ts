import { setTimeout as delay } from 'node:timers/promises';
import type { V1Pod } from '@kubernetes/client-node';
import { failureOf, isGone } from './api-errors.ts';
import type { Cluster } from './cluster.ts';

/** Told of each new state of a Pod, and with `undefined` when it is deleted. */
export type PodListener = (pod: V1Pod | undefined) => void;

export type PodWatch = {
  /** Tells what is known of the Pod at once, and each change from then on, until the function it returns is called. */
  follow(name: string, listener: PodListener): () => void;
  close(): Promise<void>;
};

/** The server ends a watch after this long and it is opened again: a connection that died unseen costs no more. */
const WATCH_SECONDS = 25;
const FIRST_RETRY_MS = 100;
const LONGEST_RETRY_MS = 5_000;

/** One watch for all Pods with a label. Lists again when the server has forgotten the version it was at. */
export const watchPods = (cluster: Cluster, labelSelector: string): PodWatch => {
  const pods = new Map<string, V1Pod>();
  const listeners = new Map<string, PodListener>();
  const closing = new AbortController();

  const tell = (name: string, pod: V1Pod | undefined): void => {
    if (pod) pods.set(name, pod);
    else pods.delete(name);
    listeners.get(name)?.(pod);
  };

  const list = async (): Promise<string | undefined> => {
    const { namespace, core } = cluster;
    const { items, metadata } = await core.listNamespacedPod({ namespace, labelSelector });
    const listed = new Map(items.map((pod) => [pod.metadata?.name ?? '', pod]));
    for (const [name, pod] of listed) tell(name, pod);
    // One that was created a moment ago may be missing in an older list: the server is asked for it.
    for (const name of new Set([...pods.keys(), ...listeners.keys()])) {
      if (!listed.has(name) && (await isDeleted(name))) tell(name, undefined);
    }
    return metadata?.resourceVersion;
  };

  const isDeleted = (name: string): Promise<boolean> =>
    cluster.core.readNamespacedPod({ name, namespace: cluster.namespace }).then(
      () => false,
      (error) => {
        if (isGone(error)) return true;
        throw error;
      },
    );

  /** Resolves when the watch has ended, with the version to go on from; `undefined` means to list again. */
  const follow = (version: string): Promise<string | undefined> => {
    let newest: string | undefined = version;
    let stop: (() => void) | undefined;
    const ended = new Promise<string | undefined>((resolve, reject) => {
      const take = (type: string, pod: V1Pod) => {
        // Of 410 Gone the client tells as an event; any other error, too, means that nothing is certain.
        if (type === 'ERROR') newest = undefined;
        else if (newest !== undefined) newest = pod.metadata?.resourceVersion ?? newest;
        const name = pod.metadata?.name;
        if (name && (type === 'ADDED' || type === 'MODIFIED')) tell(name, pod);
        if (name && type === 'DELETED') tell(name, undefined);
      };
      const done = (error: unknown) => {
        if (failureOf(error).code === 410) resolve(undefined);
        else if (error && !closing.signal.aborted) reject(error);
        else resolve(newest);
      };
      const query = {
        labelSelector,
        resourceVersion: version,
        allowWatchBookmarks: true,
        timeoutSeconds: WATCH_SECONDS,
      };
      cluster.watch.watch(`/api/v1/namespaces/${cluster.namespace}/pods`, query, take, done).then((request) => {
        stop = () => request.abort();
        if (closing.signal.aborted) stop();
        else closing.signal.addEventListener('abort', stop);
      }, reject);
    });
    return ended.finally(() => {
      if (stop) closing.signal.removeEventListener('abort', stop);
    });
  };

  const pause = (ms: number): Promise<void> => delay(ms, undefined, { signal: closing.signal }).catch(() => undefined);

  const run = async (): Promise<void> => {
    let version: string | undefined;
    let retryMs = FIRST_RETRY_MS;
    while (!closing.signal.aborted) {
      try {
        version ??= await list();
        const openedAt = performance.now();
        version = await follow(version ?? '');
        if (performance.now() - openedAt > LONGEST_RETRY_MS) retryMs = FIRST_RETRY_MS;
        // A server that ends each watch at once is not asked without a pause.
        else await pause(retryMs);
      } catch {
        // The server is away, or busy: what happened meanwhile is found when it answers again.
        version = undefined;
        await pause(retryMs);
        retryMs = Math.min(retryMs * 2, LONGEST_RETRY_MS);
      }
    }
  };
  const running = run();

  return {
    follow: (name, listener) => {
      listeners.set(name, listener);
      const known = pods.get(name);
      if (known) listener(known);
      return () => {
        listeners.delete(name);
      };
    },
    close: async () => {
      closing.abort();
      await running;
    },
  };
};
