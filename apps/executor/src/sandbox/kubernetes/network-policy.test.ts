import type { V1LabelSelector, V1NetworkPolicy } from '@kubernetes/client-node';
import { describe, expect, it } from 'vitest';
import { networkStateOf } from './network-policy.ts';

const LABELS = { 'app.kubernetes.io/name': 'agentweaver-sandbox', tier: 'sandbox' };

const policy = (name: string, podSelector: V1LabelSelector, rules: Partial<V1NetworkPolicy['spec']> = {}) => ({
  metadata: { name },
  spec: { podSelector, policyTypes: ['Ingress', 'Egress'], ...rules },
});
const closes = policy('closes', {});

describe('networkStateOf', () => {
  it('is closed by a policy without rules for both directions', () => {
    expect(networkStateOf([closes], LABELS)).toEqual({ state: 'closed', policy: 'closes' });
    expect(networkStateOf([policy('one', { matchLabels: LABELS })], LABELS)).toEqual({
      state: 'closed',
      policy: 'one',
    });
  });

  it('is open without one, or with one for a single direction or for other Pods', () => {
    expect(networkStateOf([], LABELS)).toEqual({ state: 'open' });
    expect(networkStateOf([policy('out', {}, { policyTypes: ['Egress'] })], LABELS)).toEqual({ state: 'open' });
    expect(networkStateOf([policy('web', { matchLabels: { tier: 'web' } })], LABELS)).toEqual({ state: 'open' });
  });

  it('is closed by two policies that close a direction each', () => {
    const both = [policy('out', {}, { policyTypes: ['Egress'] }), policy('in', {}, { policyTypes: ['Ingress'] })];
    expect(networkStateOf(both, LABELS)).toMatchObject({ state: 'closed' });
  });

  it.each<[string, V1LabelSelector, 'open' | 'closed']>([
    ['all Pods', {}, 'open'],
    ['their label', { matchLabels: { tier: 'sandbox' } }, 'open'],
    ['another label', { matchLabels: { tier: 'web' } }, 'closed'],
    ['a list with it', { matchExpressions: [{ key: 'tier', operator: 'In', values: ['web', 'sandbox'] }] }, 'open'],
    ['a list without it', { matchExpressions: [{ key: 'tier', operator: 'In', values: ['web'] }] }, 'closed'],
    ['all but others', { matchExpressions: [{ key: 'tier', operator: 'NotIn', values: ['web'] }] }, 'open'],
    ['all but them', { matchExpressions: [{ key: 'tier', operator: 'NotIn', values: ['sandbox'] }] }, 'closed'],
    ['who has the label', { matchExpressions: [{ key: 'tier', operator: 'Exists' }] }, 'open'],
    ['who has it not', { matchExpressions: [{ key: 'tier', operator: 'DoesNotExist' }] }, 'closed'],
    ['who lacks another', { matchExpressions: [{ key: 'team', operator: 'DoesNotExist' }] }, 'open'],
    ['what is not known', { matchExpressions: [{ key: 'tier', operator: 'Like', values: ['x'] }] }, 'open'],
  ])('beside a policy that opens for %s', (_who, podSelector, state) => {
    const opens = policy('opens', podSelector, { egress: [{}] });
    expect(networkStateOf([closes, opens], LABELS)).toMatchObject({ state });
  });

  it('is not closed by a selector that it cannot read', () => {
    const unreadable = policy('x', { matchExpressions: [{ key: 'tier', operator: 'Like', values: ['x'] }] });
    expect(networkStateOf([unreadable], LABELS)).toEqual({ state: 'open' });
  });
});
