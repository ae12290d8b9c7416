import type { EngineEvent } from '@agentweaver/core/engine/events';
import { stepKey } from '@agentweaver/core/engine/step-key';

/** How often memory is looked at while a step runs, in ms. */
const SAMPLE_INTERVAL_MS = 50;
/** Between steps that follow each other faster than this, in ms, memory is not looked at again. */
const SAMPLE_AGE_MS = 5;

type StepRef = { nodeId: string; iteration: string };

type Step = {
  /** Processor time so far, in µs, up to the last change of `since`. */
  cpuMicros: number;
  /** Where the shared clock stood when this step began to take part; absent while a step inside of it does. */
  since: number | undefined;
  peakKib: number;
  /** The high-water mark of the process when the step began. */
  highWaterKib: number;
  /** Running steps inside of this one. */
  inside: number;
  /** What it runs in, by `stepKey`, as far as that ran when it began. */
  around: string[];
};

export type StepUsage = {
  /** Takes each event of the engine in its order, and gives it back: with the figures when a step ends. */
  follow(event: EngineEvent): EngineEvent;
  /** Processor time that a thread took for this step alone, in µs. */
  addCpu(step: StepRef, micros: number): void;
};

type Meters = {
  /** Processor time of the engine's thread, in µs. */
  cpu: () => number;
  /** Memory of the process, in KiB: now, and the most it ever was. */
  memory: () => number;
  highWater: () => number;
  now: () => number;
};

const ownMeters: Meters = {
  cpu: () => {
    // Linux brings the figures of the thread up to date only on this occasion, and otherwise some ms later.
    process.cpuUsage();
    const { user, system } = process.threadCpuUsage();
    return user + system;
  },
  memory: () => process.memoryUsage.rss() / 1024,
  highWater: () => process.resourceUsage().maxRSS,
  now: () => performance.now(),
};

/**
 * Measures what steps take. `cpuMs` is the time of the engine's thread, shared equally among the steps that ran at the
 * same time (a container takes no part while a step runs in it), and of the threads that ran code for this step alone;
 * threads that V8 keeps for itself are not counted. `memoryPeakKib` is the most that the whole sandbox held while the
 * step ran: exact when the step drove it higher than ever before, otherwise the highest of samples.
 */
export const createStepUsage = (meters: Meters = ownMeters): StepUsage => {
  const steps = new Map<string, Step>();
  let timer: NodeJS.Timeout | undefined;
  let sampledAt = Number.NEGATIVE_INFINITY;
  let sampledKib = 0;
  /** Processor time per step that took part all the time, in µs. */
  let clock = 0;
  let sharing = 0;
  let readCpu = meters.cpu();

  const tick = (): void => {
    const cpu = meters.cpu();
    if (sharing > 0) clock += (cpu - readCpu) / sharing;
    readCpu = cpu;
  };
  const join = (step: Step): void => {
    step.since = clock;
    sharing += 1;
  };
  const leave = (step: Step): void => {
    if (step.since === undefined) return;
    step.cpuMicros += clock - step.since;
    step.since = undefined;
    sharing -= 1;
  };

  const sample = (maxAgeMs: number): void => {
    const time = meters.now();
    if (time - sampledAt < maxAgeMs) return;
    sampledAt = time;
    sampledKib = meters.memory();
    for (const step of steps.values()) step.peakKib = Math.max(step.peakKib, sampledKib);
  };

  const start = ({ nodeId, iteration }: StepRef): void => {
    const key = stepKey(nodeId, iteration);
    if (steps.has(key)) return; // a further attempt
    tick();
    sample(SAMPLE_AGE_MS);
    timer ??= setInterval(sample, SAMPLE_INTERVAL_MS, 0).unref();
    const around = placesAround(iteration).filter((place) => steps.has(place));
    const step: Step = {
      cpuMicros: 0,
      since: undefined,
      peakKib: sampledKib,
      highWaterKib: meters.highWater(),
      inside: 0,
      around,
    };
    steps.set(key, step);
    join(step);
    for (const place of around) {
      const outer = steps.get(place);
      if (!outer) continue;
      outer.inside += 1;
      leave(outer);
    }
  };

  const end = ({ nodeId, iteration }: StepRef): { cpuMs: number; memoryPeakKib: number } | undefined => {
    const key = stepKey(nodeId, iteration);
    const step = steps.get(key);
    if (!step) return undefined;
    tick();
    sample(SAMPLE_AGE_MS);
    leave(step);
    steps.delete(key);
    for (const place of step.around) {
      const outer = steps.get(place);
      if (!outer) continue;
      outer.inside -= 1;
      if (outer.inside === 0) join(outer);
    }
    if (steps.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
    const highWater = meters.highWater();
    const peakKib = highWater > step.highWaterKib ? Math.max(highWater, step.peakKib) : step.peakKib;
    return { cpuMs: Math.round(step.cpuMicros / 1_000), memoryPeakKib: Math.round(peakKib) };
  };

  return {
    follow: (event) => {
      switch (event.type) {
        case 'step_started':
          start(event);
          return event;
        case 'step_completed':
        case 'step_failed':
          return { ...event, ...end(event) };
        case 'step_waiting':
        case 'step_cancelled':
          end(event);
          return event;
        default:
          return event;
      }
    },
    addCpu: ({ nodeId, iteration }, micros) => {
      const step = steps.get(stepKey(nodeId, iteration));
      if (step) step.cpuMicros += micros;
    },
  };
};

/** The steps that an iteration lies in, by `stepKey`: of `each[3]/call[0]` these are `each` and `each[3]/call`. */
const placesAround = (iteration: string): string[] =>
  [...iteration.matchAll(/(?:#\d+)?\[\d+\]/g)].map(({ index }) => iteration.slice(0, index));
