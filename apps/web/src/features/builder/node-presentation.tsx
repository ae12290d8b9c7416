import type { NodeCategory, NodeType } from '@agentweaver/core/nodes/node-type';
import {
  IconCode,
  IconFlag,
  IconGitBranch,
  IconHourglass,
  IconPlayerPlay,
  IconPuzzle,
  IconRobot,
  IconTransform,
  IconWorld,
  type TablerIcon,
} from '@tabler/icons-react';

type Config = Readonly<Record<string, unknown>>;

export type NodePresentation = {
  icon: TablerIcon;
  /** What the node is set to do, in one line of its own words; empty when there is nothing to say. */
  summarize: (config: Config) => string;
};

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const items = (value: unknown): Config[] =>
  Array.isArray(value) ? value.filter((item): item is Config => typeof item === 'object' && item !== null) : [];

const MAX_SUMMARY = 120;

/** Text as one line; what does not fit on a node is cut anyway. */
const oneLine = (value: unknown): string => text(value).replace(/\s+/g, ' ').trim().slice(0, MAX_SUMMARY);

/** The first line of code with something on it; comments say less than the code. */
const firstStatement = (value: unknown): string =>
  text(value)
    .split('\n')
    .map((line) => line.trim())
    .find((line) => line !== '' && !line.startsWith('//')) ?? '';

const joined = (...parts: string[]): string => parts.filter((part) => part !== '').join(' · ');

/** How each node type looks on the canvas. The third registry: a new type does not compile until it is here. */
const NODE_PRESENTATION: Record<NodeType, NodePresentation> = {
  input: {
    icon: IconPlayerPlay,
    summarize: ({ fields }) =>
      items(fields)
        .map((field) => text(field.name))
        .join(', '),
  },
  output: { icon: IconFlag, summarize: ({ value }) => oneLine(value) },
  agent: {
    icon: IconRobot,
    summarize: ({ role, model }) =>
      joined(oneLine(role), text(model) === 'auto' ? '' : text(model).replace(/^.*\//, '')),
  },
  condition: {
    icon: IconGitBranch,
    summarize: ({ mode, condition, value }) => oneLine(mode === 'switch' ? value : condition),
  },
  transform: {
    icon: IconTransform,
    summarize: ({ mode, template, expression }) => oneLine(mode === 'jsonata' ? expression : template),
  },
  http_request: { icon: IconWorld, summarize: ({ method, url }) => `${text(method)} ${oneLine(url)}`.trim() },
  code: { icon: IconCode, summarize: ({ source }) => firstStatement(source) },
  delay: { icon: IconHourglass, summarize: ({ seconds }) => (typeof seconds === 'number' ? `${seconds} s` : '') },
};

const UNKNOWN: NodePresentation = { icon: IconPuzzle, summarize: () => '' };

const hasPresentation = (type: string): type is NodeType => Object.hasOwn(NODE_PRESENTATION, type);

/** A draft may come from a newer version, so an unknown type still has a look. */
export const presentationOf = (type: string): NodePresentation =>
  hasPresentation(type) ? NODE_PRESENTATION[type] : UNKNOWN;

export const CATEGORY_ORDER: readonly NodeCategory[] = ['flow', 'ai', 'data', 'tools'];

/** The Mantine colour of each category: the node's icon, its accent and the minimap. */
export const CATEGORY_COLOR: Record<NodeCategory, string> = {
  flow: 'weave',
  ai: 'grape',
  data: 'thread',
  tools: 'orange',
};
