import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { type WorkflowDefinition, workflowDefinitionSchema } from '../definition/workflow-definition.ts';
import { NODE_TYPES } from '../nodes/node-type.ts';
import { applyDefinition, definitionToDraft, draftToDefinition } from './draft-document.ts';
import { mergeText } from './shared-values.ts';

/** JSON as a database keeps it: no lone surrogates, no negative zero. */
const json = fc
  .jsonValue({ stringUnit: 'binary', maxDepth: 4 })
  .map((value): unknown => JSON.parse(JSON.stringify(value)));

const nodeId = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,20}$/);
const coordinate = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0 || 0);

const budget = fc.record(
  {
    usd: fc.double({ min: 0, max: 100_000, noNaN: true }).map((value) => value + 0 || 0),
    tokens: fc.nat(),
    modelCalls: fc.nat(1_000_000),
    seconds: fc.nat(86_400),
    onReached: fc.constantFrom('fail' as const, 'ask' as const, 'downgrade' as const),
    downgradeTo: fc.constant('demo/demo-model'),
  },
  { requiredKeys: ['onReached'], noNullPrototype: true },
);
const definitions: fc.Arbitrary<WorkflowDefinition> = fc
  .uniqueArray(nodeId, { minLength: 1, maxLength: 8 })
  .chain((ids) =>
    fc.record(
      {
        version: fc.constant(1 as const),
        nodes: fc.tuple(
          ...ids.map((id) =>
            fc.record(
              {
                id: fc.constant(id),
                type: fc.oneof(fc.constantFrom(...NODE_TYPES), fc.constant('unknown_type')),
                name: fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }).filter((name) => name.length <= 120),
                position: fc.record({ x: coordinate, y: coordinate }, { noNullPrototype: true }),
                config: fc.dictionary(
                  fc.oneof(fc.constantFrom('prompt', 'cases', 'source', 'fields', 'value', 'url'), fc.string()),
                  json,
                  { noNullPrototype: true },
                ),
                disabled: fc.boolean(),
                retry: fc.record(
                  {
                    maxAttempts: fc.integer({ min: 1, max: 10 }),
                    backoffMs: fc.integer({ min: 0, max: 300_000 }),
                    backoffFactor: fc.double({ min: 1, max: 10, noNaN: true }),
                  },
                  { noNullPrototype: true },
                ),
                timeoutMs: fc.integer({ min: 100, max: 86_400_000 }),
                onError: fc.constantFrom('fail' as const, 'continue' as const, 'branch' as const),
                // Yjs leaves members of this name out of plain values; in JSON for people it has no use.
                onErrorValue: json.filter((value) => !JSON.stringify(value).includes('"__proto__"')),
                budget,
                parent: fc.constantFrom(...ids),
                size: fc.record(
                  { width: fc.integer({ min: 1, max: 5_000 }), height: fc.integer({ min: 1, max: 5_000 }) },
                  { noNullPrototype: true },
                ),
              },
              { requiredKeys: ['id', 'type', 'name', 'position', 'config'], noNullPrototype: true },
            ),
          ),
        ),
        edges: fc.uniqueArray(
          fc.record(
            {
              id: fc.string({ minLength: 1, maxLength: 20 }),
              source: fc.constantFrom(...ids),
              sourcePort: fc.constantFrom('out', 'true', 'default'),
              target: fc.constantFrom(...ids),
              targetPort: fc.constant('in'),
            },
            { noNullPrototype: true },
          ),
          { selector: (edge) => edge.id, maxLength: 10 },
        ),
        settings: fc.record(
          {
            timeoutMs: fc.integer({ min: 1_000, max: 86_400_000 }),
            maxParallel: fc.integer({ min: 1, max: 64 }),
            budget,
            memoryMb: fc.integer({ min: 128, max: 16_384 }),
          },
          { requiredKeys: ['timeoutMs', 'maxParallel', 'memoryMb'], noNullPrototype: true },
        ),
      },
      { noNullPrototype: true },
    ),
  );

const throughTheWire = (doc: Y.Doc): Y.Doc => {
  const copy = new Y.Doc();
  Y.applyUpdate(copy, Y.encodeStateAsUpdate(doc));
  return copy;
};

describe('a draft document', () => {
  it('holds any definition without loss, also after it crossed the wire', () => {
    fc.assert(
      fc.property(definitions, (definition) => {
        expect(draftToDefinition(throughTheWire(definitionToDraft(definition)))).toStrictEqual(definition);
      }),
      { numRuns: 150 },
    );
  });

  it('becomes any other definition by applying it', () => {
    fc.assert(
      fc.property(definitions, definitions, (before, after) => {
        const doc = definitionToDraft(before);
        applyDefinition(doc, after, 'test');
        expect(draftToDefinition(doc)).toStrictEqual(after);
      }),
      { numRuns: 150 },
    );
  });

  it('changes nothing, and sends nothing, when the same definition is applied again', () => {
    fc.assert(
      fc.property(definitions, (definition) => {
        const doc = definitionToDraft(definition);
        let updates = 0;
        doc.on('update', () => updates++);
        applyDefinition(doc, structuredClone(definition), 'test');
        expect(updates).toBe(0);
      }),
      { numRuns: 50 },
    );
  });

  it('applies a definition in one transaction with its origin', () => {
    const origins: unknown[] = [];
    const doc = new Y.Doc();
    doc.on('afterTransaction', (transaction: Y.Transaction) => origins.push(transaction.origin));
    const definition = workflowDefinitionSchema.parse({ nodes: [{ id: 'a', type: 'input', name: 'A' }], edges: [] });
    applyDefinition(doc, definition, 'import');
    expect(origins).toEqual(['import']);
  });
});

describe('projection of a broken document', () => {
  const garbage = fc.oneof(
    json,
    fc.constant(undefined),
    fc.uint8Array({ maxLength: 4 }),
    fc.constant(Number.NaN),
    fc.constant(Number.POSITIVE_INFINITY),
  );
  const entry = fc.oneof(
    garbage,
    fc.dictionary(
      fc.constantFrom(
        'type',
        'name',
        'position',
        'config',
        'retry',
        'disabled',
        'source',
        'target',
        'order',
        'parent',
        'size',
        'budget',
        'onError',
        'onErrorValue',
      ),
      fc.oneof(garbage, fc.constantFrom('agent', 'input', 'a')),
      { noNullPrototype: true },
    ),
  );

  it('never throws, and what it gives has the right types', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.tuple(
            fc.constantFrom('nodes', 'edges', 'settings'),
            fc.constantFrom('a', 'b', '1 bad id', 'timeoutMs', 'budget', 'budgetUsd'),
            entry,
            fc.boolean(),
          ),
        ),
        (writes) => {
          const doc = new Y.Doc();
          for (const [root, key, value, shared] of writes) {
            const isObject =
              typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);
            doc.getMap(root).set(key, shared && isObject ? new Y.Map(Object.entries(value)) : value);
          }
          const definition = draftToDefinition(throughTheWire(doc));
          for (const node of definition.nodes) {
            expect(node.id).toMatch(/^[ab]$|^timeoutMs$|^budget/);
            expect(typeof node.type).toBe('string');
            expect(Number.isFinite(node.position.x + node.position.y)).toBe(true);
          }
          for (const edge of definition.edges) {
            expect(definition.nodes.map((node) => node.id)).toEqual(expect.arrayContaining([edge.source, edge.target]));
          }
          expect(typeof definition.settings.timeoutMs).toBe('number');
          expect(JSON.parse(JSON.stringify(definition))).toStrictEqual(definition);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('survives roots of another type', () => {
    const doc = new Y.Doc();
    doc.getText('nodes').insert(0, 'not a map');
    doc.getArray('edges').push([1]);
    expect(draftToDefinition(doc)).toMatchObject({ nodes: [], edges: [] });
    expect(draftToDefinition(throughTheWire(doc))).toMatchObject({ nodes: [], edges: [] });
  });

  it('survives values nested without end', () => {
    const doc = definitionToDraft(
      workflowDefinitionSchema.parse({ nodes: [{ id: 'a', type: 'code', name: 'A' }], edges: [] }),
    );
    let deep: unknown = 'bottom';
    for (let i = 0; i < 2_000; i++) deep = [deep];
    const node = doc.getMap('nodes').get('a') as Y.Map<unknown>;
    (node.get('config') as Y.Map<unknown>).set('deep', deep);
    expect(draftToDefinition(doc).nodes[0]?.id).toBe('a');
  });
});

describe('text edits', () => {
  it('end in the wanted text and never break a character', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (before, after) => {
        const doc = new Y.Doc();
        const text = doc.getText('text');
        text.insert(0, before);
        mergeText(text, after);
        expect(text.toString()).toBe(after);
        expect(throughTheWire(doc).getText('text').toString()).toBe(after);
      }),
    );
  });

  it('touch only the part that differs, also between emoji that share half a pair', () => {
    const doc = new Y.Doc();
    const text = doc.getText('text');
    text.insert(0, 'a😀b');
    mergeText(text, 'a😁b');
    expect(throughTheWire(doc).getText('text').toString()).toBe('a😁b');
  });
});
