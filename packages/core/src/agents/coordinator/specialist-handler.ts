import type { CallContext } from '../../host/host.ts';
import type { MessageHandler } from '../../messaging/communication-hub.ts';
import type { AgentContext } from '../agent-task.ts';
import { runAgent } from '../run-agent.ts';
import { linkSignals } from './linked-signal.ts';
import type { Specialist } from './specialist.ts';

/** A message may hold this much; the rest of a longer result is cut, and says so. */
const MAX_RESULT_LENGTH = 40_000;

/** What a coordinator asks of a specialist. The whole task and results are not sent around: the team shares them. */
export type WorkRequest = {
  subtask: { id: string; title: string; task: string };
  /** Ids of the subtasks whose results it may use. */
  needs: string[];
  /** Why somebody else could not do it. */
  failedBefore?: string;
};

/** What a specialist answers. */
export type WorkResult = { result: string; model: string };

export type TeamContext = {
  context: AgentContext;
  /** The whole task. */
  task: string;
  resultOf: (subtaskId: string) => { title: string; result: string } | undefined;
  /** Numbers of the host calls of a subtask, by its id. */
  callsOf: (subtaskId: string) => () => CallContext;
};

/** How a specialist takes part: a request is a subtask, the response its result. It fails with what the agent fails with. */
export const specialistHandler =
  (specialist: Specialist, team: TeamContext): MessageHandler =>
  async ({ content }, { signal }): Promise<WorkResult> => {
    // Sent by the coordinator in this process; see `WorkRequest`.
    const request = content as WorkRequest;
    const { context } = team;
    const linked = linkSignals([context.signal, signal]);
    const nextCall = team.callsOf(request.subtask.id);
    try {
      const { id: _, name: __, skills: ___, ...settings } = specialist;
      const answer = await runAgent(
        // Only the answer is shown while it is written.
        { ...settings, prompt: promptOf(request, team), quiet: true },
        {
          ...context,
          signal: linked.signal,
          nextCall: () => ({ ...nextCall(), signal: linked.signal }),
          log: (level, message, metadata) => context.log(level, `${specialist.name}: ${message}`, metadata),
        },
      );
      return { result: bound(answer.text), model: answer.model };
    } finally {
      linked.release();
    }
  };

const promptOf = ({ subtask, needs, failedBefore }: WorkRequest, { task, resultOf }: TeamContext): string => {
  const results = needs.flatMap((id) => resultOf(id) ?? []);
  return [
    `You work in a team. Your part of the whole task: ${subtask.title}\n${subtask.task}`,
    ...results.map(({ title, result }) => `<result>\n${title}\n\n${result}\n</result>`),
    ...(failedBefore ? [`Somebody else tried it and failed: ${failedBefore}`] : []),
    `<whole_task>\n${task}\n</whole_task>`,
    'Do your part only, and give its result without any introduction.',
  ].join('\n\n');
};

const bound = (text: string): string =>
  text.length <= MAX_RESULT_LENGTH
    ? text
    : `${text.slice(0, MAX_RESULT_LENGTH)}\n[Cut off: the first ${MAX_RESULT_LENGTH} of ${text.length} characters.]`;
