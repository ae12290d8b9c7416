/** What each container of ours carries, so that strays are found; see `reaper.ts`. */
export const LABELS = {
  /** The database that owns the execution: installations that share an engine leave each other's alone. */
  installation: 'agentweaver.data',
  executor: 'agentweaver.executor',
  execution: 'agentweaver.execution',
  attempt: 'agentweaver.attempt',
} as const;
