/** What each container of ours carries, so that strays are found; see `reaper.ts`. */
export const LABELS = {
  /** The database whose executions it serves: installations that share an engine leave each other's alone. */
  installation: 'agentweaver.data',
  executor: 'agentweaver.executor',
} as const;
