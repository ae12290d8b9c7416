import { decode, encode } from 'gpt-tokenizer/encoding/o200k_base';
import { completeRequest } from './complete-request.ts';
import { choose, splitCandidates } from './demo/choose.ts';
import { classify } from './demo/classify.ts';
import { draftReply } from './demo/draft-reply.ts';
import { type FillContext, fillSchema } from './demo/fill-schema.ts';
import { DEMO_MODEL_ID, DEMO_MODEL_NAME } from './demo/identity.ts';
import { improve } from './demo/improve.ts';
import { fillVerdict } from './demo/judge.ts';
import { planSubtasks } from './demo/plan.ts';
import { readConversation } from './demo/read-conversation.ts';
import { type ReadPrompt, readCount, readLabelList, readPrompt, type Section } from './demo/read-prompt.ts';
import { keyPhrases, summarize, topSentences } from './demo/summarize.ts';
import { tellResults } from './demo/tell-results.ts';
import { chooseToolCalls, resultsSinceQuestion } from './demo/use-tools.ts';
import {
  type ModelRequest,
  type ModelRequestInput,
  type ModelResponse,
  NO_USAGE,
  type ToolCallPart,
} from './model-call.ts';

const REASON = `${DEMO_MODEL_NAME}: fixed rules that need no key and cost nothing.`;

/**
 * Answers by fixed rules: summary by extraction, classification by keywords, replies from templates, choice by points,
 * any JSON Schema by what its members are called. Uses tools that the prompt plainly asks for, judges by what can be
 * counted, does what feedback says where rules can. The same request gives the same answer; temperature means nothing.
 */
export const generateWithDemoModel = (input: ModelRequestInput): ModelResponse => {
  const started = performance.now();
  const request = completeRequest(input);
  const { text, toolCalls = [], output, wasCut = false } = answer(request);
  const said = text === '' ? [] : [{ type: 'text' as const, text }];
  return {
    text,
    message: { role: 'assistant', content: [...said, ...toolCalls] },
    toolCalls,
    ...(request.outputSchema && toolCalls.length === 0 ? { output } : {}),
    model: DEMO_MODEL_ID,
    reason: REASON,
    usage: { ...NO_USAGE, inputTokens: countInput(request), outputTokens: countTokens(text, toolCalls) },
    costUsd: 0,
    durationMs: Math.round(performance.now() - started),
    finishReason: toolCalls.length > 0 ? 'tool_calls' : wasCut ? 'length' : 'stop',
    cached: false,
  };
};

const countTokens = (text: string, toolCalls: readonly ToolCallPart[]): number =>
  encode(text).length + (toolCalls.length > 0 ? encode(JSON.stringify(toolCalls)).length : 0);

const countInput = ({ role, personality, messages }: ModelRequest): number => {
  const parts = messages.flatMap(({ content }) =>
    content.map((part) => {
      if (part.type === 'text' || part.type === 'reasoning') return part.text;
      return part.type === 'image' ? '' : JSON.stringify(part.type === 'tool_call' ? part.input : part.output);
    }),
  );
  return encode([role, personality, ...parts].join('\n')).length;
};

/** The same, in the pieces that a stream would bring. */
export const streamWithDemoModel = (
  input: ModelRequestInput,
  { signal, onDelta }: { signal?: AbortSignal | undefined; onDelta: (text: string) => void },
): ModelResponse => {
  signal?.throwIfAborted();
  const response = generateWithDemoModel(input);
  for (const piece of response.text.match(/\S+\s*|\s+/g) ?? []) onDelta(piece);
  return response;
};

type Answer = { text: string; toolCalls?: ToolCallPart[]; output?: unknown; wasCut?: boolean };

const answer = (request: ModelRequest): Answer => {
  const { question, sentBack } = readConversation(request.messages);
  const done = resultsSinceQuestion(request.messages);
  const manner = `${request.role} ${request.personality}`;
  const asked = readPrompt(question);
  const inText = (): string => {
    if (done.length > 0)
      return tellResults(
        done.filter(({ name }) => name !== 'file_write' || done.length === 1),
        asked.language,
      );
    return sentBack ? improve({ ...sentBack, material: asked.material }) : answerInText(asked, request.role, manner);
  };
  const toolCalls = sentBack ? [] : chooseToolCalls(request, question, { done, write: inText });
  if (toolCalls.length > 0) return { text: '', toolCalls };
  if (request.outputSchema) {
    const prompt = done.length > 0 ? withMaterial(asked, tellResults(done, asked.language)) : asked;
    const output = fillOutput(request.outputSchema, { prompt, role: request.role, manner, root: request.outputSchema });
    return { text: JSON.stringify(output), output };
  }
  return cutTo(request.maxTokens, inText());
};

const withMaterial = (prompt: ReadPrompt, material: string): ReadPrompt => ({
  ...prompt,
  material,
  sections: [{ label: '', text: material }],
});

const fillOutput = (schema: Record<string, unknown>, context: FillContext): unknown => {
  const plan = planSubtasks(schema, context.prompt);
  if (plan) return plan;
  const output = fillSchema(schema, context);
  const verdict = fillVerdict(schema, context.prompt);
  return verdict && typeof output === 'object' ? { ...output, ...verdict } : output;
};

const cutTo = (maxTokens: number, text: string): Answer => {
  const tokens = encode(text);
  if (tokens.length <= maxTokens) return { text };
  return { text: decode(tokens.slice(0, maxTokens)).replace(/\uFFFD+$/, ''), wasCut: true };
};

const PICK = /\b(?:pick|choose|select|which (?:one|is)|best of|better of|compare)\b|選ん|選択|最も良い|どちら/i;
const REPLY =
  /\b(?:reply|respond|response|draft|answer (?:the|this)|write (?:an?|the) (?:email|message|letter|answer))\b|返信|返事|下書き|回答を/i;
const KEYWORDS = /\bkey ?(?:words|phrases|terms)\b|\btags\b|キーワード|タグ/i;
const POINTS =
  /\bbullet|\bkey points|\baction items|\bmain points|\blist\b|\brisks?\b|\bopen questions\b|箇条書き|要点|論点|リスク/i;
const TITLE = /\b(?:title|headline|subject line)\b|タイトル|見出し|件名/i;
const COMBINE = /\bcombine\b|まとめ/i;
const TRANSLATE = /\btranslat(?:e|ion)\b|翻訳|英訳|和訳/i;

/** The task is read from the instruction; where that says nothing, from the role. */
const answerInText = (prompt: ReadPrompt, role: string, manner: string): string => {
  const { instruction, sections, material, language } = prompt;
  const task = instruction || role;
  if (material === '') return language === 'ja' ? '入力がありません。' : 'There is no text to work on.';
  const results = sections.filter(({ label }) => /^result_/.test(label));
  if (COMBINE.test(task) && results.length > 0) return results.map(bodyOf).join('\n\n');
  const { candidates, reference } = splitCandidates(sections);
  if (PICK.test(task) && candidates.length >= 2) return choose(candidates, reference)?.winner.text ?? '';
  const labels = readLabelList(instruction);
  if (labels.length > 0) return classify(material, labels).label;
  if (TRANSLATE.test(task)) {
    return language === 'ja'
      ? `（デモモデルは翻訳できません）\n${summarize(material)}`
      : `(The demo model cannot translate.)\n${summarize(material)}`;
  }
  if (REPLY.test(task)) return draftReply(material, { role, manner, language });
  if (KEYWORDS.test(task))
    return keyPhrases(material, readCount(task, /key|tag|phrase|word|個/) ?? 5).join(language === 'ja' ? '、' : ', ');
  if (TITLE.test(task)) return (topSentences(material, 1)[0] ?? '').replace(/[.。]$/, '');
  if (POINTS.test(task)) {
    const count = readCount(task, /bullet|point|item|risk|question|つ|点|個/) ?? 4;
    return topSentences(material, count)
      .map((sentence) => `- ${sentence}`)
      .join('\n');
  }
  return summarize(material, readCount(task, /sentence|line|文/) ?? 3);
};

/** What a member of a team found, without the title above it. */
const bodyOf = ({ text }: Section): string =>
  text
    .split(/\n\s*\n/)
    .slice(1)
    .join('\n\n')
    .trim() || text;
