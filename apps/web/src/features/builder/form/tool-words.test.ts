import { TOOL_NAMES } from '@agentweaver/core/tools/tool';
import { toolFormSchemaFor } from '@agentweaver/core/tools/tool-form-schema';
import { describe, expect, it } from 'vitest';
import en from '../../../../messages/en/tools.json' with { type: 'json' };
import ja from '../../../../messages/ja/tools.json' with { type: 'json' };

describe.each([
  ['en', en],
  ['ja', ja],
])('the words of tools in %s', (_locale, words) => {
  it.each(TOOL_NAMES)('name %s, what it does, and each of its settings', (name) => {
    const { title, summary, fields } = words[name];
    for (const text of [title, summary]) expect(text).not.toBe('');
    expect(Object.keys(fields).sort()).toEqual(Object.keys(toolFormSchemaFor(name)?.properties ?? {}).sort());
  });

  it('name no tool that there is not', () => {
    expect(Object.keys(words).sort()).toEqual([...TOOL_NAMES].sort());
  });
});
