/** What stands where a secret stood. */
export const MASK = '••••••';

/** Shorter ones stand in ordinary text all the time; hiding them would garble it and show what they are. */
const MIN_LENGTH = 4;

export type Mask = {
  text(text: string): string;
  bytes(bytes: Buffer): Buffer;
  /** Any JSON value, keys included. */
  json(value: unknown): unknown;
};

/** The ways in which a server writes back what it was sent. */
const spellings = (secret: string): string[] => [
  secret,
  encodeURIComponent(secret),
  // As a form and `URLSearchParams` write it.
  new URLSearchParams([['', secret]]).toString().slice(1),
  JSON.stringify(secret).slice(1, -1),
  Buffer.from(secret).toString('base64'),
  Buffer.from(secret).toString('base64url'),
];

/** Hides secrets in whatever comes back from outside, the longest first, so that no part of one is left over. */
export const createMask = (secrets: readonly (string | undefined)[]): Mask => {
  const needles = [...new Set(secrets.filter((secret) => secret !== undefined).flatMap(spellings))]
    .filter((text) => text.length >= MIN_LENGTH)
    .sort((a, b) => b.length - a.length);

  const text = (value: string): string => needles.reduce((masked, needle) => masked.replaceAll(needle, MASK), value);

  const bytes = (value: Buffer): Buffer => {
    const masked = Buffer.from(value);
    for (const needle of needles) {
      const searched = Buffer.from(needle);
      for (let at = masked.indexOf(searched); at !== -1; at = masked.indexOf(searched, at + searched.length)) {
        masked.fill('*', at, at + searched.length);
      }
    }
    return masked;
  };

  const json = (value: unknown): unknown => {
    if (typeof value === 'string') return text(value);
    if (Array.isArray(value)) return value.map(json);
    if (value === null || typeof value !== 'object') return value;
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [text(key), json(member)]));
  };

  return { text, bytes, json };
};

export const noMask: Mask = createMask([]);
