import { expect, it } from 'vitest';
import { itemTitle, moveItem } from './item-title.ts';

it('names an entry by what people read first', () => {
  expect(itemTitle({ id: 'billing', label: 'Invoices' })).toBe('Invoices');
  expect(itemTitle({ id: 'billing', label: '  ' })).toBe('billing');
  expect(itemTitle({ name: 'a\n b' })).toBe('a b');
  expect(itemTitle('one')).toBe('one');
  expect(itemTitle({ weight: 3 })).toBe('');
  expect(itemTitle(null)).toBe('');
});

it('moves an entry and keeps the others in order', () => {
  expect(moveItem(['a', 'b', 'c'], 0, 2)).toEqual(['b', 'c', 'a']);
  expect(moveItem(['a', 'b', 'c'], 2, 1)).toEqual(['a', 'c', 'b']);
});
