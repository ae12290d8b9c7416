/** The largest output of one step and the largest results of an execution, as JSON in UTF-8. */
export const MAX_OUTPUT_BYTES = 4 * 1024 * 1024;

/** A step that says more than this is cut off, with a last line that says so. */
export const MAX_LOG_LINES_PER_STEP = 1_000;

/** Characters of one log line. */
export const MAX_LOG_MESSAGE_LENGTH = 10_000;

/** JSON characters of a log line's metadata. */
export const MAX_LOG_METADATA_LENGTH = 20_000;

/** The longest wait between two attempts that growing backoff may lead to, in ms. */
export const MAX_BACKOFF_MS = 300_000;
