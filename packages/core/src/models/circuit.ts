/**
 * What is known of a provider's health. `closed`: calls pass. `open`: after several failures in a row none passes for a
 * while. `half_open`: then one may, and its end decides.
 */
export type Circuit = {
  /** In a row. */
  failures: number;
  /** Since when no call passes, in ms. */
  openedAt: number | undefined;
  /** The one call of a half-open circuit is under way. */
  isProbing: boolean;
};

export type CircuitSettings = { threshold: number; cooldownMs: number };
export const CIRCUIT_DEFAULTS: CircuitSettings = { threshold: 5, cooldownMs: 30_000 };

export const CLOSED: Circuit = { failures: 0, openedAt: undefined, isProbing: false };

export const circuitState = (
  { openedAt }: Circuit,
  now: number,
  { cooldownMs }: CircuitSettings,
): 'closed' | 'open' | 'half_open' => {
  if (openedAt === undefined) return 'closed';
  return now - openedAt < cooldownMs ? 'open' : 'half_open';
};

/** Whether a call may pass now, and the circuit with it under way. */
export const admit = (
  circuit: Circuit,
  now: number,
  settings: CircuitSettings,
): { circuit: Circuit; isAdmitted: boolean; retryAfterMs: number } => {
  const state = circuitState(circuit, now, settings);
  if (state === 'closed') return { circuit, isAdmitted: true, retryAfterMs: 0 };
  if (state === 'half_open' && !circuit.isProbing) {
    return { circuit: { ...circuit, isProbing: true }, isAdmitted: true, retryAfterMs: 0 };
  }
  const left = (circuit.openedAt ?? now) + settings.cooldownMs - now;
  return { circuit, isAdmitted: false, retryAfterMs: Math.max(1_000, left) };
};

/** A call showed that the provider answers. */
export const succeed = (): Circuit => CLOSED;

/** A call showed that it does not. */
export const fail = (circuit: Circuit, now: number, { threshold }: CircuitSettings): Circuit => {
  const failures = circuit.failures + 1;
  // A call that began before the circuit opened says nothing new: the pause is not made longer by it.
  if (circuit.openedAt !== undefined && !circuit.isProbing) return { ...circuit, failures };
  const isOpening = circuit.isProbing || failures >= threshold;
  return { failures, openedAt: isOpening ? now : undefined, isProbing: false };
};

/** A call ended and showed nothing: it was cancelled. */
export const release = (circuit: Circuit): Circuit => ({ ...circuit, isProbing: false });
