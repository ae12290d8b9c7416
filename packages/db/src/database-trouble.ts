/** SQLSTATE classes: connection, transaction rollback, resources (a full disk, too many connections), operator. */
const SQL_STATES = /^(08|40|53|57|58|25006)/;
const SYSTEM_CODES = /^(ECONN|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH)/;
/** Prisma's own: cannot connect, timed out, closed, no free connection, a transaction that could not start or go on. */
const PRISMA_CODES = new Set(['P1001', 'P1002', 'P1008', 'P1017', 'P2024', 'P2028']);
/** What node-postgres says without a code. */
const MESSAGES =
  /Connection terminated|Connection ended|timeout exceeded when trying to connect|Query read timeout|not queryable/i;

const UNIQUE_VIOLATION = '23505';
const MAX_DEPTH = 6;

/** Whether a statement failed because the database was away, or refused to work, and not because of what was asked. */
export const isDatabaseTrouble = (error: unknown, depth = 0): boolean => {
  if (typeof error !== 'object' || error === null || depth > MAX_DEPTH) return false;
  const { code, originalCode, message, cause, meta, driverAdapterError } = error as Record<string, unknown>;
  if ([code, originalCode].some(isTroubleCode)) return true;
  if (typeof message === 'string' && MESSAGES.test(message)) return true;
  return [cause, meta, driverAdapterError].some((inner) => isDatabaseTrouble(inner, depth + 1));
};

/** Whether a statement failed because a row with the same key is there, in Prisma's words or the database's. */
export const isUniqueViolation = (error: unknown, depth = 0): boolean => {
  if (typeof error !== 'object' || error === null || depth > MAX_DEPTH) return false;
  const { code, originalCode, cause, meta, driverAdapterError } = error as Record<string, unknown>;
  if (code === 'P2002' || code === UNIQUE_VIOLATION || originalCode === UNIQUE_VIOLATION) return true;
  return [cause, meta, driverAdapterError].some((inner) => isUniqueViolation(inner, depth + 1));
};

const isTroubleCode = (code: unknown): boolean =>
  typeof code === 'string' &&
  (PRISMA_CODES.has(code) || SYSTEM_CODES.test(code) || (code.length === 5 && SQL_STATES.test(code)));
