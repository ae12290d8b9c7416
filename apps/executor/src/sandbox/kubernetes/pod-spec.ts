import { createHash } from 'node:crypto';
import type { V1Pod } from '@kubernetes/client-node';
import { READY_WHEN_SPOKEN_TO } from '../../runtime/ready-when-spoken-to.ts';
import { POD_DEADLINE_SECONDS, SANDBOX_CPUS, SANDBOX_TMP_BYTES } from '../../tunables.ts';
import { RUNTIME_LAYOUT } from '../runtime-layout.ts';
import { runtimeArguments } from '../sandbox.ts';

export const CONTAINER = 'engine';

/** On each Pod of ours, so that strays are found and a NetworkPolicy can select them. */
export const POD_LABELS = {
  name: 'app.kubernetes.io/name',
  installation: 'agentweaver.installation',
  executor: 'agentweaver.executor',
} as const;

/** The executor's id as it is, which is more than a label may hold. */
export const EXECUTOR_ANNOTATION = 'agentweaver.executor-id';

/** What the NetworkPolicy of `docker/kubernetes/sandbox-namespace.yaml` selects. */
export const SANDBOX_NAME = 'agentweaver-sandbox';

/** A label holds 63 characters of a small alphabet: anything else is told apart by its hash. */
const labelValue = (text: string): string =>
  /^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/.test(text)
    ? text
    : createHash('sha256').update(text).digest('hex').slice(0, 40);

export const podLabels = (installationId: string, executorId: string): Record<string, string> => ({
  [POD_LABELS.name]: SANDBOX_NAME,
  [POD_LABELS.installation]: labelValue(installationId),
  [POD_LABELS.executor]: labelValue(executorId),
});

/** Share of an execution. */
export const EXECUTION_CPU = `${SANDBOX_CPUS * 1_000}m`;
/** For the start, where Pods can be resized afterwards. */
const BOOT_CPU = '2';
/** What the scheduler reckons with; most sandboxes use less than they may. */
const REQUESTS = { cpu: '100m', memoryMb: 256, storage: '16Mi' } as const;

export type PodOptions = {
  name: string;
  labels: Record<string, string>;
  executorId: string;
  image: string;
  memoryMb: number;
  runtimeClass?: string;
  /** Boots with more processor than an execution gets, and is resized when its engine is ready. */
  resizable: boolean;
  /** What to run instead of the runtime; tests put hostile programs here. */
  command?: string[];
};

/** As tight as a container of the Docker sandbox, as far as a Pod can be; what it cannot: `docker/kubernetes/README.md`. */
export const podManifest = (options: PodOptions): V1Pod => {
  const { name, labels, executorId, image, memoryMb, runtimeClass, resizable, command } = options;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, labels, annotations: { [EXECUTOR_ANNOTATION]: executorId } },
    spec: {
      restartPolicy: 'Never',
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      hostNetwork: false,
      hostPID: false,
      hostIPC: false,
      shareProcessNamespace: false,
      // Names are the executor's to look up: this answers none.
      dnsPolicy: 'None',
      dnsConfig: { nameservers: ['127.0.0.1'] },
      activeDeadlineSeconds: POD_DEADLINE_SECONDS,
      // Node as process 1 ignores the signal to stop; 0 would not wait for the node to have killed it.
      terminationGracePeriodSeconds: 1,
      ...(runtimeClass ? { runtimeClassName: runtimeClass } : {}),
      securityContext: {
        runAsNonRoot: true,
        runAsUser: 65_534,
        runAsGroup: 65_534,
        seccompProfile: { type: 'RuntimeDefault' },
      },
      containers: [
        {
          name: CONTAINER,
          image,
          imagePullPolicy: 'IfNotPresent',
          command: command ?? [
            RUNTIME_LAYOUT.node,
            ...runtimeArguments({ ...RUNTIME_LAYOUT, memoryMb }),
            READY_WHEN_SPOKEN_TO,
          ],
          workingDir: '/',
          stdin: true,
          // The end of its one attached stream is the end of its input: without an executor it exits.
          stdinOnce: true,
          tty: false,
          resources: {
            requests: {
              cpu: REQUESTS.cpu,
              memory: `${Math.min(REQUESTS.memoryMb, memoryMb)}Mi`,
              'ephemeral-storage': REQUESTS.storage,
            },
            limits: {
              cpu: resizable ? BOOT_CPU : EXECUTION_CPU,
              memory: `${memoryMb}Mi`,
              'ephemeral-storage': REQUESTS.storage,
            },
          },
          securityContext: {
            runAsNonRoot: true,
            readOnlyRootFilesystem: true,
            allowPrivilegeEscalation: false,
            privileged: false,
            capabilities: { drop: ['ALL'] },
          },
          volumeMounts: [{ name: 'tmp', mountPath: '/tmp' }],
        },
      ],
      volumes: [{ name: 'tmp', emptyDir: { medium: 'Memory', sizeLimit: String(SANDBOX_TMP_BYTES) } }],
    },
  };
};
