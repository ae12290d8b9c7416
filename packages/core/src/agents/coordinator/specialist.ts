import type { AgentTask } from '../agent-task.ts';
import type { OutputSchema } from '../output-schema.ts';

/** How an agent of a team asks its model. */
export type AgentSettings = Pick<
  AgentTask,
  | 'role'
  | 'personality'
  | 'model'
  | 'fallbackModels'
  | 'temperature'
  | 'maxTokens'
  | 'timeoutMs'
  | 'reasoningEffort'
  | 'cacheTtlSeconds'
>;

/** A member of a team, and what it is good at. */
export type Specialist = AgentSettings &
  Pick<AgentTask, 'tools' | 'maxSteps'> & {
    /** Its address on the hub. */
    id: string;
    name: string;
    skills: readonly string[];
  };

export type CoordinatorLimits = {
  /** Subtasks of a whole run, over all rounds. */
  maxSubtasks: number;
  /** Plans: the first, and what a look at the results adds to it. 1: no such look. */
  maxRounds: number;
  /** Specialists that one subtask is given to before it counts as failed. */
  maxAssignments: number;
  /** Subtasks at the same time. */
  maxParallel: number;
  /** Ms that one specialist may take for one subtask. */
  subtaskTimeoutMs: number;
  /** What a subtask means that nobody could do. `continue`: the others go on, and the answer is made without it. */
  onSubtaskError: 'fail' | 'continue';
};

export const COORDINATOR_DEFAULTS: CoordinatorLimits = {
  maxSubtasks: 8,
  maxRounds: 1,
  maxAssignments: 2,
  maxParallel: 3,
  subtaskTimeoutMs: 300_000,
  onSubtaskError: 'fail',
};

/** What the coordinator is called on the hub; no specialist may be. */
export const COORDINATOR_ID = 'coordinator';

export type Coordination = {
  /** The whole task. */
  task: string;
  /** Asks for the analysis, the look at the results and the answer. */
  coordinator: AgentSettings;
  specialists: readonly Specialist[];
  limits: CoordinatorLimits;
  /** The answer satisfies it. */
  outputSchema?: OutputSchema | undefined;
};

/** A part of the task, as the coordinator cut it. */
export type Subtask = {
  /** `t1`, `t2` … */
  id: string;
  title: string;
  task: string;
  skills: string[];
  /** Ids of subtasks whose results it needs; all of them before it in the plan. */
  dependsOn: string[];
  /** The specialist that the coordinator's model would choose. */
  suggested?: string | undefined;
};

/** How well a specialist fits a subtask, and why. */
export type Fit = {
  specialist: string;
  /** From 0 to 1. */
  score: number;
  reasons: string[];
};

export type Assignment = { specialist: string; status: 'completed' | 'failed'; error?: string };

export type SubtaskOutcome = Subtask & {
  status: 'completed' | 'failed';
  /** Who did it; absent when nobody could. */
  specialist?: string;
  /** Everybody, the best fit first. */
  candidates: Fit[];
  /** In the order in which they were tried. */
  assignments: Assignment[];
  /** What the specialist gave, and the model that it asked. */
  result?: string;
  model?: string;
};
