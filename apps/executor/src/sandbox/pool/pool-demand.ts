import type { PoolSituation, SizeDemand } from './pool-policy.ts';

/** Of each new figure, this much goes into the usual one. */
const WEIGHT = 0.2;
/** After this time a rate has fallen to a third when nothing happens. */
const RATE_MS = 15_000;
/** Until the first was measured. */
const FIRST_BOOT_MS = 500;
const FIRST_LEASE_MS = 1_000;

export type PoolDemand = {
  asked(memoryMb: number): void;
  /** One was handed out; new, or one that the workspace had used before. */
  handedOut(memoryMb: number, fresh: boolean): void;
  booted(ms: number): void;
  /** One was given back; whether its workspace may have it again. */
  returned(ms: number, kept: boolean): void;
  figures(): Pick<PoolSituation, 'sizes' | 'bootMs' | 'leaseMs' | 'keptShare' | 'freshShare'>;
};

/** Learns from what happens how long things take, and how often which sandboxes are wanted. */
export const createPoolDemand = (now: () => number): PoolDemand => {
  const sizes = new Map<number, SizeDemand & { countedAt: number }>();
  let bootMs = FIRST_BOOT_MS;
  let leaseMs = FIRST_LEASE_MS;
  let keptShare = 1;
  let freshShare = 1;
  const learn = (usual: number, figure: number): number => usual + WEIGHT * (figure - usual);

  const decayed = (size: SizeDemand & { countedAt: number }): number =>
    size.freshPerSecond * Math.exp((size.countedAt - now()) / RATE_MS);

  return {
    asked: (memoryMb) => {
      const size = sizes.get(memoryMb) ?? { askedAt: 0, freshPerSecond: 0, countedAt: now() };
      size.askedAt = now();
      sizes.set(memoryMb, size);
    },
    handedOut: (memoryMb, fresh) => {
      freshShare = learn(freshShare, fresh ? 1 : 0);
      const size = sizes.get(memoryMb);
      if (!size || !fresh) return;
      size.freshPerSecond = decayed(size) + 1_000 / RATE_MS;
      size.countedAt = now();
    },
    booted: (ms) => {
      bootMs = learn(bootMs, ms);
    },
    returned: (ms, kept) => {
      leaseMs = learn(leaseMs, ms);
      keptShare = learn(keptShare, kept ? 1 : 0);
    },
    figures: () => ({
      sizes: new Map([...sizes].map(([memoryMb, size]) => [memoryMb, { ...size, freshPerSecond: decayed(size) }])),
      bootMs,
      leaseMs,
      keptShare,
      freshShare,
    }),
  };
};
