import { existsSync, readdirSync, readFileSync } from 'node:fs';
import type { V1Container, V1Deployment, V1NetworkPolicy, V1ResourceQuota, V1Role } from '@kubernetes/client-node';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { executorEnvSchema } from '../../apps/executor/src/env.ts';
import { networkStateOf } from '../../apps/executor/src/sandbox/kubernetes/network-policy.ts';
import { podLabels, podManifest } from '../../apps/executor/src/sandbox/kubernetes/pod-spec.ts';
import { HARD_EXIT_MS, SANDBOX_DEFAULT_MEMORY_MB } from '../../apps/executor/src/tunables.ts';
import { webEnvSchema } from '../../apps/web/src/server/env.ts';
import { wrongFields } from '../../tests/integration/support/kubernetes-api/field-names.ts';
import { inRoot } from '../lib/paths.ts';

const FOLDER = inRoot('docker/kubernetes');

/** Kinds as the official client calls them; what is not in it is an extension's, and described here. */
const TYPES: Record<string, string> = {
  'v1/Namespace': 'V1Namespace',
  'v1/ResourceQuota': 'V1ResourceQuota',
  'v1/Service': 'V1Service',
  'v1/ServiceAccount': 'V1ServiceAccount',
  'apps/v1/Deployment': 'V1Deployment',
  'autoscaling/v2/HorizontalPodAutoscaler': 'V2HorizontalPodAutoscaler',
  'networking.k8s.io/v1/NetworkPolicy': 'V1NetworkPolicy',
  'policy/v1/PodDisruptionBudget': 'V1PodDisruptionBudget',
  'rbac.authorization.k8s.io/v1/Role': 'V1Role',
  'rbac.authorization.k8s.io/v1/RoleBinding': 'V1RoleBinding',
};
const metadata = z.strictObject({ name: z.string(), namespace: z.string() });
const triggerSchema = z.strictObject({
  type: z.enum(['prometheus', 'postgresql']),
  metricType: z.literal('AverageValue'),
  metadata: z.record(z.string(), z.string()),
  authenticationRef: z.strictObject({ name: z.string() }).optional(),
});
const scaledObjectSchema = z.strictObject({
  apiVersion: z.literal('keda.sh/v1alpha1'),
  kind: z.literal('ScaledObject'),
  metadata,
  spec: z.strictObject({
    scaleTargetRef: z.strictObject({ name: z.string() }),
    minReplicaCount: z.int(),
    maxReplicaCount: z.int(),
    pollingInterval: z.int(),
    fallback: z.strictObject({ failureThreshold: z.int(), replicas: z.int() }).optional(),
    advanced: z.strictObject({ horizontalPodAutoscalerConfig: z.strictObject({ behavior: z.unknown() }) }),
    triggers: z.array(triggerSchema).length(1),
  }),
});
const triggerAuthenticationSchema = z.strictObject({
  apiVersion: z.literal('keda.sh/v1alpha1'),
  kind: z.literal('TriggerAuthentication'),
  metadata,
  spec: z.strictObject({
    secretTargetRef: z.array(z.strictObject({ parameter: z.string(), name: z.string(), key: z.string() })),
  }),
});

const files = readdirSync(FOLDER).filter((name) => name.endsWith('.yaml'));
const objects = files.flatMap((file) =>
  parseAllDocuments(readFileSync(`${FOLDER}/${file}`, 'utf8'), { merge: true }).map((document) => {
    expect(document.errors).toEqual([]);
    const value: unknown = document.toJS();
    const {
      apiVersion,
      kind,
      metadata: found,
    } = z.object({ apiVersion: z.string(), kind: z.string(), metadata: z.object({ name: z.string() }) }).parse(value);
    return { file, apiVersion, kind, name: found.name, value };
  }),
);
/** Checked against the client's types by the first test. */
const find = <T>(kind: string, name: string): T =>
  (objects.find((one) => one.kind === kind && one.name === name)?.value ?? expect.fail(`no ${kind} ${name}`)) as T;
const containersOf = (name: string): V1Container[] => {
  const pod = find<V1Deployment>('Deployment', name).spec?.template.spec;
  return [...(pod?.initContainers ?? []), ...(pod?.containers ?? [])];
};
const envOf = (name: string): Map<string, string> =>
  new Map(containersOf(name).flatMap(({ env = [] }) => env.map((one) => [one.name, one.value ?? ''] as const)));

describe('docker/kubernetes', () => {
  it.each(objects.map(({ file, kind, name, ...rest }) => [file, kind, name, rest] as const))(
    '%s: %s %s has only fields that its kind has',
    (_file, kind, _name, { apiVersion, value }) => {
      if (kind === 'ScaledObject') scaledObjectSchema.parse(value);
      else if (kind === 'TriggerAuthentication') triggerAuthenticationSchema.parse(value);
      else
        expect(wrongFields(TYPES[`${apiVersion}/${kind}`] ?? expect.fail(`${apiVersion}/${kind}`), value)).toEqual([]);
    },
  );

  it('finds fields that do not exist', () => {
    expect(wrongFields('V1Pod', { spec: { containers: [{ name: 'a', resource: {} }], hostNetwork: 'no' } })).toEqual([
      'V1Pod.spec.containers[0].resource does not exist',
      'V1Pod.spec.hostNetwork is no boolean',
    ]);
  });

  it('closes the network of sandboxes, and lets the namespace take them', () => {
    const policy = find<V1NetworkPolicy>('NetworkPolicy', 'sandboxes-without-network');
    expect(networkStateOf([policy], podLabels('i', 'e'))).toEqual({ state: 'closed', policy: policy.metadata?.name });
    const opens = { ...policy, spec: { podSelector: {}, policyTypes: ['Egress'], egress: [{}] } };
    expect(networkStateOf([policy, opens], podLabels('i', 'e'))).toEqual({ state: 'open' });
    expect(networkStateOf([], {})).toEqual({ state: 'open' });
    expect(policy.metadata?.namespace).toBe(envOf('executor').get('KUBERNETES_NAMESPACE'));
    const pod = podManifest({
      name: 'a',
      labels: podLabels('i', 'e'),
      executorId: 'e',
      image: 'x',
      memoryMb: 512,
      resizable: true,
    });
    expect(wrongFields('V1Pod', pod)).toEqual([]);
  });

  it('gives the executor the rights that its Pods need, and no other', () => {
    const { rules } = find<V1Role>('Role', 'sandboxes');
    const rights = (rules ?? []).flatMap(({ resources = [], verbs }) =>
      resources.flatMap((resource) => verbs.map((verb) => `${verb} ${resource}`)),
    );
    expect(rights.toSorted()).toEqual([
      'create pods',
      'create pods/attach',
      'delete pods',
      'get pods',
      'get pods/attach',
      'list networkpolicies',
      'list pods',
      'patch pods/resize',
      'watch pods',
    ]);
  });

  it.each(['executor', 'web'])('gives the containers of %s no more than they need', (name) => {
    const pod = find<V1Deployment>('Deployment', name).spec?.template.spec;
    expect(pod?.securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
    // Only the executor talks to the API server.
    expect(pod?.automountServiceAccountToken).toBe(name === 'executor');
    for (const volume of pod?.volumes ?? []) expect(Object.keys(volume).toSorted()).toEqual(['emptyDir', 'name']);
    for (const { securityContext } of containersOf(name))
      expect(securityContext).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
  });

  it('sets only variables that the apps read, and asks paths and ports that they have', () => {
    const shapes = { executor: executorEnvSchema.shape, web: webEnvSchema.shape };
    for (const [name, shape] of Object.entries(shapes))
      expect([...envOf(name).keys()].filter((variable) => !(variable in shape))).toEqual([]);
    const [executor] = containersOf('executor');
    expect(String(executor?.ports?.[0]?.containerPort)).toBe(envOf('executor').get('EXECUTOR_PORT'));
    const server = readFileSync(inRoot('apps/executor/src/http-server.ts'), 'utf8');
    for (const probe of [executor?.startupProbe, executor?.livenessProbe, executor?.readinessProbe])
      expect(server).toContain(`'${probe?.httpGet?.path}'`);
    const web = containersOf('web').at(-1);
    expect(String(web?.ports?.[0]?.containerPort)).toBe(envOf('web').get('PORT'));
    expect(existsSync(inRoot(`apps/web/src/app${web?.readinessProbe?.httpGet?.path}/route.ts`))).toBe(true);
    for (const argument of containersOf('web')[0]?.command?.slice(1) ?? [])
      expect(existsSync(inRoot(argument))).toBe(true);
  });

  it('waits longer for an executor that stops than that takes', () => {
    const { spec } = find<V1Deployment>('Deployment', 'executor');
    expect((spec?.template.spec?.terminationGracePeriodSeconds ?? 0) * 1_000).toBeGreaterThan(HARD_EXIT_MS);
  });

  it('scales by metrics that executors have, and by the slots of one', () => {
    const slots = envOf('executor').get('EXECUTOR_CONCURRENCY');
    const source = readFileSync(inRoot('apps/executor/src/metrics.ts'), 'utf8');
    const scaling = readFileSync(inRoot('apps/executor/src/scaling-metrics.ts'), 'utf8');
    for (const { value, kind } of objects.filter((one) => one.kind === 'ScaledObject')) {
      const { spec } = scaledObjectSchema.parse(value);
      const { query = '', threshold, targetQueryValue } = spec.triggers[0]?.metadata ?? {};
      expect(threshold ?? targetQueryValue, kind).toBe(slots);
      for (const [name] of query.matchAll(/agentweaver_\w+/g)) expect(source + scaling).toContain(`'${name}'`);
      expect(spec.scaleTargetRef.name).toBe('executor');
    }
    const quota = find<V1ResourceQuota>('ResourceQuota', 'sandboxes').spec?.hard;
    for (const { value } of objects.filter(
      ({ kind }) => kind === 'ScaledObject' || kind === 'HorizontalPodAutoscaler',
    )) {
      const { maxReplicas, maxReplicaCount } = z
        .object({ spec: z.object({ maxReplicas: z.int().optional(), maxReplicaCount: z.int().optional() }) })
        .parse(value).spec;
      const wanted = (maxReplicas ?? maxReplicaCount ?? expect.fail('no limit')) * Number(slots);
      expect(Number(quota?.pods)).toBeGreaterThan(wanted);
      const memoryMb = Number(/^(\d+)Gi$/.exec(quota?.['limits.memory'] ?? '')?.[1]) * 1_024;
      expect(memoryMb).toBeGreaterThan(wanted * SANDBOX_DEFAULT_MEMORY_MB);
    }
    const hpa = readFileSync(`${FOLDER}/autoscale-hpa.yaml`, 'utf8');
    expect(hpa).toContain(`averageValue: '${slots}'`);
    const [, query = ''] = /metricsQuery: (.*)/.exec(hpa) ?? [];
    expect(readFileSync(`${FOLDER}/autoscale-keda.yaml`, 'utf8')).toContain(query);
  });
});
