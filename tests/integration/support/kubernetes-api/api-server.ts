import { readFile, writeFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import type { V1NetworkPolicy, V1Pod } from '@kubernetes/client-node';
import type Docker from 'dockerode';
import { createCertificates } from '../certificates.ts';
import { type AttachSockets, createAttachSockets } from './attach-socket.ts';
import { wrongFields } from './field-names.ts';
import { createNode, type Node } from './node.ts';
import { createPodStore, matches, type PodStore } from './pod-store.ts';

/** Answers some requests with something else than what they asked for. */
type Fault = {
  method?: string;
  path: RegExp;
  times: number;
  /** `lost`: it is done, but no answer comes. */
  answer: { code: number; reason: string; message?: string; retryAfter?: number } | 'lost';
};

export type KubernetesApi = {
  namespace: string;
  /** For `KUBECONFIG`. */
  kubeconfig: string;
  store: PodStore;
  node: Node;
  attachments: AttachSockets;
  policies: V1NetworkPolicy[];
  /** Each request as `METHOD /path`, without its query. */
  requests: string[];
  fault(fault: Omit<Fault, 'times'> & { times?: number }): void;
  /** Ends all watches, as a server does now and then. */
  cutWatches(): void;
  /** Takes no connections any more; Pods go on running. */
  stop(): Promise<void>;
  /** At the same address, with what it knew. */
  start(): Promise<void>;
  close(): Promise<void>;
};

export type KubernetesApiOptions = {
  docker: Docker;
  /** Pods can be resized in place, as since Kubernetes 1.33. */
  resize?: boolean;
  protocols?: string[];
};

const TOKEN = 'a-token-of-the-test';
const NAMESPACE = 'sandboxes';

/**
 * Speaks the part of the Kubernetes API that the executor uses, over TLS and as a real server does (objects with versions,
 * `Status` answers, watch streams, WebSocket channels), and runs each Pod as a container of Docker. It is no cluster: no
 * scheduler, no admission but of field names, no policies enforced.
 */
export const startKubernetesApi = async (options: KubernetesApiOptions): Promise<KubernetesApi> => {
  const certificates = await createCertificates();
  const tls = { cert: await readFile(certificates.serverCert), key: await readFile(certificates.serverKey) };
  const store = createPodStore(NAMESPACE);
  const node = createNode({ docker: options.docker, store });
  const attachments = createAttachSockets(options.protocols);
  const policies: V1NetworkPolicy[] = [];
  const requests: string[] = [];
  const faults: Fault[] = [];
  const watches = new Set<ServerResponse>();

  const faultFor = (method: string, target: string): Fault['answer'] | undefined => {
    const fault = faults.find((one) => one.times > 0 && (one.method ?? method) === method && one.path.test(target));
    if (fault) fault.times -= 1;
    return fault?.answer;
  };

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? '/', 'https://localhost');
    const method = request.method ?? 'GET';
    requests.push(`${method} ${url.pathname}`);
    const answer = (code: number, body: unknown, headers: Record<string, string> = {}) =>
      response.writeHead(code, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
    const fault = faultFor(method, url.pathname + url.search);
    if (fault && fault !== 'lost') {
      const { code, reason, message = reason, retryAfter } = fault;
      return void answer(code, status(code, reason, message), retryAfter ? { 'retry-after': String(retryAfter) } : {});
    }
    const refused = (code: number, reason: string, message: string) => void answer(code, status(code, reason, message));
    if (request.headers.authorization !== `Bearer ${TOKEN}`) return refused(401, 'Unauthorized', 'Unauthorized');
    const body = await readBody(request);
    // The answer that nobody gets.
    const reply = fault === 'lost' ? () => response.destroy() : answer;

    if (url.pathname === '/api/v1') return void reply(200, resourceList(options.resize ?? true));
    if (url.pathname === `/apis/networking.k8s.io/v1/namespaces/${NAMESPACE}/networkpolicies`)
      return void reply(200, listOf('networking.k8s.io/v1', 'NetworkPolicyList', policies, store.version()));
    const [, name, sub] =
      new RegExp(`^/api/v1/namespaces/${NAMESPACE}/pods(?:/([^/]+))?(?:/(\\w+))?$`).exec(url.pathname) ?? [];
    if (!url.pathname.startsWith(`/api/v1/namespaces/${NAMESPACE}/pods`))
      return refused(404, 'NotFound', 'the server could not find the requested resource');

    if (!name && method === 'GET' && url.searchParams.get('watch') === 'true') return watch(url, response);
    if (!name && method === 'GET') {
      const selector = url.searchParams.get('labelSelector') ?? '';
      const items = store.list().filter(({ metadata }) => matches(selector, metadata.labels));
      return void reply(200, listOf('v1', 'PodList', items, store.version()));
    }
    if (!name && method === 'POST') {
      const pod = body as V1Pod;
      const wrong = wrongFields('V1Pod', pod);
      if (wrong.length > 0) return refused(400, 'BadRequest', `strict decoding error: ${wrong.join(', ')}`);
      if (store.get(pod.metadata?.name ?? ''))
        return refused(409, 'AlreadyExists', `pods "${pod.metadata?.name}" already exists`);
      if (url.searchParams.get('dryRun') === 'All') return void reply(201, pod);
      const created = store.add(pod);
      void node.run(created.metadata.name);
      return void reply(201, created);
    }
    const pod = store.get(name ?? '');
    if (!name || !pod) return refused(404, 'NotFound', `pods "${name}" not found`);
    if (!sub && method === 'GET') return void reply(200, pod);
    if (!sub && method === 'DELETE') {
      if (!pod.metadata.deletionTimestamp) {
        store.change(name, ({ metadata }) => {
          metadata.deletionTimestamp = new Date().toISOString() as unknown as Date;
        });
        void node.stop(name);
      }
      return void reply(200, store.get(name));
    }
    if (sub === 'resize' && method === 'PATCH' && (options.resize ?? true)) {
      if (request.headers['content-type'] !== 'application/strategic-merge-patch+json')
        return refused(415, 'UnsupportedMediaType', `the body of the request was in an unknown format`);
      const wrong = wrongFields('V1Pod', body);
      if (wrong.length > 0) return refused(400, 'BadRequest', wrong.join(', '));
      const changed = store.change(name, ({ spec }) => {
        for (const patch of (body as V1Pod).spec?.containers ?? []) {
          const container = spec.containers.find((one) => one.name === patch.name);
          if (container)
            container.resources = {
              ...container.resources,
              limits: { ...container.resources?.limits, ...patch.resources?.limits },
            };
        }
      });
      void node.resize(name);
      return void reply(200, changed);
    }
    return refused(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource');
  };

  const watch = (url: URL, response: ServerResponse): void => {
    const since = Number(url.searchParams.get('resourceVersion'));
    const selector = url.searchParams.get('labelSelector') ?? '';
    const seconds = Number(url.searchParams.get('timeoutSeconds') ?? 1_800);
    response.writeHead(200, { 'content-type': 'application/json' });
    response.flushHeaders();
    const write = (type: string, object: unknown) => response.write(`${JSON.stringify({ type, object })}\n`);
    if (store.isCompacted(since)) {
      write('ERROR', status(410, 'Expired', `too old resource version: ${since} (${store.version()})`));
      response.end();
      return;
    }
    const stop = store.watch(since, ({ type, pod }) => {
      if (matches(selector, pod.metadata.labels)) write(type, pod);
    });
    const timer = setTimeout(() => response.end(), seconds * 1_000);
    watches.add(response);
    response.on('close', () => {
      clearTimeout(timer);
      stop();
      watches.delete(response);
    });
  };

  let server: Server;
  const listen = async (port: number): Promise<number> => {
    server = createServer(tls, (request, response) => {
      handle(request, response).catch((error: unknown) => {
        response.writeHead(500).end(JSON.stringify(status(500, 'InternalError', String(error))));
      });
    });
    server.on('upgrade', (request, socket, head) => {
      const url = new URL(request.url ?? '/', 'https://localhost');
      requests.push(`${request.method} ${url.pathname}`);
      const [, name] = /\/pods\/([^/]+)\/attach$/.exec(url.pathname) ?? [];
      const fault = faultFor('GET', url.pathname + url.search);
      const streams = fault ? undefined : node.attach(name ?? '');
      const isAllowed = request.headers.authorization === `Bearer ${TOKEN}`;
      if (streams && isAllowed) return attachments.accept(request, socket, head, streams);
      const code = fault && fault !== 'lost' ? fault.code : isAllowed ? 400 : 401;
      socket.end(`HTTP/1.1 ${code} Refused\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
    });
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    return (server.address() as AddressInfo).port;
  };
  const stop = async (): Promise<void> => {
    attachments.drop();
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  };

  const port = await listen(0);
  const kubeconfig = path.join(certificates.folder, 'kubeconfig');
  await writeFile(kubeconfig, JSON.stringify(kubeconfigOf(port, certificates.ca)));
  return {
    namespace: NAMESPACE,
    kubeconfig,
    store,
    node,
    attachments,
    policies,
    requests,
    fault: (fault) => faults.push({ times: 1, ...fault }),
    cutWatches: () => {
      for (const response of watches) response.destroy();
    },
    stop,
    start: async () => {
      await listen(port);
    },
    close: async () => {
      await stop();
      await node.close();
    },
  };
};

const readBody = async (request: IncomingMessage): Promise<unknown> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return chunks.length === 0 ? undefined : JSON.parse(Buffer.concat(chunks).toString('utf8'));
};

const status = (code: number, reason: string, message: string) => ({
  kind: 'Status',
  apiVersion: 'v1',
  metadata: {},
  status: 'Failure',
  message,
  reason,
  code,
});

const listOf = (apiVersion: string, kind: string, items: unknown[], version: number) => ({
  kind,
  apiVersion,
  metadata: { resourceVersion: String(version) },
  items,
});

const resourceList = (resize: boolean) => ({
  kind: 'APIResourceList',
  groupVersion: 'v1',
  resources: ['pods', 'pods/attach', ...(resize ? ['pods/resize'] : [])].map((name) => ({
    name,
    singularName: name === 'pods' ? 'pod' : '',
    namespaced: true,
    kind: 'Pod',
    verbs: ['create', 'delete', 'get', 'list', 'patch', 'watch'],
  })),
});

const kubeconfigOf = (port: number, certificateAuthority: string) => ({
  apiVersion: 'v1',
  kind: 'Config',
  clusters: [
    { name: 'test', cluster: { server: `https://127.0.0.1:${port}`, 'certificate-authority': certificateAuthority } },
  ],
  users: [{ name: 'executor', user: { token: TOKEN } }],
  contexts: [{ name: 'test', context: { cluster: 'test', user: 'executor', namespace: NAMESPACE } }],
  'current-context': 'test',
});
