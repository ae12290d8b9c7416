/** Times and limits that a deployer has no reason to change. Times in ms. */
export const TUNABLES = {
  poolSize: 10,
  /** Wait for a free connection before giving up. */
  poolTimeoutMs: 10_000,
  poolIdleMs: 30_000,
  transactionTimeoutMs: 15_000,
  /** The server ends a statement after this long … */
  statementTimeoutMs: 30_000,
  /** … and whoever waits for a server that does not answer at all gives up so much later. */
  answerSpareMs: 2_000,

  /** An executor renews its claim this often … */
  heartbeatMs: 5_000,
  /** … and loses it after this long without. */
  staleAfterMs: 20_000,
  /** An executor that has not beaten for this long has no sandboxes any more: others remove what it left … */
  executorGoneAfterMs: 40_000,
  /** … and for this long, no row. */
  executorForgottenAfterMs: 3_600_000,
  /** Times that one execution may lose its executor or sandbox, with no step that has finished in between, before it fails as `worker_lost`. */
  maxLosses: 5,
  /** A queued execution this old that nobody took is put on the queue again. */
  requeueAfterMs: 15_000,
  /** Rows that one sweep handles per kind. */
  sweepBatch: 200,

  /** Questions, timers and budget decisions of one execution, all together. */
  maxWaits: 5_000,

  maxInputBytes: 1024 * 1024,
  /** How far away a start may be put off. */
  maxStartDelayMs: 365 * 86_400_000,
  /** Schedules of one workflow, and as many webhooks. */
  maxTriggersPerWorkflow: 100,
  /** A longer log message is cut. */
  maxEventMessageLength: 10_000,
} as const;
