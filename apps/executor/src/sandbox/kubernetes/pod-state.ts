import type { V1ContainerStatus, V1Pod } from '@kubernetes/client-node';
import { CONTAINER } from './pod-spec.ts';

const engineOf = (pod: V1Pod): V1ContainerStatus | undefined =>
  pod.status?.containerStatuses?.find(({ name }) => name === CONTAINER);

export const isRunning = (pod: V1Pod): boolean => engineOf(pod)?.state?.running !== undefined;

export type PodEnd = { code: number; outOfMemory: boolean; reason: string };

/** 128 plus SIGKILL. */
export const KILLED = 137;

/** How the engine of a Pod ended; `undefined` while it runs or has not begun. */
export const endOf = (pod: V1Pod): PodEnd | undefined => {
  const terminated = engineOf(pod)?.state?.terminated;
  const { phase, reason, message } = pod.status ?? {};
  if (!terminated && phase !== 'Failed' && phase !== 'Succeeded') return undefined;
  // An evicted Pod may never have had a container.
  const why = [reason ?? terminated?.reason, message ?? terminated?.message].filter(Boolean).join(': ');
  return {
    code: terminated?.exitCode ?? (phase === 'Succeeded' ? 0 : KILLED),
    outOfMemory: terminated?.reason === 'OOMKilled',
    reason: why,
  };
};

/** Kubernetes goes on trying these for ever; each needs a person. */
const HOPELESS = new Set([
  'CreateContainerConfigError',
  'CreateContainerError',
  'ErrImageNeverPull',
  'ErrImagePull',
  'ImageInspectError',
  'ImagePullBackOff',
  'InvalidImageName',
  'RunContainerError',
]);

/** Why it will not run: the image, its settings, its end. `undefined` while there is hope. */
export const startFailureOf = (pod: V1Pod): string | undefined => {
  const end = endOf(pod);
  if (end) return `it ended with ${end.code} before it was used (${end.reason || 'no reason given'})`;
  const waiting = engineOf(pod)?.state?.waiting;
  if (!waiting?.reason || !HOPELESS.has(waiting.reason)) return undefined;
  return [waiting.reason, waiting.message].filter(Boolean).join(': ');
};

/** What it still waits for, for the message of a timeout. */
export const describeWaiting = (pod: V1Pod | undefined): string => {
  if (!pod) return 'nothing is known of it';
  const waiting = engineOf(pod)?.state?.waiting;
  const unmet = pod.status?.conditions?.find(({ type, status }) => type === 'PodScheduled' && status === 'False');
  const [reason, message] = unmet ? [unmet.reason, unmet.message] : [waiting?.reason, waiting?.message];
  return [reason ?? pod.status?.phase ?? 'Pending', message].filter(Boolean).join(': ');
};
