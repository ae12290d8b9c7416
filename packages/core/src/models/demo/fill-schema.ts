import { choose, splitCandidates } from './choose.ts';
import { classify, conceptScore, evidenceSentence, isFallback } from './classify.ts';
import { draftReply } from './draft-reply.ts';
import { type Facts, findFacts, findNumbers } from './facts.ts';
import { shorten, splitSentences } from './language.ts';
import { FLAG_WORDS } from './lexicon.ts';
import { type Option, rankOptions, readOptions } from './options.ts';
import type { ReadPrompt } from './read-prompt.ts';
import { keyPhrases, summarize, topSentences } from './summarize.ts';

type Schema = Record<string, unknown>;

export type FillContext = { prompt: ReadPrompt; role: string; manner: string; root: Schema };

const MAX_DEPTH = 8;
const isRecord = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const numberOr = <T>(value: unknown, otherwise: T): number | T => (typeof value === 'number' ? value : otherwise);

/** A value that satisfies an ordinary JSON Schema, each member filled by what its name, type and choices ask for. */
export const fillSchema = (schema: Schema, context: FillContext, name = '', depth = 0): unknown => {
  const resolved = resolve(schema, context.root);
  if ('const' in resolved) return resolved.const;
  if (Array.isArray(resolved.enum)) return fillEnum(resolved.enum, context, name);
  const type = Array.isArray(resolved.type) ? resolved.type.find((one) => one !== 'null') : resolved.type;
  if (type === 'object' || (type === undefined && isRecord(resolved.properties)))
    return fillObject(resolved, context, depth);
  if (type === 'array') return fillArray(resolved, context, name, depth);
  if (type === 'number' || type === 'integer') return fillNumber(resolved, context, name, type === 'integer');
  if (type === 'boolean') return fillBoolean(resolved, context, name);
  if (type === 'null') return null;
  return fillString(resolved, context, name);
};

/** Follows local references and takes the first of several choices that is not null. */
const resolve = (schema: Schema, root: Schema): Schema => {
  let current = schema;
  for (let i = 0; i < MAX_DEPTH; i++) {
    if (typeof current.$ref === 'string' && current.$ref.startsWith('#')) {
      const steps = current.$ref.slice(1).split('/').filter(Boolean);
      const target = steps.reduce<unknown>((value, step) => (isRecord(value) ? value[step] : undefined), root);
      if (!isRecord(target)) return {};
      current = target;
      continue;
    }
    const choices = [current.anyOf, current.oneOf].find(Array.isArray);
    const choice: unknown = choices?.find((one) => isRecord(one) && one.type !== 'null') ?? choices?.[0];
    if (isRecord(choice)) current = { ...current, anyOf: undefined, oneOf: undefined, ...choice };
    else if (Array.isArray(current.allOf))
      current = { ...Object.assign({}, ...current.allOf.filter(isRecord)), ...current, allOf: undefined };
    else return current;
  }
  return current;
};

const fillObject = (schema: Schema, context: FillContext, depth: number): Schema => {
  const properties = isRecord(schema.properties) ? schema.properties : {};
  const required = Array.isArray(schema.required) ? schema.required.filter((key) => typeof key === 'string') : [];
  const names = [...new Set([...Object.keys(properties), ...required])];
  const result: Schema = {};
  for (const name of names) {
    const property = properties[name];
    // A schema may contain itself; only what is required is worth following for long.
    if (depth >= MAX_DEPTH || (depth >= 3 && !required.includes(name))) continue;
    result[name] = fillSchema(isRecord(property) ? property : {}, context, name, depth + 1);
  }
  return result;
};

const fillEnum = (values: unknown[], context: FillContext, name: string): unknown => {
  const texts = values.filter((value): value is string => typeof value === 'string');
  if (texts.length === 0) return values[0];
  if (/^(?:choice|winner|best|pick|selected|chosen|選択|採用)/i.test(name)) {
    const { candidates, reference } = splitCandidates(context.prompt.sections);
    const label = choose(candidates, reference)?.winner.label;
    const chosen = label && texts.find((text) => sameLabel(text, label));
    if (chosen) return chosen;
  }
  const described = describedOptions(texts, context);
  if (!described) return classify(context.prompt.material, texts).label;
  const [best] = rankOptions(
    context.prompt.material,
    described.filter(({ id }) => !isFallback(id)),
  );
  if (best && best.score > 0) return best.option.id;
  return texts.find(isFallback) ?? best?.option.id ?? texts[0];
};

/** The choices with what the prompt's list says of them; `undefined` when it has no such list. */
const describedOptions = (ids: string[], { prompt }: FillContext): Option[] | undefined => {
  const options = readOptions(prompt.instruction, ids);
  return options.filter(({ words }) => words !== '').length >= 2 ? options : undefined;
};

/** Every choice that fits nearly as well as the best one. */
const fittingOptions = (options: Option[], material: string): string[] => {
  const ranked = rankOptions(material, options).filter(({ score, option }) => score > 0 && !isFallback(option.id));
  const best = ranked[0]?.score ?? 0;
  return ranked.filter(({ score }) => score >= best * 0.4).map(({ option }) => option.id);
};

const sameLabel = (a: string, b: string): boolean => {
  const fold = (text: string) => text.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
  return fold(a) === fold(b) || fold(b).includes(fold(a));
};

const fillArray = (schema: Schema, context: FillContext, name: string, depth: number): unknown[] => {
  const items = isRecord(schema.items) ? resolve(schema.items, context.root) : {};
  const least = numberOr(schema.minItems, 0);
  const wanted = Math.min(numberOr(schema.maxItems, 5), Math.max(least, 3));
  const { material } = context.prompt;
  if (Array.isArray(items.enum)) {
    const texts = items.enum.filter((one): one is string => typeof one === 'string');
    const described = describedOptions(texts, context);
    if (described) {
      const fitting = fittingOptions(described, material).slice(0, numberOr(schema.maxItems, texts.length));
      return padded(fitting, least, () => fillEnum(texts, context, name));
    }
    const scored = items.enum.filter((value) => typeof value === 'string' && conceptScore(material, value) > 0);
    return padded(scored.slice(0, wanted), least, () => fillEnum(items.enum as unknown[], context, name));
  }
  const filler = () => fillSchema(items, context, name, depth + 1);
  if (items.type === 'number' || items.type === 'integer') {
    const low = numberOr(items.minimum, Number.NEGATIVE_INFINITY);
    const high = numberOr(items.maximum, Number.POSITIVE_INFINITY);
    const fitting = findNumbers(material).filter(
      (found) => found >= low && found <= high && (items.type === 'number' || Number.isInteger(found)),
    );
    return padded(fitting.slice(0, wanted), least, filler);
  }
  if (isRecord(items.properties)) {
    const parts = topSentences(material, wanted).map((sentence) => ({
      ...context,
      prompt: { ...context.prompt, material: sentence, sections: [{ label: '', text: sentence }] },
    }));
    return padded(
      parts.map((part) => fillSchema(items, part, name, depth + 1)),
      least,
      filler,
    );
  }
  if ('const' in items || (items.type !== undefined && items.type !== 'string'))
    return padded([filler()], least, filler);
  const isSentences = /point|item|action|step|sentence|fact|finding|reason|issue|risk|quote|highlight|要点|項目/i.test(
    name,
  );
  const found = isSentences ? topSentences(material, wanted) : keyPhrases(material, wanted);
  return padded(
    found.map((text) => fitLength(text, items)),
    least,
    () => fitLength(shorten(material, 80), items),
  );
};

const padded = (found: unknown[], least: number, filler: () => unknown): unknown[] => {
  const result = [...found];
  while (result.length < least) result.push(filler());
  return result;
};

const fillNumber = (schema: Schema, { prompt, root }: FillContext, name: string, isInteger: boolean): number => {
  const low = numberOr(schema.minimum, numberOr(schema.exclusiveMinimum, undefined));
  const high = numberOr(schema.maximum, numberOr(schema.exclusiveMaximum, undefined));
  const value = guessNumber(prompt.material, name, low, high, root);
  const bounded = Math.min(high ?? value, Math.max(low ?? value, value));
  return isInteger ? Math.round(bounded) : Math.round(bounded * 100) / 100;
};

const guessNumber = (
  material: string,
  name: string,
  low: number | undefined,
  high: number | undefined,
  root: Schema,
): number => {
  const top = high ?? 1;
  if (/confiden|certain|probab|確信|確度/i.test(name))
    return top * Math.max(0.5, classify(material, labelsIn(root)).confidence);
  if (/score|rating|sentiment|satisf|quality|評価|点/i.test(name)) {
    const positive = conceptScore(material, 'positive');
    const negative = conceptScore(material, 'negative');
    const share = positive + negative === 0 ? 0.5 : positive / (positive + negative);
    return (low ?? 0) + share * (top - (low ?? 0));
  }
  if (/word/i.test(name)) return material.split(/\s+/).filter(Boolean).length;
  if (/length|character|文字/i.test(name)) return material.length;
  return (
    findNumbers(material).find(
      (found) => (low === undefined || found >= low) && (high === undefined || found <= high),
    ) ??
    low ??
    0
  );
};

/** The choices of the schema's first enum: what a confidence most likely speaks of. */
const labelsIn = (schema: Schema): string[] => {
  for (const property of Object.values(isRecord(schema.properties) ? schema.properties : {})) {
    if (isRecord(property) && Array.isArray(property.enum))
      return property.enum.filter((one) => typeof one === 'string');
  }
  return ['positive', 'negative'];
};

const fillBoolean = (schema: Schema, { prompt }: FillContext, name: string): boolean => {
  const about = `${name} ${typeof schema.description === 'string' ? schema.description : ''}`;
  const flag =
    FLAG_WORDS.find(([pattern]) => pattern.test(name)) ?? FLAG_WORDS.find(([pattern]) => pattern.test(about));
  return conceptScore(prompt.material, flag?.[1] ?? name.replace(/^(?:is|has|needs|requires|should)_?/i, '')) > 0;
};

const FACT_NAMES: [pattern: RegExp, fact: keyof Facts][] = [
  [/email|mail|メール/i, 'email'],
  [/phone|tel|電話/i, 'phone'],
  [/url|link|website/i, 'url'],
  [/amount|price|total|cost|金額/i, 'amount'],
  [/date|when|deadline|日付|期日/i, 'date'],
  [/order|reference|invoice|number|ticket_id|番号/i, 'reference'],
  [/(?:^|_)name$|customer|sender|person|author|氏名|名前/i, 'name'],
];

const fillString = (schema: Schema, context: FillContext, name: string): string =>
  fitLength(guessString(schema, context, name), schema);

const guessString = (schema: Schema, context: FillContext, name: string): string => {
  const { material, language, sections } = context.prompt;
  const facts = findFacts(material);
  if (schema.format === 'email') return facts.email ?? 'unknown@example.com';
  if (schema.format === 'uri') return facts.url ?? 'https://example.com/';
  if (schema.format === 'date') return /\d{4}-\d{2}-\d{2}/.exec(material)?.[0] ?? '1970-01-01';
  const fact = FACT_NAMES.find(([pattern]) => pattern.test(name))?.[1];
  if (fact) return facts[fact] ?? '';
  if (/reason|why|explan|rationale|justif|evidence|because|理由|根拠/i.test(name)) return explain(context);
  if (/best|winner|chosen|choice|final/i.test(name)) {
    const { candidates, reference } = splitCandidates(sections);
    return choose(candidates, reference)?.winner.text ?? summarize(material, 1);
  }
  if (/reply|response|answer|draft|message|email_body|body|返信|回答/i.test(name))
    return draftReply(material, { ...context, language });
  if (/title|subject|headline|heading|件名|題/i.test(name))
    return shorten(topSentences(material, 1)[0]?.replace(/[.。]$/, '') ?? '', 80);
  if (/topic|category|theme|keyword|label|tag/i.test(name)) return keyPhrases(material, 1)[0] ?? '';
  if (/language|言語/i.test(name)) return language;
  if (/quote|sentence|引用/i.test(name)) return splitSentences(material)[0] ?? '';
  return summarize(material, 2);
};

/** Why the other members are what they are: the words and the sentence that decided. */
const explain = ({ prompt, root }: FillContext): string => {
  const { candidates, reference } = splitCandidates(prompt.sections);
  const isChoice = /choice|winner|best|pick|selected|chosen/i.test(
    Object.keys(isRecord(root.properties) ? root.properties : {}).join(' '),
  );
  const choice = isChoice && candidates.length >= 2 ? choose(candidates, reference) : undefined;
  if (choice) return choice.reason;
  const { label, evidence } = classify(prompt.material, labelsIn(root));
  if (evidence.length === 0) return 'No word of the text speaks for one of the choices.';
  const sentence = evidenceSentence(prompt.material, evidence);
  const words = evidence
    .slice(0, 4)
    .map((word) => `“${word}”`)
    .join(', ');
  return `${words} speak for ${label}${sentence ? `: ${shorten(sentence, 140)}` : '.'}`;
};

const fitLength = (text: string, schema: Schema): string => {
  const shortened = shorten(text, numberOr(schema.maxLength, 4_000));
  return shortened.padEnd(numberOr(schema.minLength, 0), '.');
};
