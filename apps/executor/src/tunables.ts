/** Limits that no deployer needs to change. Times in ms, sizes in bytes. */

// Repair of what a crash left; heartbeat and claims are in the database package
export const SWEEP_INTERVAL_MS = 5_000;
/** A wait that ends by itself sooner than this is resumed to the second, by its job; a longer one by a sweep. */
export const RESUME_BY_QUEUE_MS = 600_000;
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
/** Uses of tools and messages between agents that the log of one execution keeps. */
export const MAX_REPORTS = 20_000;
/** What the log keeps of a tool's input or output, or of a message. */
export const MAX_REPORT_BYTES = 64 * 1024;
/** Steps of one execution, all iterations together. */
export const MAX_STEPS = 200_000;
/** What the engine may tell of its steps, beside log lines and reports: each starts, may try again, and ends. */
export const MAX_STEP_EVENTS = 10 * MAX_STEPS;
/** Everything that one sandbox may send: inputs and outputs of its steps, and what they ask for. */
export const MAX_SANDBOX_BYTES = 4 * 1024 * 1024 * 1024;

// Host calls
export const CALL_CONCURRENCY = 16;
export const MAX_PENDING_CALLS = 256;
/** Calls that one sandbox may make in all. */
export const MAX_CALLS = 1_000_000;
/** A longer answer is not kept for a step that is run again … */
export const MAX_KEPT_ANSWER_BYTES = 1024 * 1024;
/** … and none is once so much is kept. */
export const MAX_KEPT_BYTES = 256 * 1024 * 1024;
export const MAX_REDIRECTS = 5;
export const MAX_RESPONSE_BYTES = 5_000_000;
export const LOCAL_MODEL_PROBE_MS = 60_000;

// Credentials
/** A token that ends sooner than this is renewed first. */
export const TOKEN_SPARE_MS = 60_000;
/** Waiting for another process that renews the same token, and for the server that gives it. */
export const TOKEN_LOCK_TIMEOUT_MS = 20_000;

// Host services
export const MAX_EXECUTION_FILES = 200;
export const MAX_EXECUTION_FILES_BYTES = 50 * 1024 * 1024;
/** A wait of up to this long keeps its sandbox. */
export const LONGEST_SLEEP_MS = 60_000;
/** How deep workflows may run each other. */
export const MAX_WORKFLOW_DEPTH = 5;
