import { decode, encode } from 'gpt-tokenizer/encoding/o200k_base';
import { completeRequest } from './complete-request.ts';
import { choose, splitCandidates } from './demo/choose.ts';
import { classify } from './demo/classify.ts';
import { draftReply } from './demo/draft-reply.ts';
import { fillSchema } from './demo/fill-schema.ts';
import { type ReadPrompt, readCount, readLabelList, readPrompt } from './demo/read-prompt.ts';
import { keyPhrases, summarize, topSentences } from './demo/summarize.ts';
import { type ModelRequest, type ModelRequestInput, type ModelResponse, promptOf } from './model-call.ts';

/** Said wherever the model appears: nobody may take it for an AI. */
export const DEMO_MODEL_NAME = 'Demo model (offline, not an AI)';
export const DEMO_MODEL_ID = 'demo/demo-model';

const REASON = `${DEMO_MODEL_NAME}: fixed rules that need no key and cost nothing.`;

/**
 * Answers by fixed rules: summary by extraction, classification by keywords, replies from templates, choice by points,
 * any JSON Schema by what its members are called. The same request gives the same answer; temperature means nothing.
 */
export const generateWithDemoModel = (input: ModelRequestInput): ModelResponse => {
  const started = performance.now();
  const request = completeRequest(input);
  const inputTokens = encode([request.role, request.personality, promptOf(request)].join('\n')).length;
  const { text, output, wasCut } = answer(request);
  return {
    text,
    message: { role: 'assistant', content: text === '' ? [] : [{ type: 'text', text }] },
    toolCalls: [],
    ...(request.outputSchema ? { output } : {}),
    model: DEMO_MODEL_ID,
    reason: REASON,
    usage: { inputTokens, outputTokens: encode(text).length, cachedInputTokens: 0, reasoningTokens: 0 },
    costUsd: 0,
    durationMs: Math.round(performance.now() - started),
    finishReason: wasCut ? 'length' : 'stop',
    cached: false,
  };
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

const answer = (request: ModelRequest): { text: string; output?: unknown; wasCut: boolean } => {
  const prompt = readPrompt(promptOf(request));
  const manner = `${request.role} ${request.personality}`;
  if (request.outputSchema) {
    const output = fillSchema(request.outputSchema, { prompt, role: request.role, manner, root: request.outputSchema });
    return { text: JSON.stringify(output), output, wasCut: false };
  }
  const text = answerInText(prompt, request.role, manner);
  const tokens = encode(text);
  if (tokens.length <= request.maxTokens) return { text, wasCut: false };
  return { text: decode(tokens.slice(0, request.maxTokens)).replace(/\uFFFD+$/, ''), wasCut: true };
};

const PICK = /\b(?:pick|choose|select|which (?:one|is)|best of|better of|compare)\b|選ん|選択|最も良い|どちら/i;
const REPLY =
  /\b(?:reply|respond|response|draft|answer (?:the|this)|write (?:an?|the) (?:email|message|letter|answer))\b|返信|返事|下書き|回答を/i;
const KEYWORDS = /\bkey ?(?:words|phrases|terms)\b|\btags\b|キーワード|タグ/i;
const POINTS =
  /\bbullet|\bkey points|\baction items|\bmain points|\blist\b|\brisks?\b|\bopen questions\b|箇条書き|要点|論点|リスク/i;
const TITLE = /\b(?:title|headline|subject line)\b|タイトル|見出し|件名/i;
const TRANSLATE = /\btranslat(?:e|ion)\b|翻訳|英訳|和訳/i;

/** The task is read from the instruction; where that says nothing, from the role. */
const answerInText = (prompt: ReadPrompt, role: string, manner: string): string => {
  const { instruction, sections, material, language } = prompt;
  const task = instruction || role;
  if (material === '') return language === 'ja' ? '入力がありません。' : 'There is no text to work on.';
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
