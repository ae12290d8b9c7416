import { CoreV1Api, KubeConfig, NetworkingV1Api, type RequestContext, Watch } from '@kubernetes/client-node';

/** A request that takes longer is given up: an API server answers in milliseconds, or is not there. */
const REQUEST_TIMEOUT_MS = 10_000;

/** One namespace of a cluster, and the clients that reach it. */
export type Cluster = {
  config: KubeConfig;
  namespace: string;
  core: CoreV1Api;
  networking: NetworkingV1Api;
  watch: Watch;
};

/** The library opens a connection of its own for each request to a cluster with TLS; here they share theirs. */
class PooledConfig extends KubeConfig {
  #dispatcher: ReturnType<RequestContext['getDispatcher']>;

  override async applySecurityAuthentication(context: RequestContext): Promise<void> {
    await super.applySecurityAuthentication(context);
    this.#dispatcher ??= context.getDispatcher();
    if (this.#dispatcher) context.setDispatcher(this.#dispatcher);
    context.setSignal(AbortSignal.timeout(REQUEST_TIMEOUT_MS));
  }
}

/** From `KUBECONFIG`, `~/.kube/config` or, inside a cluster, the Pod's own service account, in this order. */
export const openCluster = (options: { namespace?: string }): Cluster => {
  const config = new PooledConfig();
  config.loadFromDefault();
  const namespace = options.namespace ?? config.getContextObject(config.getCurrentContext())?.namespace ?? 'default';
  return {
    config,
    namespace,
    core: config.makeApiClient(CoreV1Api),
    networking: config.makeApiClient(NetworkingV1Api),
    watch: new Watch(config),
  };
};
