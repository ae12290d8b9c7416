import { z } from 'zod';
import { ExecutionError } from '../../engine/execution-errors.ts';
import { createSlots, type Slots } from '../../engine/slots.ts';
import type { CallContext } from '../../host/host.ts';
import { isSuspended } from '../../host/suspended.ts';
import { CommunicationHub } from '../../messaging/communication-hub.ts';
import type { AgentAnswer, AgentContext } from '../agent-task.ts';
import { takeCallBlock } from '../call-block.ts';
import { type Meter, meterHost } from '../meter-host.ts';
import { runAgent } from '../run-agent.ts';
import { doSubtask } from './do-subtask.ts';
import { answerPrompt, numberSubtasks, planPrompt, planSchema, reviewPrompt, reviewSchema } from './plan.ts';
import { rankSpecialists } from './score-fit.ts';
import { COORDINATOR_ID, type Coordination, type Fit, type Subtask, type SubtaskOutcome } from './specialist.ts';
import { specialistHandler } from './specialist-handler.ts';

/** Host calls of one subtask whose numbers do not depend on what runs beside it. */
const CALLS_PER_SUBTASK = 500;

export type CoordinatorAnswer = Meter & {
  /** Text, or the object of the output schema. */
  answer: unknown;
  complexity: 'simple' | 'moderate' | 'complex';
  /** Why it was split like this. */
  reason: string;
  rounds: number;
  subtasks: SubtaskOutcome[];
  /** Of the last call. */
  model: string;
};

/**
 * Leads a team of agents through one task: has its model judge how complex it is and split it, gives each part to the
 * specialist that fits best, lets parts that do not need each other run at the same time, gives a part that failed to
 * the next best, and makes one answer of the results. Everything between coordinator and specialists is a message on
 * the hub, reported as it ends. One instance runs one task.
 */
export class CoordinatorAgent {
  readonly #work: Coordination;
  readonly #context: AgentContext;
  readonly #readMeter: () => Meter;
  readonly #hub: CommunicationHub;
  readonly #slots: Slots;
  readonly #calls = new Map<string, () => CallContext>();
  readonly #load = new Map<string, number>();
  readonly #outcomes = new Map<string, SubtaskOutcome>();
  /** What fails the whole task; what has not begun yet does not begin any more. */
  #failure: { error: unknown } | undefined;

  constructor(work: Coordination, context: AgentContext) {
    checkTeam(work);
    const metered = meterHost(context.host);
    this.#work = work;
    this.#context = { ...context, host: metered.host };
    this.#readMeter = metered.read;
    this.#slots = createSlots(work.limits.maxParallel);
    this.#hub = new CommunicationHub({
      clock: context.host.clock,
      onMessage: (message) => context.report({ type: 'message', message }),
    });
  }

  /** Rejects with `ExecutionError`, with `Suspended` when a part has to wait, or with the signal's reason. */
  async run(): Promise<CoordinatorAnswer> {
    const { signal } = this.#context;
    const close = () => this.#hub.close();
    signal.addEventListener('abort', close);
    this.#register();
    try {
      return await this.#lead();
    } finally {
      signal.removeEventListener('abort', close);
      close();
    }
  }

  #register(): void {
    const { task, specialists, limits } = this.#work;
    const team = {
      context: this.#context,
      task,
      resultOf: (id: string) => {
        const { title, result } = this.#outcomes.get(id) ?? {};
        return title !== undefined && result !== undefined ? { title, result } : undefined;
      },
      callsOf: (id: string) => this.#calls.get(id) ?? this.#context.nextCall,
    };
    for (const specialist of specialists) {
      const options = { concurrency: limits.maxParallel, mailboxSize: limits.maxSubtasks };
      this.#hub.register(specialist.id, specialistHandler(specialist, team), options);
    }
  }

  async #lead(): Promise<CoordinatorAnswer> {
    const { task, specialists, limits } = this.#work;
    const plan = await this.#think(planPrompt(task, specialists, limits.maxSubtasks), planSchema(specialists));
    const { complexity, reason } = plan.output;
    this.#say(`The task is ${complexity}: ${reason}`);
    await this.#runRound(this.#take(plan.output.subtasks));
    let rounds = 1;
    for (; rounds < limits.maxRounds && this.#room() > 0; rounds++) {
      const prompt = reviewPrompt(task, this.#results(), this.#room());
      const { output } = await this.#think(prompt, reviewSchema(specialists));
      this.#say(`A look at the results: ${output.reason}`);
      if (output.done || output.subtasks.length === 0) break;
      await this.#runRound(this.#take(output.subtasks));
    }
    const last = await this.#integrate();
    return { ...this.#readMeter(), ...last, complexity, reason, rounds, subtasks: this.#results() };
  }

  /** In the order of the plan, whoever was faster. */
  #results(): SubtaskOutcome[] {
    return [...this.#calls.keys()].flatMap((id) => this.#outcomes.get(id) ?? []);
  }

  #room(): number {
    return this.#work.limits.maxSubtasks - this.#calls.size;
  }

  /** Sets aside the numbers of their host calls in the order of the plan, before anything of it runs. */
  #take(planned: Parameters<typeof numberSubtasks>[0]): Subtask[] {
    const room = this.#room();
    if (planned.length > room)
      this.#say(`Of ${planned.length} subtasks the first ${room} are done: that is the limit.`);
    const subtasks = numberSubtasks(planned, { before: this.#calls.size, room });
    for (const { id } of subtasks) this.#calls.set(id, takeCallBlock(this.#context.nextCall, CALLS_PER_SUBTASK));
    return subtasks;
  }

  /** Each starts as soon as what it needs is done and there is a slot for it. Rejects once nothing of it runs any more. */
  async #runRound(subtasks: readonly Subtask[]): Promise<void> {
    const running = new Map<string, Promise<void>>();
    for (const subtask of subtasks) {
      // Ranked here, in the order of the plan, so that the same plan is shared out the same way again.
      const candidates = this.#rank(subtask);
      const needed = subtask.dependsOn.map((id) => running.get(id));
      running.set(
        subtask.id,
        Promise.all(needed).then(() => this.#runSubtask(subtask, candidates)),
      );
    }
    const settled = await Promise.allSettled(running.values());
    this.#context.signal.throwIfAborted();
    if (this.#failure) throw this.#failure.error;
    const waits = settled.find((one) => one.status === 'rejected');
    if (waits) throw waits.reason;
  }

  #rank(subtask: Subtask): Fit[] {
    const candidates = rankSpecialists(subtask, this.#work.specialists, this.#load);
    const best = candidates[0]?.specialist ?? '';
    this.#load.set(best, (this.#load.get(best) ?? 0) + 1);
    return candidates;
  }

  async #runSubtask(subtask: Subtask, candidates: Fit[]): Promise<void> {
    await new Promise<void>((granted) => this.#slots.request(granted));
    try {
      this.#context.signal.throwIfAborted();
      if (this.#failure) throw this.#failure.error;
      const { limits } = this.#work;
      const outcome = await doSubtask(subtask, candidates, { hub: this.#hub, limits });
      this.#outcomes.set(subtask.id, outcome);
      this.#report(outcome);
    } catch (error) {
      if (!isSuspended(error)) this.#failure ??= { error };
      throw error;
    } finally {
      this.#slots.release();
    }
  }

  #report({ id, title, specialist, assignments, status }: SubtaskOutcome): void {
    const failures = assignments.filter((one) => one.status === 'failed');
    for (const { specialist: who, error } of failures)
      this.#context.log('warn', `${id} “${title}”: ${who} could not do it. ${error}`);
    if (status === 'completed') this.#say(`${id} “${title}” was done by ${specialist}.`);
  }

  #say(message: string): void {
    this.#context.log('info', message);
  }

  /** One part that was done is the answer already. */
  async #integrate(): Promise<{ answer: unknown; model: string }> {
    const { task, coordinator, outputSchema } = this.#work;
    const outcomes = this.#results();
    const [only] = outcomes;
    if (only?.result !== undefined && outcomes.length === 1 && !outputSchema)
      return { answer: only.result, model: only.model ?? coordinator.model };
    const { text, output, model } = await runAgent(
      { ...coordinator, prompt: answerPrompt(task, outcomes), ...(outputSchema ? { outputSchema } : {}) },
      this.#context,
    );
    return { answer: outputSchema ? output : text, model };
  }

  async #think<Schema extends z.ZodType>(
    prompt: string,
    schema: Schema,
  ): Promise<AgentAnswer & { output: z.output<Schema> }> {
    const { $schema: _, ...outputSchema } = z.toJSONSchema(schema);
    const answer = await runAgent({ ...this.#work.coordinator, prompt, outputSchema, quiet: true }, this.#context);
    // It has passed the same schema as JSON Schema.
    return { ...answer, output: schema.parse(answer.output) };
  }
}

/** Throws `invalid_workflow`: the team is part of the config. */
const checkTeam = ({ specialists }: Coordination): void => {
  const ids = specialists.map(({ id }) => id);
  const twice = ids.find((id, index) => ids.indexOf(id) !== index);
  const problem =
    ids.length === 0
      ? 'It has no specialists.'
      : twice !== undefined
        ? `Two specialists have the id “${twice}”.`
        : ids.includes(COORDINATOR_ID)
          ? `No specialist can have the id “${COORDINATOR_ID}”.`
          : undefined;
  if (problem === undefined) return;
  throw new ExecutionError({
    code: 'invalid_workflow',
    message: `The coordinator cannot start. ${problem}`,
    hint: 'Give the coordinator one or more specialists, each with an id of its own.',
  });
};
