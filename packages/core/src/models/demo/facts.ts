/** Plain facts that patterns can find in English and Japanese text. */
export type Facts = {
  /** Whoever wrote it, where they say so. */
  name?: string;
  email?: string;
  /** Order, ticket and invoice numbers as written. */
  reference?: string;
  amount?: string;
  date?: string;
  phone?: string;
  url?: string;
};

const first = (text: string, ...patterns: RegExp[]): string | undefined => {
  for (const pattern of patterns) {
    const found = pattern.exec(text);
    const value = (found?.[1] ?? found?.[0])?.trim();
    if (value) return value;
  }
  return undefined;
};

const PERSON = String.raw`(\p{Lu}[\p{L}'’-]+(?: \p{Lu}[\p{L}'’-]+){0,2})`;

export const findFacts = (text: string): Facts => ({
  name: first(
    text,
    new RegExp(String.raw`(?:^|\n)\s*(?:From|Name|Customer)\s*:\s*${PERSON}`, 'u'),
    new RegExp(String.raw`(?:[Mm]y name is|I am|I’m|I'm|[Tt]his is)\s+${PERSON}(?=[\s,.!]|$)`, 'u'),
    new RegExp(
      String.raw`(?:[Rr]egards|[Tt]hanks|[Tt]hank you|[Cc]heers|[Ss]incerely|[Bb]est),?\s*\n+\s*[-–—]?\s*${PERSON}\s*$`,
      'u',
    ),
    /(?:^|\n)\s*(?:お名前|氏名|名前|差出人)\s*[:：]\s*([^\n（(、。]{1,20})/,
    /([\u4e00-\u9fff]{1,5}(?:[\u3000 ][\u4e00-\u9fff]{1,4})?)(?:と申します|です。)/,
  ),
  email: first(text, /[\w.+-]+@[\w-]+\.[\w.-]*\w/),
  reference: first(
    text,
    /(?:order|invoice|ticket|case|booking|reference|注文番号|注文|請求書番号|請求書|受付番号|番号)\s*(?:number|no\.?|id|番号)?\s*[:：#]?\s*#?((?=[A-Z0-9-]*\d)[A-Z0-9][A-Z0-9-]{2,20})/i,
    /#([A-Z0-9-]*\d[A-Z0-9-]*)/i,
  ),
  amount: first(
    text,
    /(?:US)?[$€£¥￥]\s?\d[\d,]*(?:\.\d+)?/,
    /\d[\d,]*(?:\.\d+)?\s?(?:USD|EUR|GBP|JPY|dollars|euros|円)/,
  ),
  date: first(
    text,
    /\d{4}-\d{2}-\d{2}/,
    /\d{4}年\d{1,2}月\d{1,2}日|\d{1,2}月\d{1,2}日/,
    /(?:\d{1,2}(?:st|nd|rd|th)? (?:January|February|March|April|May|June|July|August|September|October|November|December)|(?:January|February|March|April|May|June|July|August|September|October|November|December) \d{1,2}(?:st|nd|rd|th)?)(?:,? \d{4})?(?!\p{L})/u,
    /\b(?:yesterday|today|this morning|last night|last week|Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)\b|昨日|今日|今朝|先週|本日/,
  ),
  phone: first(text, /\+?\d[\d ()-]{8,}\d/),
  url: first(text, /https?:\/\/[^\s<>"')\]]+[^\s<>"')\].,]/),
});

/** Every number in the text, thousands separators removed. */
export const findNumbers = (text: string): number[] =>
  (text.match(/-?\d[\d,]*(?:\.\d+)?/g) ?? []).map((found) => Number(found.replaceAll(',', ''))).filter(Number.isFinite);
