/** How well a query fits a text: higher is better, 0 is not at all. Letters must appear in order. */
const score = (query: string, text: string): number => {
  if (text === query) return 100;
  if (text.startsWith(query)) return 80;
  const at = text.indexOf(query);
  if (at > 0) return /\W/.test(text[at - 1] ?? '') ? 70 : 50;
  let from = 0;
  for (const letter of query) {
    const found = text.indexOf(letter, from);
    if (found < 0) return 0;
    from = found + 1;
  }
  return Math.max(1, 20 - (from - query.length));
};

/**
 * The items that fit, best first; all of them, in their order, for an empty query.
 * Earlier texts of an item weigh more than later ones: title, then aliases, then summary.
 */
export const fuzzySearch = <Item>(query: string, items: readonly Item[], textsOf: (item: Item) => string[]): Item[] => {
  const wanted = query.trim().toLowerCase();
  if (wanted === '') return [...items];
  return items
    .map((item, order) => ({
      item,
      order,
      score: Math.max(
        0,
        ...textsOf(item).map((text, index) => {
          const fit = score(wanted, text.toLowerCase());
          // Scattered letters in a long text mean nothing.
          if (index > 0 && fit <= 20) return 0;
          return fit > 0 ? Math.max(1, fit - index) : 0;
        }),
      ),
    }))
    .filter((found) => found.score > 0)
    .sort((a, b) => b.score - a.score || a.order - b.order)
    .map((found) => found.item);
};
