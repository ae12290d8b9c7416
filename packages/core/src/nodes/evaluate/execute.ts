import { ExecutionError } from '../../engine/execution-errors.ts';
import { parseIteration } from '../../engine/parse-iteration.ts';
import { addUsage, NO_USAGE } from '../../models/model-call.ts';
import { BACK_PORT, type Execute, type ExecuteContext, type ExecuteResult } from '../node-type.ts';
import type { Criterion, EvaluateConfig } from './definition.ts';
import { type Judgement, judge } from './judge.ts';

type Context = ExecuteContext<EvaluateConfig>;

/** One tenth of a percent: scores of models are no finer than that. */
const SCORE_STEPS = 1_000;

export const executeEvaluate: Execute<EvaluateConfig> = async (context) => {
  const { config } = context;
  const value = judgedValue(context);
  const judgements = await Promise.all(config.criteria.map((criterion) => judge(criterion, value, context)));
  const score = weightedScore(config.criteria, judgements);
  const passed = score >= config.threshold;
  const round = roundOf(context);
  const costUsd = sum(judgements.map((judgement) => judgement.costUsd));
  const spentUsd = costUsd + spentBefore(context);
  const output = {
    passed,
    score,
    reasons: config.criteria.flatMap((criterion, i) => named(criterion, judgements[i]?.reasons ?? [])),
    feedback: config.criteria.flatMap((criterion, i) => named(criterion, [judgements[i]?.feedback ?? ''])).join('\n'),
    value,
    round,
    spentUsd,
  };
  const { ports, reason } = decide(config, { passed, score, round, spentUsd });
  return { output, ports, reason, costUsd, ...modelFacts(judgements) };
};

/** Without a chosen step it is the only one that leads here, so its output is what came in. */
const judgedValue = ({ config, steps, previous }: Context): unknown =>
  (config.judged === '' ? previous : steps[config.judged]?.output) ?? null;

/** Weights that are all 0 count the same. */
const weightedScore = (criteria: Criterion[], judgements: Judgement[]): number => {
  const total = sum(criteria.map(({ weight }) => weight));
  const weights = criteria.map(({ weight }) => (total === 0 ? 1 : weight));
  const points = sum(judgements.map(({ score }, i) => score * (weights[i] ?? 0)));
  return Math.round((points / sum(weights)) * SCORE_STEPS) / SCORE_STEPS;
};

const sum = (numbers: number[]): number => numbers.reduce((total, number) => total + number, 0);

const named = ({ name }: Criterion, texts: string[]): string[] =>
  texts.filter((text) => text.trim() !== '').map((text) => (name ? `${name}: ${text}` : text));

/** From 0: how often it has sent the judged step back. Its iteration ends with itself in every round but the first. */
const roundOf = ({ iteration, nodeId }: Context): number => {
  const last = parseIteration(iteration)?.at(-1);
  return last?.nodeId === nodeId ? last.index : 0;
};

/** What judging cost in the rounds before, as this evaluation said itself. */
const spentBefore = ({ feedback }: Context): number => {
  const evaluation = feedback?.evaluation;
  const spent =
    typeof evaluation === 'object' && evaluation !== null && 'spentUsd' in evaluation && evaluation.spentUsd;
  return typeof spent === 'number' ? spent : 0;
};

type Standing = { passed: boolean; score: number; round: number; spentUsd: number };

const decide = (
  { threshold, maxRounds, maxCostUsd, onExhausted }: EvaluateConfig,
  { passed, score, round, spentUsd }: Standing,
): Required<Pick<ExecuteResult, 'ports' | 'reason'>> => {
  if (passed) return { ports: ['pass'], reason: `The score ${score} reaches ${threshold}.` };
  const tooLow = `The score ${score} is below ${threshold}`;
  const isTooDear = maxCostUsd > 0 && spentUsd >= maxCostUsd;
  if (round + 1 < maxRounds && !isTooDear)
    return { ports: [BACK_PORT], reason: `${tooLow}; round ${round + 2} of ${maxRounds} follows.` };
  const why = isTooDear
    ? `judging has reached its cost limit of $${maxCostUsd}`
    : `that was the last of ${maxRounds} rounds`;
  if (onExhausted === 'branch') return { ports: ['fail'], reason: `${tooLow}, and ${why}.` };
  throw new ExecutionError({
    code: 'evaluation_failed',
    message: `${tooLow}, and ${why}.`,
    hint: 'Look at the reasons in the rounds before, allow more rounds, or lower the threshold.',
  });
};

const modelFacts = (judgements: Judgement[]): Pick<ExecuteResult, 'model' | 'usage' | 'cached'> => {
  const asked = judgements.filter(({ model }) => model !== undefined);
  const [first] = asked;
  if (first?.model === undefined) return {};
  return {
    model: first.model,
    usage: asked.reduce((total, { usage }) => addUsage(total, usage), NO_USAGE),
    cached: asked.every(({ cached }) => cached === true),
  };
};
