import { checkBudgetResponse } from '@agentweaver/core/budget/budget-wait';
import { AppError, type FieldProblem } from '@agentweaver/core/errors/app-error';
import { checkHumanResponse } from '@agentweaver/core/host/check-human-response';
import type { HumanResponse } from '@agentweaver/core/host/ports/human';
import type { LiveChannel } from '@agentweaver/db/live-channel';
import { answerWait as answerStored } from '@agentweaver/db/wait-store';
import type { WaitView } from '../execution-view.ts';
import { waitViewSchema } from './read-update.ts';
import type { StartContext } from './start-workflow.ts';

type AnswerContext = StartContext & { live: LiveChannel; user: { id: string; name: string } };

/** Gives a waiting step its answer and lets the execution go on. A foreign id is not found; a closed question is a conflict. */
export const answerWait = async (
  { prisma, queue, live, workspace, user }: AnswerContext,
  { waitId, answer }: { waitId: string; answer: HumanResponse },
): Promise<{ executionId: string }> => {
  const row = await prisma.wait.findFirst({ where: { id: waitId, execution: { workspaceId: workspace.id } } });
  const wait = row && waitViewSchema.safeParse(row).data;
  if (!wait) throw new AppError('not_found', { publicMessage: 'There is no such question in this workspace.' });
  const problems = problemsOf(wait, answer);
  if (problems.length > 0) {
    throw new AppError('bad_request', { publicMessage: 'The answer does not fit the question.', problems });
  }
  const { executionId, lastSeq, requeue } = await answerStored(prisma, {
    id: waitId,
    workspaceId: workspace.id,
    response: answer,
    user,
  });
  // The answer is stored: what fails here is made good by the sweeper and by tailing.
  await Promise.allSettled([
    ...(requeue ? [queue.add(requeue)] : []),
    live.publish(executionId, { type: 'events', lastSeq }),
  ]);
  return { executionId };
};

const problemsOf = (wait: WaitView, answer: HumanResponse): FieldProblem[] => {
  switch (wait.kind) {
    case 'human':
      return checkHumanResponse(wait.request, answer);
    case 'budget':
      return checkBudgetResponse(wait.request, answer);
    case 'timer':
      return [{ field: 'waitId', message: 'waits for a time and cannot be answered' }];
  }
};
