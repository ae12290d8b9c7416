/** Limits that no deployer needs to change. Times in ms, sizes in bytes. */

// Repair of what a crash left; heartbeat and claims are in the database package
export const SWEEP_INTERVAL_MS = 5_000;
export const REAP_INTERVAL_MS = 30_000;
/** A container of an unknown execution may have been created a moment before its row is visible. */
export const REAP_GRACE_MS = 60_000;
/** Of the 10 s that a stop may take in all, what running executions have to be given back. */
export const SHUTDOWN_TIMEOUT_MS = 6_000;

// Sandbox
export const SANDBOX_START_TIMEOUT_MS = 20_000;
export const SANDBOX_START_ATTEMPTS = 3;
/** Wait before the second attempt; each further one waits as much longer. */
export const SANDBOX_RETRY_MS = 500;
/** A step that brings down this many sandboxes fails with `sandbox_crashed`. */
export const SANDBOX_LOSSES_MAX = 3;
export const SANDBOX_NANO_CPUS = 500_000_000;
export const SANDBOX_PIDS = 128;
export const SANDBOX_TMP_BYTES = 16 * 1024 * 1024;
export const PING_INTERVAL_MS = 1_000;
/** An engine that answers no ping for this long is stuck in user code on its main thread. */
export const UNRESPONSIVE_AFTER_MS = 12_000;
export const STDERR_TAIL_BYTES = 8 * 1024;

// Events
export const EVENT_BATCH_SIZE = 100;
export const EVENT_BATCH_BYTES = 1024 * 1024;
export const EVENT_BATCH_DELAY_MS = 60;
/** Reading from the sandbox stops while this much waits to be written. */
export const EVENT_BACKLOG_BYTES = 16 * 1024 * 1024;
export const DELTA_DELAY_MS = 50;
/** Stays below what a notification of PostgreSQL holds, also when every character takes three bytes. */
export const MAX_DELTA_CHARACTERS = 2_000;
export const LOGS_PER_SECOND = 200;
export const LOG_BURST = 1_000;
export const MAX_LOGS = 10_000;
export const MAX_LOG_MESSAGE = 8 * 1024;

// Host calls
export const CALL_CONCURRENCY = 16;
export const MAX_PENDING_CALLS = 256;
export const MAX_REDIRECTS = 5;
export const MAX_RESPONSE_BYTES = 5_000_000;
export const LOCAL_MODEL_PROBE_MS = 60_000;
