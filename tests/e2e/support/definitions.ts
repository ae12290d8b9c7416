import type { WorkflowDefinitionInput } from '@agentweaver/core/definition/workflow-definition';

/** Input → transform → output: what comes back shows that the expression ran on the caller's data. */
export const greeting = {
  nodes: [
    {
      id: 'input',
      type: 'input',
      name: 'Input',
      config: { fields: [{ name: 'name', label: 'Name', type: 'text', required: true }] },
    },
    {
      id: 'greet',
      type: 'transform',
      name: 'Greet',
      config: { mode: 'template', template: 'Hello, {{ input.name }}!' },
    },
    { id: 'output', type: 'output', name: 'Output', config: { value: '{{ steps.greet.output }}' } },
  ],
  edges: [
    { id: 'e1', source: 'input', target: 'greet' },
    { id: 'e2', source: 'greet', target: 'output' },
  ],
} satisfies WorkflowDefinitionInput;

/** Input → agent → output: logs, tokens and a model. */
export const summary = {
  nodes: [
    { id: 'input', type: 'input', name: 'Input', config: { fields: [{ name: 'text', type: 'long_text' }] } },
    {
      id: 'agent',
      type: 'agent',
      name: 'Summarise',
      config: { role: 'Editor', prompt: 'Summarise this text: {{ input.text }}' },
    },
    { id: 'output', type: 'output', name: 'Output', config: {} },
  ],
  edges: [
    { id: 'e1', source: 'input', target: 'agent' },
    { id: 'e2', source: 'agent', target: 'output' },
  ],
} satisfies WorkflowDefinitionInput;

/** Runs longer than any test waits, and short enough not to give its sandbox back meanwhile. */
export const longWait = {
  nodes: [
    { id: 'input', type: 'input', name: 'Input', config: {} },
    { id: 'wait', type: 'delay', name: 'Wait', config: { seconds: 50 } },
    { id: 'output', type: 'output', name: 'Output', config: {} },
  ],
  edges: [
    { id: 'e1', source: 'input', target: 'wait' },
    { id: 'e2', source: 'wait', target: 'output' },
  ],
} satisfies WorkflowDefinitionInput;

/** A map over names, then a person decides. */
export const approvedList = {
  nodes: [
    {
      id: 'input',
      type: 'input',
      name: 'Input',
      config: { fields: [{ name: 'names', label: 'Names', type: 'json' }] },
    },
    {
      id: 'each',
      type: 'map',
      name: 'Each name',
      config: { list: '{{ input.names }}' },
      position: { x: 300, y: 0 },
      size: { width: 340, height: 200 },
    },
    {
      id: 'greet',
      type: 'transform',
      name: 'Greet',
      parent: 'each',
      config: { mode: 'template', template: 'Hello {{ item }}!' },
      position: { x: 50, y: 70 },
    },
    {
      id: 'ask',
      type: 'human',
      name: 'Approve',
      config: { kind: 'approval', title: 'Send these {{ $count(previous) }} greetings?' },
      position: { x: 740, y: 0 },
    },
    {
      id: 'sent',
      type: 'output',
      name: 'Sent',
      config: { value: '{{ steps.each.output }}' },
      position: { x: 1_040, y: 0 },
    },
    {
      id: 'kept',
      type: 'transform',
      name: 'Keep',
      config: { mode: 'template', template: 'not sent' },
      position: { x: 1_040, y: 160 },
    },
    { id: 'output', type: 'output', name: 'Output', config: {}, position: { x: 1_340, y: 160 } },
  ],
  edges: [
    { id: 'e1', source: 'input', target: 'each' },
    { id: 'e2', source: 'each', target: 'ask' },
    { id: 'e3', source: 'ask', sourcePort: 'approved', target: 'sent' },
    { id: 'e4', source: 'ask', sourcePort: 'rejected', target: 'kept' },
    { id: 'e5', source: 'kept', target: 'output' },
  ],
} satisfies WorkflowDefinitionInput;

export const cyclic = {
  nodes: [
    { id: 'input', type: 'input', name: 'Input', config: {} },
    { id: 'a', type: 'transform', name: 'A', config: {} },
    { id: 'b', type: 'transform', name: 'B', config: {} },
    { id: 'output', type: 'output', name: 'Output', config: {} },
  ],
  edges: [
    { id: 'e1', source: 'input', target: 'a' },
    { id: 'e2', source: 'a', target: 'b' },
    { id: 'e3', source: 'b', target: 'a' },
    { id: 'e4', source: 'b', target: 'output' },
  ],
} satisfies WorkflowDefinitionInput;
