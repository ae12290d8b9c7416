import type { Language } from './language.ts';
import { shorten } from './language.ts';
import type { ToolResult } from './use-tools.ts';

const MAX_LENGTH = 1_500;

/** What tools gave, as sentences. Nothing is added to it. */
export const tellResults = (results: readonly ToolResult[], language: Language): string =>
  results.map((result) => tellOne(result, language)).join('\n\n');

const tellOne = ({ name, input, output, isError }: ToolResult, language: Language): string => {
  const value = record(output);
  if (isError || typeof value.error === 'string') {
    const why = shorten(typeof output === 'string' ? output : JSON.stringify(value.error ?? output), 400);
    return language === 'ja' ? `ツール ${name} は失敗しました：${why}` : `The tool ${name} failed: ${why}`;
  }
  const expression = value.expression ?? record(input).expression;
  if (typeof expression === 'string' && value.result !== undefined) return `${expression} = ${String(value.result)}`;
  if (typeof value.time === 'string' && typeof value.date === 'string') {
    const { weekday, date, time, timezone } = value;
    return language === 'ja'
      ? `${date} ${time}（${timezone}）です。`
      : `It is ${time} on ${weekday}, ${date} (${timezone}).`;
  }
  const list = listOf(value.results ?? output);
  if (list) return list;
  return shorten(typeof output === 'string' ? output : JSON.stringify(output, null, 2), MAX_LENGTH);
};

const record = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};

/** Search results, one a line; `undefined` for another list. */
const listOf = (value: unknown): string | undefined => {
  if (!Array.isArray(value) || value.length === 0) return undefined;
  const lines = value.slice(0, 10).map((item) => {
    const { title, snippet, description, url } = record(item);
    const text = [title, snippet ?? description].filter((one) => typeof one === 'string' && one !== '').join(': ');
    return text === '' ? undefined : `- ${shorten(text, 240)}${typeof url === 'string' ? ` (${url})` : ''}`;
  });
  return lines.every((line) => line !== undefined) ? lines.join('\n') : undefined;
};
