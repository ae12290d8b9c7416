import type { NodeCategory, NodeType } from '@agentweaver/core/nodes/node-type';
import {
  IconArrowsSplit,
  IconBoxMultiple,
  IconBrandGraphql,
  IconCalculator,
  IconChecklist,
  IconClock,
  IconCode,
  IconDatabase,
  IconFileText,
  IconFlag,
  IconGitBranch,
  IconGitMerge,
  IconHourglass,
  IconNote,
  IconPlayerPlay,
  IconPlug,
  IconPlugConnected,
  IconPuzzle,
  IconRepeat,
  IconRobot,
  IconSitemap,
  IconStack2,
  IconTransform,
  IconUserCheck,
  IconUsersGroup,
  IconWorld,
  IconWorldSearch,
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

/** The entries of a list by what people call them; those without a name say nothing. */
const named = (value: unknown): string =>
  items(value)
    .flatMap((item) => text(item.label) || text(item.name) || text(item.id) || [])
    .join(', ')
    .slice(0, MAX_SUMMARY);

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
  coordinator: { icon: IconUsersGroup, summarize: ({ specialists }) => named(specialists) },
  router: { icon: IconArrowsSplit, summarize: ({ routes }) => named(routes) },
  evaluate: { icon: IconChecklist, summarize: ({ criteria }) => named(criteria) },
  condition: {
    icon: IconGitBranch,
    summarize: ({ mode, condition, value }) => oneLine(mode === 'switch' ? value : condition),
  },
  map: { icon: IconStack2, summarize: ({ list }) => oneLine(list) },
  loop: { icon: IconRepeat, summarize: ({ until }) => oneLine(until) },
  merge: {
    icon: IconGitMerge,
    summarize: ({ mode, count: wanted }) => (mode === 'any' ? `any ${String(wanted ?? '')}`.trim() : text(mode)),
  },
  human: { icon: IconUserCheck, summarize: ({ title }) => oneLine(title) },
  workflow: { icon: IconSitemap, summarize: () => '' },
  transform: {
    icon: IconTransform,
    summarize: ({ mode, template, expression }) => oneLine(mode === 'jsonata' ? expression : template),
  },
  http_request: { icon: IconWorld, summarize: ({ method, url }) => `${text(method)} ${oneLine(url)}`.trim() },
  graphql: { icon: IconBrandGraphql, summarize: ({ url }) => oneLine(url) },
  websocket: { icon: IconPlugConnected, summarize: ({ url }) => oneLine(url) },
  web_search: { icon: IconWorldSearch, summarize: ({ query }) => oneLine(query) },
  database: { icon: IconDatabase, summarize: ({ sql }) => oneLine(sql) },
  file: { icon: IconFileText, summarize: ({ operation, path }) => joined(text(operation), oneLine(path)) },
  mcp: { icon: IconPlug, summarize: ({ tool, url }) => joined(text(tool), oneLine(url)) },
  calculator: { icon: IconCalculator, summarize: ({ expression }) => oneLine(expression) },
  current_time: { icon: IconClock, summarize: ({ timezone }) => text(timezone) },
  code: { icon: IconCode, summarize: ({ source }) => firstStatement(source) },
  delay: { icon: IconHourglass, summarize: ({ seconds }) => (typeof seconds === 'number' ? `${seconds} s` : '') },
  note: { icon: IconNote, summarize: () => '' },
  group: { icon: IconBoxMultiple, summarize: () => '' },
};

const UNKNOWN: NodePresentation = { icon: IconPuzzle, summarize: () => '' };

const hasPresentation = (type: string): type is NodeType => Object.hasOwn(NODE_PRESENTATION, type);

/** A draft may come from a newer version, so an unknown type still has a look. */
export const presentationOf = (type: string): NodePresentation =>
  hasPresentation(type) ? NODE_PRESENTATION[type] : UNKNOWN;

export const CATEGORY_ORDER: readonly NodeCategory[] = ['flow', 'ai', 'data', 'tools', 'canvas'];

/** The Mantine colour of each category: the node's icon, its accent and the minimap. */
export const CATEGORY_COLOR: Record<NodeCategory, string> = {
  flow: 'weave',
  ai: 'grape',
  data: 'thread',
  tools: 'orange',
  canvas: 'gray',
};
