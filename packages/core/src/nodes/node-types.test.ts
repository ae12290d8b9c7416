import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { NODE_DEFINITIONS, outputPortsOf } from './definitions.ts';
import { NODE_EXECUTORS } from './executors.ts';
import { type FormSchema, formSchemaFor } from './form-schema.ts';
import { NODE_TYPES } from './node-type.ts';

const readme = (type: string, language = '') =>
  readFileSync(new URL(`./${type}/README${language}.md`, import.meta.url), 'utf8');

/** Every titled field of a form, those inside lists included. */
const titles = (schema: FormSchema | undefined): string[] =>
  Object.values(schema?.properties ?? {}).flatMap((property) => {
    if (typeof property !== 'object') return [];
    const items = property.items;
    const inner = typeof items === 'object' && !Array.isArray(items) ? titles(items as FormSchema) : [];
    return [String(property.title), ...inner];
  });

describe.each(NODE_TYPES)('the node type %s', (type) => {
  const definition = NODE_DEFINITIONS[type];

  it('is registered under its own name, with a behaviour', () => {
    expect(definition.type).toBe(type);
    expect(NODE_EXECUTORS[type]).toBeTypeOf('function');
  });

  it('has words for the palette', () => {
    for (const text of [definition.title, definition.summary, definition.icon]) expect(text).not.toBe('');
    expect(definition.icon).toMatch(/^[A-Z][A-Za-z0-9]+$/);
    expect(definition.aliases.length).toBeGreaterThan(2);
    expect(new Set(definition.aliases).size).toBe(definition.aliases.length);
  });

  it('has defaults that parse and name every field', () => {
    const parsed = definition.config.parse(definition.defaults);
    expect(Object.keys(definition.defaults).sort()).toEqual(Object.keys(definition.config.shape).sort());
    expect(parsed).toEqual(definition.defaults);
  });

  it('refuses a field that it does not know', () => {
    expect(definition.config.safeParse({ ...definition.defaults, surprise: 1 }).success).toBe(false);
  });

  it('has ports with different ids', () => {
    for (const ports of [definition.inputs, outputPortsOf(type, definition.defaults)]) {
      expect(new Set(ports.map((port) => port.id)).size).toBe(ports.length);
      for (const port of ports) expect(port.label).not.toBe('');
    }
  });

  it('gives a form in which every field has a title', () => {
    const form = formSchemaFor(type);
    expect(form).toMatchObject({ type: 'object', additionalProperties: false });
    expect(form).not.toHaveProperty('$schema');
    for (const title of titles(form)) expect(title).not.toBe('undefined');
    expect(JSON.parse(JSON.stringify(form))).toEqual(form);
  });

  it('keeps its time limit above that of its own config', () => {
    const own = 'timeoutMs' in definition.config.shape ? formSchemaFor(type)?.properties?.timeoutMs : undefined;
    const largest = typeof own === 'object' ? Number(own.maximum) : 0;
    expect(definition.defaultTimeoutMs).toBeGreaterThan(largest);
  });

  it('explains itself: what it does, each field, output, example', () => {
    const text = readme(type);
    expect(text).toMatch(/^# .+\n\n\S/);
    for (const title of titles(formSchemaFor(type))) expect(text).toContain(`**${title}**`);
    for (const heading of ['## Fields', '## Output', '## Example']) expect(text).toContain(heading);
  });

  it('explains itself in Japanese with as many fields and headings', () => {
    const [english, japanese] = [readme(type), readme(type, '.ja')];
    expect(japanese).toMatch(/[\u3041-\u30ff]/);
    for (const mark of [/^## /gm, /^ *- \*\*/gm, /^```/gm]) {
      expect(japanese.match(mark)?.length).toBe(english.match(mark)?.length);
    }
  });
});

it('a broken config still shows the ports of the defaults', () => {
  expect(outputPortsOf('condition', { mode: 'nonsense' }).map((port) => port.id)).toEqual(['true', 'false']);
  expect(outputPortsOf('no_such_type', {})).toEqual([]);
});
