import type { ModelMessage, ModelRequest, ModelTool, ToolCallPart } from '../model-call.ts';
import { fillSchema } from './fill-schema.ts';
import { readPrompt } from './read-prompt.ts';
import { keyPhrases } from './summarize.ts';

export type ToolResult = { name: string; input: unknown; output: unknown; isError: boolean };

type ReadInput = (prompt: string, tool: ModelTool) => Record<string, unknown> | undefined;

const propertiesOf = ({ inputSchema }: ModelTool): Record<string, unknown> => {
  const { properties } = inputSchema;
  return typeof properties === 'object' && properties !== null ? (properties as Record<string, unknown>) : {};
};

const WORD_OPERATORS: [RegExp, string][] = [
  [/\bplus\b/gi, '+'],
  [/\bminus\b/gi, '-'],
  [/\b(?:times|multiplied by)\b/gi, '*'],
  [/\bdivided by\b/gi, '/'],
  [/×/g, '*'],
  [/÷/g, '/'],
  [/−/g, '-'],
  [/(\d),(?=\d{3}\b)/g, '$1'],
];
const PERCENT_OF = /(\d+(?:\.\d+)?)\s*(?:%|percent|パーセント)\s*(?:of|の)\s*[$€£¥]?(\d+(?:\.\d+)?)/i;
const EXPRESSION = /[(\d][\d\s.()]*(?:[-+*/^][\d\s.()]*)+[\d)]/;

/** The first arithmetic in the text; a date is none. */
export const findExpression = (text: string): string | undefined => {
  const plain = WORD_OPERATORS.reduce((result, [pattern, sign]) => result.replace(pattern, sign), text)
    .replace(/https?:\/\/\S+|\d{4}-\d{2}-\d{2}|\d{1,2}\/\d{1,2}\/\d{2,4}/g, ' ')
    .replace(/[$€£¥](?=\d)/g, '');
  const [, percent, whole] = PERCENT_OF.exec(plain) ?? [];
  if (percent !== undefined && whole !== undefined) return `${percent} / 100 * ${whole}`;
  const found = EXPRESSION.exec(plain)?.[0].trim();
  return found && /\d[\s)]*[-+*/^][\s(]*\d/.test(found) ? found : undefined;
};

const CITIES: [RegExp, string][] = [
  [/\b(?:tokyo|japan)\b|東京|日本/i, 'Asia/Tokyo'],
  [/\blondon\b|ロンドン/i, 'Europe/London'],
  [/\b(?:paris|france)\b|パリ/i, 'Europe/Paris'],
  [/\b(?:berlin|germany)\b|ベルリン/i, 'Europe/Berlin'],
  [/\bnew york\b|ニューヨーク/i, 'America/New_York'],
  [/\b(?:los angeles|san francisco|california)\b|ロサンゼルス/i, 'America/Los_Angeles'],
  [/\b(?:sydney|australia)\b|シドニー/i, 'Australia/Sydney'],
  [/\b(?:delhi|mumbai|india)\b|インド/i, 'Asia/Kolkata'],
  [/\b(?:utc|gmt)\b/i, 'UTC'],
];
const ZONE = /\b(?:Africa|America|Asia|Atlantic|Australia|Europe|Pacific)\/[A-Z]\w+/;

const TIME =
  /\b(?:what|current|present|exact)\b[^.?!\n]{0,30}\b(?:time|date|day|weekday|year)\b|\btoday\b|\bright now\b|何時|何日|今日|現在の?(?:時刻|日付)/i;
const SEARCH = /\b(?:search|look (?:it )?up|google|find out|research|latest|news)\b|検索|調べ|最新/i;
const SEARCH_FOR =
  /(?:search(?:\s+(?:the\s+)?(?:web|internet|net))?\s+for|look up|find out(?:\s+about)?|research|news (?:about|on))\s+[“"]?([^.?!\n”"]{2,200})/i;
const SQL = /```sql\s+([\s\S]+?)```|\b((?:SELECT|WITH|INSERT|UPDATE|DELETE)\s[\s\S]+?)(?:;|\n\n|$)/;
const PATH = /(?:^|[\s“"'`(])((?:[\w-]+\/)*[\w-]+\.(?:txt|md|csv|json|html|pdf|xml|log|png|jpe?g))\b/i;
const URL = /https?:\/\/[^\s<>"')\]]*[^\s<>"')\].,;:!?]/;
const PERSON =
  /\bask (?:a|the|an|our|my) (?:person|human|user|manager|customer|owner|colleague|expert)\b|\b(?:human|person’s|manager’s) (?:approval|decision|answer)\b|人に(?:聞|確認)|承認を/i;

/** By what a tool takes, so that a tool of any name with the same fields is understood. */
const FITS: [fits: (tool: ModelTool, fields: Record<string, unknown>) => boolean, read: ReadInput][] = [
  [(_, fields) => 'expression' in fields, (prompt) => wrap('expression', findExpression(prompt))],
  [(_, fields) => 'sql' in fields, (prompt) => wrap('sql', (SQL.exec(prompt)?.[1] ?? SQL.exec(prompt)?.[2])?.trim())],
  [
    ({ name }, fields) => 'timezone' in fields || /(?:^|_)(?:time|clock|date)(?:_|$)/.test(name),
    (prompt, tool) => {
      if (!TIME.test(prompt)) return undefined;
      const timezone = ZONE.exec(prompt)?.[0] ?? CITIES.find(([city]) => city.test(prompt))?.[1];
      return timezone && 'timezone' in propertiesOf(tool) ? { timezone } : {};
    },
  ],
  [
    ({ name, description }, fields) => 'query' in fields && /search/i.test(`${name} ${description}`),
    (prompt) => (SEARCH.test(prompt) ? { query: searchQuery(prompt) } : undefined),
  ],
  [(_, fields) => 'url' in fields && !('messages' in fields), (prompt) => wrap('url', URL.exec(prompt)?.[0])],
  [
    ({ name }, fields) => 'path' in fields && /read|get|open/.test(name),
    (prompt) => (/\b(?:read|open|in|from|of)\b|読/i.test(prompt) ? wrap('path', PATH.exec(prompt)?.[1]) : undefined),
  ],
  [
    ({ name }) => /list_?files|file_?list/.test(name),
    (prompt) => (/\b(?:list|which|what)\b[^.?!\n]{0,20}\bfiles\b|ファイルの?一覧/i.test(prompt) ? {} : undefined),
  ],
  [
    (_, fields) => 'question' in fields,
    (prompt) => (PERSON.test(prompt) ? { question: firstSentence(prompt) } : undefined),
  ],
];

const wrap = (name: string, value: string | undefined) => (value ? { [name]: value } : undefined);
const firstSentence = (text: string): string => (text.split(/(?<=[.?!。？])\s|\n/)[0] ?? text).slice(0, 300);
const searchQuery = (prompt: string): string => {
  const named = SEARCH_FOR.exec(prompt)?.[1]
    ?.replace(/\s+and (?:then |write|sum|list|tell|give|say).*$/i, '')
    .trim();
  return (named || keyPhrases(readPrompt(prompt).material, 3).join(' ') || prompt).slice(0, 300);
};

const WRITES = /\b(?:save|write|store|put)\b[^.?!\n]*\b(?:file|to|into|as)\b|保存|書き出/i;

/** What the conversation's tools gave since its last question, in order. */
export const resultsSinceQuestion = (messages: readonly ModelMessage[]): ToolResult[] => {
  const from = messages.findLastIndex(({ role }) => role === 'user');
  const inputs = new Map<string, unknown>();
  const results: ToolResult[] = [];
  for (const message of messages.slice(from + 1)) {
    if (message.role === 'assistant')
      for (const part of message.content) if (part.type === 'tool_call') inputs.set(part.callId, part.input);
    if (message.role === 'tool')
      for (const { callId, name, output, isError } of message.content)
        results.push({ name, input: inputs.get(callId), output, isError });
  }
  return results;
};

/**
 * The tools that a question asks for in an obvious way, each once; none when there is nothing to call. `write` gives the text that
 * a file is to hold, which is known once the other tools have answered.
 */
export const chooseToolCalls = (
  request: ModelRequest,
  prompt: string,
  { done, write }: { done: readonly ToolResult[]; write: () => string },
): ToolCallPart[] => {
  if (request.toolChoice === 'none') return [];
  const used = new Set(done.map(({ name }) => name));
  const chosen = request.tools.flatMap((tool) => {
    const input = used.has(tool.name) ? undefined : inputFor(tool, prompt);
    return input ? [{ name: tool.name, input }] : [];
  });
  if (chosen.length > 0) return number(chosen, done.length);
  const writer = request.tools.find((tool) => 'path' in propertiesOf(tool) && 'content' in propertiesOf(tool));
  if (writer && !used.has(writer.name) && WRITES.test(prompt)) {
    const path = PATH.exec(prompt)?.[1] ?? 'result.md';
    return number([{ name: writer.name, input: { path, content: write() } }], done.length);
  }
  const [first] = request.tools;
  if (request.toolChoice === 'required' && done.length === 0 && first) {
    return number([{ name: first.name, input: filled(first, prompt) }], 0);
  }
  return [];
};

const inputFor = (tool: ModelTool, prompt: string): Record<string, unknown> | undefined => {
  const fields = propertiesOf(tool);
  if ('path' in fields && 'content' in fields) return undefined;
  for (const [fits, readInput] of FITS) {
    if (!fits(tool, fields)) continue;
    const input = readInput(prompt, tool);
    if (input) return input;
  }
  // A tool of any kind that is called by its name.
  const named = new RegExp(
    `\\b(?:use|call|run|with)\\b[^.\\n]{0,30}\\b${tool.name.replace(/[_-]+/g, '[ _-]')}\\b|\\b${tool.name}\\b`,
    'i',
  );
  return tool.name.length > 3 && named.test(prompt) ? filled(tool, prompt) : undefined;
};

const filled = ({ inputSchema }: ModelTool, text: string): Record<string, unknown> => {
  const context = { prompt: readPrompt(text), role: '', manner: '', root: inputSchema };
  const input = fillSchema({ type: 'object', ...inputSchema }, context);
  return typeof input === 'object' && input !== null ? { ...input } : {};
};

const number = (calls: { name: string; input: unknown }[], before: number): ToolCallPart[] =>
  calls.map(({ name, input }, index) => ({ type: 'tool_call', callId: `demo_${before + index + 1}`, name, input }));
