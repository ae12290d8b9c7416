import { describe, expect, it } from 'vitest';
import { isRunnable, validateWorkflow } from './validate-workflow.ts';

const input = { id: 'start', type: 'input', name: 'Start' };
const output = { id: 'end', type: 'output', name: 'End' };
const agent = (id: string, prompt = '{{ previous }}') => ({
  id,
  type: 'agent',
  name: `Agent ${id}`,
  config: { prompt },
});

/** `a>b`, or `a.port>b` */
const edges = (...list: string[]) =>
  list.map((edge, index) => {
    const [from = '', target] = edge.split('>');
    const [source, sourcePort = 'out'] = from.split('.');
    return { id: `e${index}`, source, sourcePort, target };
  });

const problemsOf = (json: unknown) => validateWorkflow(json).problems;
const codes = (json: unknown) =>
  problemsOf(json).map((problem) =>
    `${problem.code} ${problem.nodeId ?? problem.edgeId ?? problem.field ?? ''}`.trim(),
  );

describe('validateWorkflow', () => {
  it('accepts a right workflow and fills in defaults', () => {
    const { definition, problems } = validateWorkflow({
      nodes: [input, agent('a', 'About {{ steps.start.output.text }}'), output],
      edges: edges('start>a', 'a>end'),
    });
    expect(problems).toEqual([]);
    expect(definition).toMatchObject({ version: 1, settings: { maxParallel: 5 }, edges: [{ targetPort: 'in' }, {}] });
    expect(definition?.nodes[1]?.config).toEqual({ prompt: 'About {{ steps.start.output.text }}' });
  });

  it.each([
    [null, [['', 'The definition must be an object.']]],
    [undefined, [['', 'The definition is missing.']]],
    [[], [['', 'The definition must be an object.']]],
    [
      {},
      [
        ['nodes', 'nodes is missing.'],
        ['edges', 'edges is missing.'],
      ],
    ],
    [{ nodes: [], edges: [], version: 2 }, [['version', 'version must be 1.']]],
    [{ nodes: [], edges: [], extra: 1 }, [['extra', 'extra is not a known field.']]],
    [
      { nodes: [], edges: [], settings: { maxParallel: 0, timeoutMs: 'x' } },
      [
        ['settings.timeoutMs', 'settings.timeoutMs must be a number.'],
        ['settings.maxParallel', 'settings.maxParallel must be at least 1.'],
      ],
    ],
  ])('says what is wrong with the shape of %j', (json, expected) => {
    const malformed = problemsOf(json).filter((problem) => problem.code === 'malformed');
    expect(malformed.map(({ field, message }) => [field, message])).toEqual(expected);
  });

  it('checks the graph of what can be read beside a broken shape', () => {
    const broken = { ...agent('bad'), position: 'here', colour: 'red' };
    const json = {
      nodes: [input, broken, { id: '9', type: 'agent', name: '' }, agent('a'), agent('b'), output],
      edges: [...edges('start>bad', 'a>b', 'b>a', 'b>end'), { id: 'x', source: 'a' }],
    };
    const { definition, problems } = validateWorkflow(json);
    expect(definition).toBeUndefined();
    expect(problems.map(({ code, nodeId, edgeId, field }) => [code, nodeId ?? edgeId, field])).toEqual([
      ['malformed', 'bad', 'nodes.1.position'],
      ['malformed', 'bad', 'nodes.1.colour'],
      ['malformed', '9', 'nodes.2.id'],
      ['malformed', '9', 'nodes.2.name'],
      ['malformed', 'x', 'edges.4.target'],
      ['cycle', 'a', undefined],
    ]);
  });

  it('refuses a huge definition without looking at each entry', () => {
    const { problems } = validateWorkflow({ nodes: Array.from({ length: 100_000 }, () => 7), edges: [] });
    expect(problems).toMatchObject([{ code: 'malformed', field: 'nodes', params: { max: '1000' } }]);
  });

  it('names the nodes of a cycle', () => {
    const json = { nodes: [input, agent('a'), agent('b'), output], edges: edges('start>a', 'a>b', 'b>a', 'b>end') };
    expect(problemsOf(json)).toMatchObject([
      {
        code: 'cycle',
        nodeId: 'a',
        message: expect.stringContaining('“Agent a” → “Agent b” → “Agent a”'),
        params: { ids: 'a,b' },
      },
    ]);
  });

  it('finds what is wrong with types, ids, edges and the whole, all at once', () => {
    const json = {
      nodes: [
        input,
        { ...input, id: 'second' },
        { id: 'odd', type: 'teleport', name: 'Odd' },
        agent('a'),
        agent('a'),
        agent('loose'),
      ],
      edges: [...edges('start>odd', 'second>a', 'a.nowhere>odd', 'a>start', 'ghost>a'), ...edges('start>a')],
    };
    expect(codes(json)).toEqual([
      'duplicate_node_id a',
      'duplicate_edge_id e0',
      'unknown_node_type odd',
      'unknown_port a',
      'unknown_port start',
      'unknown_node e4',
      'several_inputs second',
      'no_output',
      'cycle start',
      'unreachable loose',
    ]);
  });

  it('asks a condition for its ports by its config', () => {
    const condition = {
      id: 'c',
      type: 'condition',
      name: 'C',
      config: { mode: 'switch', cases: [{ id: 'x', equals: 'x' }] },
    };
    const json = {
      nodes: [input, condition, output],
      edges: edges('start>c', 'c.x>end', 'c.default>end', 'c.true>end'),
    };
    expect(problemsOf(json)).toMatchObject([
      { code: 'unknown_port', edgeId: 'e3', nodeId: 'c', field: 'sourcePort', params: { ports: '“x”, “default”' } },
    ]);
  });

  it('says where a config is wrong', () => {
    const bad = { id: 'a', type: 'agent', name: 'A', config: { role: '', temperature: 3, prompt: 5, colour: 1 } };
    const http = { id: 'h', type: 'http_request', name: 'H', config: { url: 'x', headers: [{ name: 'a b' }] } };
    const json = { nodes: [input, bad, http, output], edges: edges('start>a', 'a>h', 'h>end') };
    expect(problemsOf(json).map(({ code, nodeId, field, message }) => [code, nodeId, field, message])).toEqual([
      ['invalid_config', 'a', 'role', '“A”: role must not be empty.'],
      ['invalid_config', 'a', 'prompt', '“A”: prompt must be text.'],
      ['invalid_config', 'a', 'temperature', '“A”: temperature must be at most 2.'],
      ['invalid_config', 'a', 'colour', '“A”: colour is not a known field.'],
      ['invalid_config', 'h', 'headers.0.name', '“H”: headers.0.name must be a header name, such as Accept.'],
    ]);
  });

  it('only warns about what a disabled node holds', () => {
    const off = { ...agent('a', '{{ steps.nobody. }}'), disabled: true };
    const { problems } = validateWorkflow({ nodes: [input, off, output], edges: edges('start>a', 'a>end') });
    expect(problems).toMatchObject([{ code: 'broken_expression', severity: 'warning' }]);
    expect(isRunnable(problems)).toBe(true);
  });
});

describe('expressions', () => {
  const withField = (node: Record<string, unknown>) => ({
    nodes: [input, { id: 'n', name: 'N', ...node }, agent('later'), output],
    edges: edges('start>n', 'n.out>later', 'later>end'),
  });

  it.each([
    ['{{ input.topic', 1, 'The {{ has no }} after it'],
    ['ok {{ input.topic( }}', 19, undefined],
    ['{{ }}', 3, undefined],
  ])('finds %s broken, at its place', (prompt, position, reason) => {
    const problems = problemsOf(withField(agent('n', prompt)));
    expect(problems).toMatchObject([{ code: 'broken_expression', nodeId: 'n', field: 'prompt' }]);
    expect(problems[0]?.message).toContain(`at character ${position}`);
    if (reason) expect(problems[0]?.params?.reason).toBe(reason);
  });

  it('looks into lists and at bare JSONata', () => {
    const http = {
      type: 'http_request',
      config: { url: 'https://a.b', headers: [{ name: 'a' }, { name: 'b', value: '{{ ( }}' }] },
    };
    expect(problemsOf(withField(http))).toMatchObject([{ code: 'broken_expression', field: 'headers.1.value' }]);
    const transform = { type: 'transform', config: { mode: 'jsonata', expression: 'steps.gone.output' } };
    expect(problemsOf(withField(transform))).toMatchObject([{ code: 'unknown_reference', field: 'expression' }]);
  });

  it('leaves out fields that the form hides', () => {
    const transform = { type: 'transform', config: { mode: 'template', template: 'x', expression: 'steps.gone.(' } };
    expect(problemsOf(withField(transform))).toEqual([]);
  });

  it.each([
    ['{{ steps.start.output }}', []],
    ['{{ steps.gone.output }}', ['unknown_reference n']],
    ['{{ steps.later.output }}', ['not_an_ancestor n']],
    ['{{ steps.n.output }}', ['not_an_ancestor n']],
    ['{{ steps.gone.a & steps.gone.b }} {{ steps.gone.c }}', ['unknown_reference n']],
    ['{{ previous.steps.gone }}', []],
  ])('%s', (prompt, expected) => {
    expect(codes(withField(agent('n', prompt)))).toEqual(expected);
  });
});
