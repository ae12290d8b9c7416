import { describe, expect, it } from 'vitest';
import { validateWorkflow } from './validate-workflow.ts';

type Node = { id: string; type?: string; parent?: string; config?: Record<string, unknown>; [key: string]: unknown };

/** With an input and an output; `a>b`, or `a.port>b`. */
const problemsOf = (nodes: Node[], ...edges: string[]) =>
  validateWorkflow({
    nodes: [{ id: 'start', type: 'input' }, ...nodes, { id: 'end', type: 'output' }].map((node) => ({
      type: 'transform',
      name: node.id,
      ...node,
    })),
    edges: edges.map((edge, index) => {
      const [from = '', target] = edge.split('>');
      const [source, sourcePort = 'out'] = from.split('.');
      return { id: `e${index}`, source, sourcePort, target };
    }),
  }).problems;

const codes = (...given: Parameters<typeof problemsOf>) =>
  problemsOf(...given).map(({ code, nodeId, edgeId }) => `${code} ${edgeId ?? nodeId ?? ''}`.trim());

const each = { id: 'each', type: 'map' };
const text = (id: string, template: string, parent?: string): Node => ({
  id,
  config: { template },
  ...(parent ? { parent } : {}),
});

describe('containers', () => {
  it('may hold steps, containers, groups and notes; nothing inside needs an edge from outside', () => {
    const nodes = [
      each,
      { id: 'box', type: 'group', parent: 'each' },
      text('a', '{{ item }}', 'box'),
      text('b', '{{ steps.a.output }}{{ index }}', 'each'),
      { id: 'inner', type: 'loop', parent: 'each' },
      text('c', '{{ steps.b.output }}{{ steps.start.output }}', 'inner'),
      { id: 'memo', type: 'note' },
      { id: 'frame', type: 'group' },
    ];
    expect(problemsOf(nodes, 'start>each', 'a>b', 'b>inner', 'each>end')).toEqual([]);
  });

  it('must hold something, unless they are disabled', () => {
    expect(problemsOf([each], 'start>each', 'each>end')).toMatchObject([
      { code: 'empty_container', nodeId: 'each', severity: 'error', params: { node: 'each' } },
    ]);
    expect(problemsOf([{ ...each, disabled: true }], 'start>each', 'each>end')).toMatchObject([
      { severity: 'warning' },
    ]);
    const memo = { id: 'memo', type: 'note', parent: 'each' };
    expect(codes([each, memo], 'start>each', 'each>end')).toEqual(['empty_container each']);
  });

  it('that are disabled only warn about what is inside, which never runs', () => {
    const inside = [text('a', '{{ steps.gone.( }}', 'inner'), text('b', '{{ steps.gone }}', 'inner')];
    const nodes = (disabled: boolean) => [
      { ...each, disabled },
      { id: 'inner', type: 'loop', parent: 'each' },
      ...inside,
    ];
    const severities = (disabled: boolean) =>
      problemsOf(nodes(disabled), 'start>each', 'each>end').map(({ code, severity }) => `${severity} ${code}`);
    expect(severities(true)).toEqual(['warning broken_expression', 'warning unknown_reference']);
    expect(severities(false)).toEqual(['error broken_expression', 'error unknown_reference']);
    const broken = [...nodes(true), { id: 'result', type: 'output', parent: 'inner' }];
    expect(problemsOf(broken, 'start>each', 'each>end').map(({ severity }) => severity)).toContain('error');
  });

  it('keep their edges inside', () => {
    const problems = problemsOf([each, text('a', 'x', 'each')], 'start>each', 'each>end', 'start>a', 'a>end', 'each>a');
    expect(problems.map(({ code, edgeId }) => `${code} ${edgeId}`)).toEqual([
      'crosses_container e2',
      'crosses_container e3',
      'crosses_container e4',
    ]);
    expect(problems[0]).toMatchObject({ nodeId: 'a', params: { source: 'start', target: 'a' } });
  });

  it.each([
    ['missing', [{ id: 'a', parent: 'gone' }]],
    ['no_container', [{ id: 'p' }, { id: 'a', parent: 'p' }]],
    ['circle', [{ id: 'a', type: 'group', parent: 'a' }]],
  ])('a parent that is none: %s', (kind, nodes) => {
    const found = problemsOf(nodes, 'start>a', 'start>p', 'p>end', 'a>end');
    expect(found.filter(({ code }) => code === 'invalid_parent')).toMatchObject([
      { nodeId: 'a', field: 'parent', params: { kind } },
    ]);
  });

  it('in each other in a circle are all reported, what is in them is not', () => {
    const ring = [
      { id: 'x', type: 'group', parent: 'y' },
      { id: 'y', type: 'group', parent: 'x' },
      { id: 'memo', type: 'note', parent: 'x' },
    ];
    expect(codes(ring, 'start>end')).toEqual(['invalid_parent x', 'invalid_parent y']);
  });

  it('hold no input and no output, at no depth', () => {
    const nodes = [each, { id: 'box', type: 'group', parent: 'each' }, { id: 'result', type: 'output', parent: 'box' }];
    expect(problemsOf(nodes, 'start>each', 'each>end')).toMatchObject([
      { code: 'invalid_parent', nodeId: 'result', params: { kind: 'only_at_top' } },
    ]);
    const grouped = [
      { id: 'box', type: 'group' },
      { id: 'result', type: 'output', parent: 'box' },
    ];
    expect(codes(grouped, 'start>end', 'start>result')).toEqual([]);
  });

  it('lie at most five deep in each other', () => {
    const nest = (depth: number) =>
      Array.from({ length: depth }, (_, i) => ({
        id: `m${i}`,
        type: 'loop',
        ...(i > 0 ? { parent: `m${i - 1}` } : {}),
      }));
    const leaf = (depth: number) => ({ id: 'leaf', parent: `m${depth - 1}` });
    expect(codes([...nest(5), leaf(5)], 'start>m0', 'm0>end')).toEqual([]);
    expect(problemsOf([...nest(7), leaf(7)], 'start>m0', 'm0>end')).toMatchObject([
      { code: 'invalid_parent', nodeId: 'm5', params: { kind: 'too_deep', max: '5' } },
    ]);
  });

  it('that are missing because their shape is wrong are not reported twice', () => {
    const { problems } = validateWorkflow({
      nodes: [{ id: 'a', type: 'agent', name: 'A', parent: 'b' }, { id: 'b' }],
      edges: [],
    });
    expect(problems.filter(({ code }) => code !== 'malformed')).toEqual([]);
  });
});

describe('what is inside', () => {
  it('can go round in a circle only within its scope', () => {
    const nodes = [each, text('a', 'x', 'each'), text('b', 'x', 'each')];
    expect(codes(nodes, 'start>each', 'each>end', 'a>b', 'b>a')).toEqual(['cycle a']);
  });

  it.each([
    ['{{ steps.before.output }}', []],
    ['{{ steps.first.output }}', []],
    ['{{ steps.each.output }}', ['not_an_ancestor a']],
    ['{{ steps.after.output }}', ['not_an_ancestor a']],
    ['{{ steps.beside.output }}', ['not_an_ancestor a']],
  ])('sees %s: %j', (template, expected) => {
    const nodes = [
      text('before', 'x'),
      each,
      text('first', 'x', 'each'),
      text('a', template, 'each'),
      text('beside', 'x', 'each'),
      text('after', 'x'),
    ];
    expect(codes(nodes, 'start>before', 'before>each', 'first>a', 'each>after', 'after>end')).toEqual(expected);
  });

  it('is not seen from outside', () => {
    const nodes = [each, text('a', 'x', 'each'), text('after', '{{ steps.a.output }}')];
    expect(codes(nodes, 'start>each', 'each>after', 'after>end')).toEqual(['not_an_ancestor after']);
  });
});

describe('notes and groups', () => {
  it('have no ports, and need no way that leads to them', () => {
    const nodes = [{ id: 'memo', type: 'note', config: { text: '{{ steps.gone.( }}' } }];
    expect(codes(nodes, 'start>end')).toEqual([]);
    expect(codes(nodes, 'start>end', 'start>memo', 'memo>end')).toEqual(['unknown_port e1', 'unknown_port e2']);
  });
});

describe('the port error', () => {
  it('is there under the policy branch alone', () => {
    const failing = (onError?: string) => [{ ...text('a', 'x'), ...(onError ? { onError } : {}) }];
    expect(codes(failing('branch'), 'start>a', 'a>end', 'a.error>end')).toEqual([]);
    expect(codes(failing('continue'), 'start>a', 'a>end', 'a.error>end')).toEqual(['unknown_port e2']);
    expect(codes(failing(), 'start>a', 'a>end', 'a.error>end')).toEqual(['unknown_port e2']);
  });
});

describe('what a type cannot know of itself', () => {
  it('is that no workflow is chosen yet', () => {
    expect(problemsOf([{ id: 'call', type: 'workflow' }], 'start>call', 'call>end')).toMatchObject([
      { code: 'invalid_config', nodeId: 'call', field: 'workflow', message: '“call”: workflow is missing.' },
    ]);
    const chosen = { id: 'call', type: 'workflow', config: { workflow: 'w1' } };
    expect(problemsOf([chosen], 'start>call', 'call>end')).toEqual([]);
  });

  it('is a port of its own beside that for errors', () => {
    const config = { mode: 'switch', cases: [{ id: 'error', equals: 'x' }] };
    const both = { id: 'c', type: 'condition', config, onError: 'branch' };
    expect(problemsOf([both], 'start>c', 'c.error>end')).toMatchObject([
      { code: 'invalid_config', nodeId: 'c', field: 'onError' },
    ]);
    expect(problemsOf([{ ...both, onError: 'fail' }], 'start>c', 'c.error>end')).toEqual([]);
  });
});

describe('evaluations', () => {
  const evaluate = (id: string, judged = '') => ({ id, type: 'evaluate', config: { judged } });

  it('judge the only step that leads to them, or one that they name', () => {
    expect(codes([text('a', 'x'), evaluate('e')], 'start>a', 'a>e', 'e.pass>end', 'e.fail>end')).toEqual([]);
    const named = [text('a', 'x'), text('b', 'x'), evaluate('e', 'a')];
    expect(codes(named, 'start>a', 'a>b', 'b>e', 'start>e', 'e.pass>end')).toEqual([]);
  });

  it('cannot tell among several, nor judge what does not lead to them', () => {
    const several = [text('a', 'x'), text('b', 'x'), evaluate('e')];
    expect(problemsOf(several, 'start>a', 'start>b', 'a>e', 'b>e', 'e.pass>end')).toMatchObject([
      { code: 'invalid_judged', nodeId: 'e', field: 'judged', params: { kind: 'none', judged: '' } },
    ]);
    const apart = [text('a', 'x'), text('b', 'x'), evaluate('e', 'b')];
    expect(problemsOf(apart, 'start>a', 'start>b', 'a>e', 'b>end', 'e.pass>end')).toMatchObject([
      { code: 'invalid_judged', params: { kind: 'apart', judged: 'b' } },
    ]);
    expect(problemsOf([text('a', 'x'), evaluate('e', 'gone')], 'start>a', 'a>e', 'e.pass>end')).toMatchObject([
      { code: 'invalid_judged', params: { judged: 'gone' } },
    ]);
  });

  it('send back what lies within another’s, or apart from it', () => {
    const nodes = [text('a', 'x'), text('b', 'x'), text('c', 'x'), evaluate('e', 'a'), evaluate('f', 'b')];
    expect(problemsOf(nodes, 'start>a', 'a>b', 'b>e', 'e.pass>c', 'c>f', 'f.pass>end')).toMatchObject([
      {
        code: 'overlapping_feedback',
        severity: 'error',
        params: expect.objectContaining({ node: expect.any(String) }),
      },
    ]);
    const apart = [text('a', 'x'), evaluate('e'), text('b', 'x'), evaluate('f')];
    expect(codes(apart, 'start>a', 'a>e', 'e.pass>b', 'b>f', 'f.pass>end')).toEqual([]);
  });

  it('work inside a container', () => {
    const nodes = [each, text('a', 'x', 'each'), { ...evaluate('e'), parent: 'each' }];
    expect(codes(nodes, 'start>each', 'a>e', 'each>end')).toEqual([]);
    expect(codes([...nodes, text('b', 'x', 'each')], 'start>each', 'a>e', 'b>e', 'each>end')).toEqual([
      'invalid_judged e',
    ]);
  });
});

describe('merges', () => {
  const merge = (config: Record<string, unknown>, disabled = false) => [
    text('a', 'x'),
    text('b', 'x'),
    { id: 'm', type: 'merge', config, ...(disabled ? { disabled } : {}) },
  ];
  const ways = ['start>a', 'start>b', 'a>m', 'b>m', 'm>end'];

  it('wait for at most as many branches as lead to them', () => {
    for (const config of [{ mode: 'all', count: 9 }, { mode: 'first' }, { mode: 'any', count: 2 }])
      expect(codes(merge(config), ...ways)).toEqual([]);
    expect(problemsOf(merge({ mode: 'any', count: 3 }), ...ways)).toMatchObject([
      { code: 'invalid_config', severity: 'error', nodeId: 'm', field: 'count' },
    ]);
    expect(problemsOf(merge({ mode: 'any', count: 3 }, true), ...ways)).toMatchObject([{ severity: 'warning' }]);
  });
});
