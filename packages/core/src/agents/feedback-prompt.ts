import type { ModelMessage } from '../models/model-call.ts';
import type { Feedback } from '../nodes/node-type.ts';

/** How an agent is asked again: its last answer stays in the conversation, and it is told what was wrong with it. */
export const askAgain = (
  original: ModelMessage,
  { evaluation, output }: Feedback,
): { history: ModelMessage[]; prompt: string } => ({
  history: [original, { role: 'assistant', content: [{ type: 'text', text: asText(output) }] }],
  prompt: [
    'Your answer was judged and sent back.',
    describeEvaluation(evaluation),
    'Do the task again and give the whole improved answer, nothing else.',
  ].join('\n\n'),
});

/** The same for a team, which has no conversation to go on with. */
export const withFeedback = (task: string, { evaluation, output }: Feedback): string =>
  [
    task,
    'Your last answer was judged and sent back. Give the whole improved answer.',
    describeEvaluation(evaluation),
    `<last_answer>\n${asText(output)}\n</last_answer>`,
  ].join('\n\n');

type Known = { score?: unknown; reasons?: unknown; feedback?: unknown };

/** What an Evaluate step says; of anything else, its JSON. */
const describeEvaluation = (evaluation: unknown): string => {
  if (typeof evaluation !== 'object' || evaluation === null) return asText(evaluation);
  const { score, reasons, feedback }: Known = evaluation;
  const lines = [
    ...(typeof feedback === 'string' && feedback.trim() !== '' ? [`What to do better: ${feedback}`] : []),
    ...(Array.isArray(reasons) && reasons.length > 0
      ? [`Why:\n${reasons.map((one) => `- ${asText(one)}`).join('\n')}`]
      : []),
    ...(typeof score === 'number' ? [`Score: ${score}`] : []),
  ];
  return lines.length > 0 ? lines.join('\n\n') : asText(evaluation);
};

const asText = (value: unknown): string => (typeof value === 'string' ? value : (JSON.stringify(value) ?? 'null'));
