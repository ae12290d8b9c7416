import { type Language, languageOf } from './language.ts';

export type Section = { label: string; text: string };

/** A prompt taken apart: what to do, and what to do it with. */
export type ReadPrompt = {
  instruction: string;
  /** The labelled parts, e.g. what stands under `Ticket:` or inside `<draft>`; members of a JSON object. */
  sections: Section[];
  /** All the data as text. */
  material: string;
  /** The language of the data. */
  language: Language;
};

const INSTRUCTION =
  /\b(?:summari[sz]e|classif|categori[sz]e|label|draft|write|reply|respond|answer|pick|choose|select|compare|extract|list|find|rate|decide|translate|identify|return|give|turn|read|explain|review|check)|要約|分類|返信|返事|下書き|選|抽出|書い|まとめ|判定|答え|教えて|作成|比べ/i;

const isInstruction = (text: string): boolean => text.length <= 600 && INSTRUCTION.test(text);

const TAG = /<([A-Za-z][\w-]*)>\s*([\s\S]*?)\s*<\/\1>/g;
const FENCE = /```[^\n`]*\n([\s\S]*?)\n?```|"""\s*([\s\S]*?)\s*"""/g;
/** A label that starts a line: at most five words, then a colon. */
const LABEL_LINE = /^(?:#{1,4}\s*|\*\*)?((?:[\p{L}\p{N}_'’()-]+ ?){1,5}?)(?:\*\*)?\s*[:：](?:\*\*)?[ \t\u3000]*(.*)$/u;
/** Labels that say how to answer, not what with. */
const DIRECTION_LABEL =
  /^(?:one of|categories|labels|options|format|rules?|note|instructions?|task|tone|language|カテゴリ|分類|形式|条件|指示|注意)/i;

export const readPrompt = (prompt: string): ReadPrompt => {
  const sections: Section[] = [];
  let rest = prompt.replace(TAG, (_, label: string, text: string) => take(sections, label, text));
  rest = rest.replace(FENCE, (_, fenced?: string, quoted?: string) => take(sections, '', fenced ?? quoted ?? ''));
  if (sections.length === 0) rest = readLabels(prompt, sections);
  if (sections.length === 0) rest = readParagraphs(prompt, sections);
  const expanded = sections.flatMap(expandJson);
  const material =
    expanded
      .map(({ text }) => text)
      .join('\n\n')
      .trim() || rest.trim();
  return { instruction: rest.trim(), sections: expanded, material, language: languageOf(material) };
};

const take = (sections: Section[], label: string, text: string): string => {
  if (text.trim() !== '') sections.push({ label: label.trim(), text: text.trim() });
  return '\n';
};

/** Reads `Ticket:` followed by text, up to the next label or to a last paragraph that tells what to do. */
const readLabels = (prompt: string, sections: Section[]): string => {
  const outside: string[] = [];
  let open: { label: string; lines: string[] } | undefined;
  const close = () => {
    if (open) take(sections, open.label, open.lines.join('\n'));
    open = undefined;
  };
  const paragraphs = prompt.split(/\n\s*\n/);
  paragraphs.forEach((paragraph, i) => {
    const isLast = i === paragraphs.length - 1;
    if (open && open.lines.length > 0 && isLast && isInstruction(paragraph) && !LABEL_LINE.test(firstLine(paragraph)))
      close();
    for (const line of paragraph.split('\n')) {
      const [, label = '', text = ''] = LABEL_LINE.exec(line) ?? [];
      // A data section's own first lines (`Subject: …`) belong to it; only a label after a blank line ends it.
      const startsSection = label !== '' && (!open || line === firstLine(paragraph)) && !/^\/\//.test(text);
      if (startsSection && !DIRECTION_LABEL.test(label) && !isInstruction(label)) {
        close();
        open = { label, lines: text === '' ? [] : [text] };
      } else if (open && !(startsSection && DIRECTION_LABEL.test(label))) open.lines.push(line);
      else {
        close();
        outside.push(line);
      }
    }
    if (open) open.lines.push('');
  });
  close();
  return outside.join('\n');
};

const firstLine = (text: string): string => text.trimStart().split('\n', 1)[0] ?? '';

/** Without labels: the paragraphs that tell what to do, apart from the rest. */
const readParagraphs = (prompt: string, sections: Section[]): string => {
  const paragraphs = prompt.split(/\n\s*\n/).filter((paragraph) => paragraph.trim() !== '');
  if (paragraphs.length > 1) {
    const told = paragraphs.filter(
      (paragraph, i) => (i === 0 || i === paragraphs.length - 1) && isInstruction(paragraph),
    );
    const data = paragraphs.filter((paragraph) => !told.includes(paragraph));
    if (data.length > 0) {
      take(sections, '', data.join('\n\n'));
      return told.join('\n');
    }
  }
  const inline = /^([^\n]{3,200}?)[:：]\s*([\s\S]{20,})$/.exec(prompt.trim());
  if (inline?.[1] && inline[2] && isInstruction(inline[1])) {
    take(sections, '', inline[2]);
    return inline[1];
  }
  return isInstruction(prompt) ? prompt : take(sections, '', prompt);
};

/** A section that is a JSON object stands for one section per member: so several steps' outputs arrive. */
const expandJson = (section: Section): Section[] => {
  if (!/^\s*[[{]/.test(section.text)) return [section];
  let value: unknown;
  try {
    value = JSON.parse(section.text);
  } catch {
    return [section];
  }
  if (typeof value !== 'object' || value === null) return [section];
  const members = Object.entries(value);
  return members.length === 0 ? [section] : members.map(([label, member]) => ({ label, text: toText(member) }));
};

const toText = (value: unknown): string => {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return value.map((item) => `- ${toText(item)}`).join('\n');
  if (typeof value !== 'object' || value === null) return String(value);
  return Object.entries(value)
    .map(([key, member]) => `${key}: ${toText(member)}`)
    .join('\n');
};

const LABEL_LISTS = [
  /(?:one of|categories|labels|classes|options|choose from|either)(?: (?:are|is))?[^:：\n]{0,40}?[:：]\s*([^\n]+)/i,
  /(?:one of|either)\s+(?:these|the following)?\s*([^\n.]+)/i,
  /\b(?:as|into)\s+((?:["'“]?[\p{L}_-]+["'”]?,\s*)*["'“]?[\p{L}_-]+["'”]?,?\s+or\s+["'“]?[\p{L}_-]+["'”]?)/iu,
  /(?:次のいずれか|いずれか|カテゴリー?|分類|ラベル|選択肢)[^:：\n]{0,20}[:：]\s*([^\n。]+)/,
];

/** The labels of `one of: a, b or c`; none when the prompt gives no list. */
export const readLabelList = (instruction: string): string[] => {
  for (const pattern of LABEL_LISTS) {
    const found = pattern.exec(instruction)?.[1];
    const labels = (found ?? '')
      .split(/[,、，/|;]|\bor\b|または|か、/i)
      .map((label) => label.replace(/^[\s"'“”「」.(]+|[\s"'“”「」.)。]+$/g, ''))
      .filter((label) => label !== '' && label.length <= 40);
    if (labels.length >= 2 && labels.length <= 20) return labels;
  }
  return [];
};

const NUMBER_WORDS: Record<string, number> = {
  one: 1,
  two: 2,
  three: 3,
  four: 4,
  five: 5,
  six: 6,
  seven: 7,
  eight: 8,
  ten: 10,
  a: 1,
};

/** How many of something the instruction asks for: `in two sentences`, `3 bullet points`, `5文で`. */
export const readCount = (instruction: string, what: RegExp): number | undefined => {
  const found = new RegExp(
    `(\\d{1,2}|${Object.keys(NUMBER_WORDS).join('|')})[ -]?(?:\\p{L}+ )?(?:${what.source})`,
    'iu',
  ).exec(instruction)?.[1];
  if (!found) return undefined;
  return NUMBER_WORDS[found.toLowerCase()] ?? Number(found);
};
