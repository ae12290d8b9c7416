/** Letters in one token at the least, on average: words have one for four to eight, random ones for two to three. */
const LETTERS = 3;
/** Digits in one token: providers take three at a time. */
const DIGITS = 3;
/** Tokens for one character that is not ASCII: Japanese needs up to 1.5, an emoji of two halves up to 3. */
const OTHER = 2;

/**
 * More tokens than a text has, whichever model counts them: runs of letters and of digits by their length, every other sign for
 * itself. For English about twice what it is; for lists of numbers and ids, where a fixed share of the bytes would
 * be too few, little more than it is.
 */
export const mostTokens = (text: string): number => {
  let tokens = 0;
  let letters = 0;
  let digits = 0;
  const endRun = () => {
    tokens += Math.ceil(letters / LETTERS) + Math.ceil(digits / DIGITS);
    letters = 0;
    digits = 0;
  };
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (isLetter(code)) {
      if (digits > 0) endRun();
      letters += 1;
    } else if (code >= 48 && code <= 57) {
      if (letters > 0) endRun();
      digits += 1;
    } else {
      endRun();
      // A single space belongs to the word that follows.
      if (code !== 32 || text.charCodeAt(i - 1) === 32) tokens += code < 128 ? 1 : OTHER;
    }
  }
  endRun();
  return tokens;
};

const isLetter = (code: number): boolean => (code >= 65 && code <= 90) || (code >= 97 && code <= 122);
