/** The largest output of one step and the largest results of an execution, as JSON in UTF-8. */
export const MAX_OUTPUT_BYTES = 4 * 1024 * 1024;

/** A step that says more than this is cut off, with a last line that says so. */
export const MAX_LOG_LINES_PER_STEP = 1_000;

/** Characters of one log line. */
export const MAX_LOG_MESSAGE_LENGTH = 10_000;

/** JSON characters of a log line's metadata. */
export const MAX_LOG_METADATA_LENGTH = 20_000;

/** Uses of tools and messages of one step, together; more are left out with a log line that says so. */
export const MAX_REPORTS_PER_STEP = 2_000;

/** JSON characters of what a tool was given or gave, as its event tells it; the model got all of it. */
export const MAX_REPORTED_LENGTH = 50_000;

/** Characters of model text that one step may stream; the answer itself comes whole when it is there. */
export const MAX_STREAMED_LENGTH = 2_000_000;

/** The longest wait between two attempts that growing backoff may lead to, in ms. */
export const MAX_BACKOFF_MS = 300_000;

/** Workflows that call workflows that call workflows …: more than this is taken for an endless circle. */
export const MAX_NESTED_WORKFLOWS = 5;

/**
 * While so many events wait for a reader that is slower than the engine, no new step is started. Each may carry megabytes,
 * and steps that wait for nothing follow each other without a turn of the event loop until this stops them.
 */
export const MAX_UNREAD_EVENTS = 100;
