import type { z } from 'zod';
import type { CoordinatorLimits } from '../agents/coordinator/specialist.ts';
import type { Agent } from './agent.ts';

/** One criterion: what a good output is like, judged by a model; or a pattern that it must match; or a schema. */
export type Criterion = string | { pattern: RegExp | string; name?: string } | { schema: z.ZodType; name?: string };

export type ReviewOptions = {
  criteria: Criterion | readonly Criterion[];
  /** The score, from 0 to 1, that is good enough. Default 0.8. */
  threshold?: number;
  /** How often the step may run, the first time included. Default 3. */
  maxRounds?: number;
  /** Fail the run when the last round is not good enough either (`evaluation_failed`). Default: go on with it. */
  mustPass?: boolean;
  /** Judges what a model judges. Default `auto`. */
  model?: string;
  name?: string;
};

/** Judges the step before it; see `review`. */
export type Review = { kind: 'review'; name: string; options: ReviewOptions };

/**
 * Judges the step before it, and sends it back with what is wrong until it is good enough or the rounds are over. What
 * goes on is the output of the judged step.
 *
 * @example
 * new AgentWorkflow({ agents: [writer, review({ criteria: 'Names its sources', maxRounds: 2 })] });
 */
export const review = (options: ReviewOptions): Review => ({
  kind: 'review',
  name: options.name ?? 'Review',
  options,
});

export type ForEachOptions = {
  /** Items at the same time. Default 5. */
  maxParallel?: number;
  /** What an item means that fails: the run fails, its result is left out, or it is `null`. Default `fail`. */
  onError?: 'fail' | 'skip' | 'null';
  /** An expression that gives the list. Default: what came in. */
  list?: string;
  name?: string;
};

/** Does something for each item of a list; see `forEach`. */
export type ForEach = { kind: 'for_each'; name: string; agent: Agent; options: ForEachOptions };

/**
 * Has an agent work on each item of a list, several at the same time. Its prompt sees `item` and `index`; the output is
 * the list of its outputs, in the order of the items.
 *
 * @example
 * forEach(agent({ role: 'Editor', prompt: 'Summarise: {{ item }}' }), { maxParallel: 5 });
 */
export const forEach = (each: Agent, options: ForEachOptions = {}): ForEach => ({
  kind: 'for_each',
  name: options.name ?? `Each: ${each.name}`,
  agent: each,
  options,
});

export type TeamOptions = Partial<Omit<CoordinatorLimits, 'subtaskTimeoutMs'>> & {
  /**
   * The specialists. Their skills and roles decide who gets what. Of an agent's options these count here: role, name,
   * skills, tools, model, personality, temperature, maxTokens, maxSteps.
   */
  agents: readonly Agent[];
  /** Plans and writes the answer. Default `auto`. */
  model?: string;
  role?: string;
  /** How long one specialist may take for one part, in milliseconds. Default 300,000. */
  subtaskTimeout?: number;
  /** The task, with expressions. Default: the task of the run and what came in. */
  prompt?: string;
  name?: string;
};

/** Specialists under a coordinator; see `team`. */
export type Team = { kind: 'team'; name: string; options: TeamOptions };

/**
 * A coordinator with specialists: it splits the task, gives each part to who fits best, and makes one answer. The output
 * is `{ answer, complexity, reason, rounds, subtasks }`.
 *
 * @example
 * team({ agents: [analyst, lawyer, writer], maxSubtasks: 5 });
 */
export const team = (options: TeamOptions): Team => {
  const withFunction = options.agents.find(({ fn }) => fn);
  if (withFunction)
    throw new TypeError(`“${withFunction.name}” has a function; specialists of a team work by their model and tools.`);
  return { kind: 'team', name: options.name ?? 'Team', options };
};

/** What a workflow is made of. */
export type WorkflowStep = Agent | Review | ForEach | Team;
