import { randomUUID } from 'node:crypto';
import type { V1ContainerStatus, V1Pod } from '@kubernetes/client-node';

export type StoredPod = V1Pod & {
  metadata: NonNullable<V1Pod['metadata']> & { name: string };
  spec: NonNullable<V1Pod['spec']>;
};

export type PodEvent = { type: 'ADDED' | 'MODIFIED' | 'DELETED'; version: number; pod: StoredPod };

/** Pods with their versions, and what happened to them, as the storage of an API server keeps it. */
export type PodStore = ReturnType<typeof createPodStore>;

export const createPodStore = (namespace: string) => {
  const pods = new Map<string, StoredPod>();
  const watchers = new Set<(event: PodEvent) => void>();
  let events: PodEvent[] = [];
  /** Of what is older, no watch can be given any more. */
  let compacted = 0;
  let version = 1_000;

  const put = (type: PodEvent['type'], pod: StoredPod): StoredPod => {
    version += 1;
    const stored = structuredClone(pod);
    stored.metadata.resourceVersion = String(version);
    if (type === 'DELETED') pods.delete(pod.metadata.name);
    else pods.set(pod.metadata.name, stored);
    const event = { type, version, pod: stored };
    events.push(event);
    for (const watcher of watchers) watcher(event);
    return stored;
  };

  return {
    get: (name: string) => pods.get(name),
    list: () => [...pods.values()],
    version: () => version,
    add: (pod: V1Pod): StoredPod =>
      put('ADDED', {
        ...pod,
        metadata: {
          ...pod.metadata,
          name: pod.metadata?.name ?? '',
          namespace,
          uid: randomUUID(),
          // Dates are text on the wire.
          creationTimestamp: new Date().toISOString() as unknown as Date,
        },
        spec: { ...pod.spec, containers: pod.spec?.containers ?? [] },
        status: { phase: 'Pending', qosClass: 'Burstable' },
      }),
    /** Nothing happens to a Pod that is gone. */
    change: (name: string, change: (pod: StoredPod) => void): StoredPod | undefined => {
      const pod = pods.get(name);
      if (!pod) return undefined;
      const changed = structuredClone(pod);
      change(changed);
      return put('MODIFIED', changed);
    },
    remove: (name: string): void => {
      const pod = pods.get(name);
      if (pod) put('DELETED', pod);
    },
    compact: () => {
      events = [];
      compacted = version;
    },
    isCompacted: (since: number) => since < compacted,
    /** Tells of everything after a version, and then as it happens. */
    watch: (since: number, watcher: (event: PodEvent) => void): (() => void) => {
      for (const event of events) if (event.version > since) watcher(event);
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
  };
};

export const setContainer = (pod: StoredPod, state: NonNullable<V1ContainerStatus['state']>, ready = false): void => {
  const [container] = pod.spec.containers;
  pod.status = {
    ...pod.status,
    containerStatuses: [
      {
        name: container?.name ?? '',
        image: container?.image ?? '',
        imageID: '',
        ready,
        restartCount: 0,
        state,
        ...(container?.resources ? { resources: container.resources } : {}),
      },
    ],
  };
};

/** `a=b,c=d`; all that the executor asks for. */
export const matches = (selector: string, labels: Record<string, string> = {}): boolean =>
  selector
    .split(',')
    .filter(Boolean)
    .every((part) => {
      const [key = '', value] = part.split('=');
      return labels[key] === value;
    });
