import { describe, expect, it } from 'vitest';
import { fuzzySearch } from './fuzzy-search.ts';

const items = [
  ['Agent', 'llm', 'Asks a model'],
  ['Condition', 'if', 'Takes a branch'],
  ['HTTP Request', 'api', 'Calls an address'],
];
const search = (query: string) => fuzzySearch(query, items, (item) => item).map(([title]) => title);

describe('fuzzySearch', () => {
  it('gives everything in order for an empty query', () =>
    expect(search('  ')).toEqual(['Agent', 'Condition', 'HTTP Request']));
  it('finds by title, alias and summary', () => {
    expect(search('llm')).toEqual(['Agent']);
    expect(search('request')).toEqual(['HTTP Request']);
    expect(search('branch')).toEqual(['Condition']);
  });
  it('puts a title that starts with the query before a text that contains it', () =>
    expect(search('a')[0]).toBe('Agent'));
  it('takes scattered letters of a title, but not of a summary', () => {
    expect(search('htrq')).toEqual(['HTTP Request']);
    expect(search('zzz')).toEqual([]);
  });
});
