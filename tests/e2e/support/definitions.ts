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

/** Runs far longer than any test waits. */
export const longWait = {
  nodes: [
    { id: 'input', type: 'input', name: 'Input', config: {} },
    { id: 'wait', type: 'delay', name: 'Wait', config: { seconds: 600 } },
    { id: 'output', type: 'output', name: 'Output', config: {} },
  ],
  edges: [
    { id: 'e1', source: 'input', target: 'wait' },
    { id: 'e2', source: 'wait', target: 'output' },
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
