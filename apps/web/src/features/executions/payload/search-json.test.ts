import { expect, it } from 'vitest';
import { searchJson } from './search-json.ts';

const value = {
  topic: 'Refunds',
  items: [
    { id: 7, 'first name': 'Ann' },
    { id: 17, note: null },
  ],
};

it('finds keys and values, and opens the way to them', () => {
  const { matches, open } = searchJson(value, 'ANN');
  expect([...matches]).toEqual(['$.items[0]["first name"]']);
  expect([...open]).toEqual(['$', '$.items', '$.items[0]']);
  expect([...searchJson(value, '7').matches]).toEqual(['$.items[0].id', '$.items[1].id']);
  expect([...searchJson(value, 'topic').matches]).toEqual(['$.topic']);
  expect([...searchJson(value, 'null').matches]).toEqual(['$.items[1].note']);
});

it('finds nothing for nothing', () => expect(searchJson(value, '  ').matches.size).toBe(0));

it('gives up in time on a large value, and says so', () => {
  const large = Array.from({ length: 200_000 }, (_, index) => ({ index }));
  expect(searchJson(large, 'index').capped).toBe(true);
  expect(searchJson(large, 'nowhere').capped).toBe(true);
});
