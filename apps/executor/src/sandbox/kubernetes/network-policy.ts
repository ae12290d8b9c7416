import type { V1NetworkPolicy } from '@kubernetes/client-node';
import { failureOf } from './api-errors.ts';
import type { Cluster } from './cluster.ts';

/** `closed` as far as the API server knows: that the cluster's network enforces policies cannot be seen from here. */
export type NetworkState = { state: 'closed'; policy: string } | { state: 'open' } | { state: 'unknown'; why: string };

/** A Pod cannot go without a network as a container can: a NetworkPolicy has to close it. Finds one that does. */
export const findNetworkState = async (
  { networking, namespace }: Pick<Cluster, 'networking' | 'namespace'>,
  labels: Record<string, string>,
): Promise<NetworkState> => {
  try {
    const { items } = await networking.listNamespacedNetworkPolicy({ namespace });
    return networkStateOf(items, labels);
  } catch (error) {
    return { state: 'unknown', why: failureOf(error).message };
  }
};

/** Policies add up: one that closes is worth nothing beside one that opens. */
export const networkStateOf = (policies: V1NetworkPolicy[], labels: Record<string, string>): NetworkState => {
  const ours = policies.filter(({ spec }) => {
    const { matchLabels = {}, matchExpressions = [] } = spec?.podSelector ?? {};
    return matchExpressions.length === 0 && Object.entries(matchLabels).every(([key, value]) => labels[key] === value);
  });
  const opened = ours.some(({ spec }) => (spec?.egress?.length ?? 0) > 0 || (spec?.ingress?.length ?? 0) > 0);
  const closing = (type: string) => ours.find(({ spec }) => spec?.policyTypes?.includes(type));
  const policy = closing('Egress');
  return policy && closing('Ingress') && !opened
    ? { state: 'closed', policy: policy.metadata?.name ?? '' }
    : { state: 'open' };
};
