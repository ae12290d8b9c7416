import { SECRETS } from '../logger.ts';

const NAMES = new Set(SECRETS.map((name) => name.toLowerCase()));

/** As the log does: what stands under the name of a secret is not written. At any depth, and in any spelling of its case. */
export const hideSecrets = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(hideSecrets);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      NAMES.has(name.toLowerCase()) ? '[redacted]' : hideSecrets(member),
    ]),
  );
};
