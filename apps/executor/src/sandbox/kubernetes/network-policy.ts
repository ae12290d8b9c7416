import type { V1LabelSelector, V1NetworkPolicy } from '@kubernetes/client-node';
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
  const selected = policies.flatMap(({ spec, metadata }) => {
    const selects = spec ? matches(spec.podSelector ?? {}, labels) : false;
    return spec && selects !== false ? { name: metadata?.name ?? '', spec, certain: selects === true } : [];
  });
  const opened = selected.some(({ spec }) => (spec.egress?.length ?? 0) > 0 || (spec.ingress?.length ?? 0) > 0);
  const closing = (type: string) => selected.find(({ spec, certain }) => certain && spec.policyTypes?.includes(type));
  const policy = closing('Egress');
  return policy && closing('Ingress') && !opened ? { state: 'closed', policy: policy.name } : { state: 'open' };
};

/** `unknown` for what this program cannot read: such a policy may open, and is not relied on to close. */
const matches = (
  { matchLabels = {}, matchExpressions = [] }: V1LabelSelector,
  labels: Record<string, string>,
): boolean | 'unknown' => {
  const answers = [
    ...Object.entries(matchLabels).map(([key, value]) => labels[key] === value),
    ...matchExpressions.map(({ key, operator, values = [] }) => {
      const value = labels[key];
      if (operator === 'Exists') return value !== undefined;
      if (operator === 'DoesNotExist') return value === undefined;
      if (operator === 'In') return value !== undefined && values.includes(value);
      if (operator === 'NotIn') return value === undefined || !values.includes(value);
      return 'unknown' as const;
    }),
  ];
  if (answers.includes(false)) return false;
  return answers.includes('unknown') ? 'unknown' : true;
};
