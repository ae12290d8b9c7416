import { expect, it } from 'vitest';
import { slugify } from './create-workspace.ts';

it.each([
  ['Données de vente!', 'donnees-de-vente'],
  ['  --A  B--  ', 'a-b'],
  ['サポート', 'workspace'],
  [`${'x'.repeat(39)} tail`, 'x'.repeat(39)],
])('%s → %s', (name, slug) => expect(slugify(name)).toBe(slug));
