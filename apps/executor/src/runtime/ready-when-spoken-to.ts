/** Argument of the runtime: it says `ready` after the first bytes of its standard input, not by itself. */
export const READY_WHEN_SPOKEN_TO = 'ready-when-spoken-to';
