const store = globalThis as typeof globalThis & { agentweaver?: Map<string, unknown> };

/**
 * One value per process. Next builds several server bundles and each gets its own copy of a module, as does
 * `src/server/main.ts`; pools, queues and metric registries must exist once all the same.
 */
export const processGlobal = <T>(key: string, create: () => T): T => {
  store.agentweaver ??= new Map();
  if (!store.agentweaver.has(key)) store.agentweaver.set(key, create());
  return store.agentweaver.get(key) as T;
};

/** Reads without creating; for shutdown, which closes only what was opened. */
export const existingGlobal = <T>(key: string): T | undefined => store.agentweaver?.get(key) as T | undefined;
