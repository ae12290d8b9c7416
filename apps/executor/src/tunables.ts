/** Limits that no deployer needs to change. Times in ms, sizes in bytes. */

// Repair of what a crash left; heartbeat and claims are in the database package
export const SWEEP_INTERVAL_MS = 5_000;
/** Between attempts to give an execution back while the database is away. */
export const GIVE_BACK_RETRY_MS = 500;
/** While no sandbox can be started here, an execution is handed to another executor after this. */
export const AWAY_RETRY_MS = 1_000;
/** A wait that ends by itself sooner than this is resumed to the second, by its job; a longer one by a sweep. */
export const RESUME_BY_QUEUE_MS = 600_000;
/** New schedules are seen so soon; those that are known are fired when they are due. */
export const SCHEDULE_POLL_MS = 1_000;
/** Webhook calls too old to be shown are forgotten this often. */
export const DELIVERY_SWEEP_INTERVAL_MS = 60_000;
export const REAP_INTERVAL_MS = 30_000;

// Stop; all of it together is shorter than the grace of docker/compose.yml (30 s) and of the starter (20 s)
/** What running executions have to come to their end … */
export const FINISH_TIMEOUT_MS = 8_000;
/** … and then those that did not, to be given back … */
export const HAND_OVER_TIMEOUT_MS = 7_000;
/** (of which calls to models and the like may take so much: what is answered is not paid again) … */
export const CALL_DRAIN_MS = 5_000;
/** … and after everything else the process ends, come what may: a database or an engine that hangs must not keep it. */
export const HARD_EXIT_MS = 18_000;

// Readiness
export const PART_TIMEOUT_MS = 3_000;
/** How often an executor that starts looks whether the database is there by now. */
export const DATABASE_RETRY_MS = 1_000;
/** With less than this left on a disk it counts as full. */
export const MIN_FREE_DISK_BYTES = 64 * 1024 * 1024;
/** How often it is looked whether sandboxes can be started … */
export const ADMISSION_CHECK_MS = 5_000;
/** … and while they cannot. */
export const ADMISSION_RETRY_MS = 1_000;

/** How long an execution that computes counts among those that begin; see `start-gate.ts`. */
export const START_TURN_MS = 250;

// Sandbox
export const SANDBOX_START_TIMEOUT_MS = 20_000;
export const SANDBOX_START_ATTEMPTS = 3;
/** Wait before the second attempt; each further one waits as much longer. */
export const SANDBOX_RETRY_MS = 500;
/** What a workflow has that does not say how much; of these, new sandboxes always stand ready. */
export const SANDBOX_DEFAULT_MEMORY_MB = 1_024;
/** Between the last event of an execution and the word of its engine that nothing of it is left. */
export const SANDBOX_SETTLE_MS = 2_000;
/** A sandbox that is kept for its workspace is removed when it was not used for this long … */
export const SANDBOX_IDLE_MS = 60_000;
/** … or so often … */
export const SANDBOX_MAX_USES = 1_000;
/** … or is so old, which goes for those that nobody has used yet as well. */
export const SANDBOX_MAX_AGE_MS = 3_600_000;
/** An execution that loses so many sandboxes, with no step that has finished in between, fails with `sandbox_crashed`. */
export const SANDBOX_LOSSES_MAX = 3;
/** Of the processor, from when the engine in it is ready. */
// Limits of one sandbox; its memory comes with the workflow
/** Share of a processor while an execution runs in it. */
export const SANDBOX_CPUS = 0.5;
/** Processes and threads together. */
export const SANDBOX_PIDS = 128;
/** Open files of one process. */
export const SANDBOX_OPEN_FILES = 256;
/** Size of its `/tmp`, which lies in its memory. */
export const SANDBOX_TMP_BYTES = 16 * 1024 * 1024;
/** Files and folders in it: empty ones take no bytes of it, but memory of the kernel. */
export const SANDBOX_TMP_FILES = 4_096;
/** Of its memory, what V8 may fill with values; the rest is for buffers, stacks and the binary itself. */
export const SANDBOX_HEAP_SHARE = 0.7;
export const PING_INTERVAL_MS = 1_000;
/** An engine that answers no ping for this long is stuck in user code on its main thread. */
export const UNRESPONSIVE_AFTER_MS = 12_000;
/** An image may have to be pulled first, and a node to be added. */
export const POD_START_TIMEOUT_MS = 120_000;
/** Kubernetes ends a Pod that everybody forgot; longer than an execution and its sandbox's idle time can take. */
export const POD_DEADLINE_SECONDS = 2 * 86_400;
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
/** Calls that only the database answers (files, questions to people), at once; the pool is for others as well. */
export const LOCAL_CALL_CONCURRENCY = 8;
export const MAX_PENDING_CALLS = 256;
/** A call of a batch execution that has waited this long for its turn counts as one of an interactive execution. */
export const BATCH_CALL_AGE_MS = 10_000;
/** A call that waits longer for its turn than this stops the clock of its step … */
export const CALL_PAUSE_AFTER_MS = 100;
/** … one that waits this long says so in the step's log … */
export const LONG_CALL_WAIT_MS = 2_000;
/** … and one that waits this long fails. */
export const MAX_CALL_WAIT_MS = 600_000;
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

// Traces
/** Of one claim; further steps and calls are counted on its first span only. */
export const MAX_EXECUTION_SPANS = 2_000;
