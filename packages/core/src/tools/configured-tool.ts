import { z } from 'zod';
import { askPersonSettings } from './ask_person/definition.ts';
import { calculatorSettings } from './calculator/definition.ts';
import { currentTimeSettings } from './current_time/definition.ts';
import { databaseSettings } from './database_query/definition.ts';
import { fileSettings } from './file-fields.ts';
import { graphqlSettings } from './graphql/definition.ts';
import { httpToolSettings } from './http_request/definition.ts';
import { mcpSettings } from './mcp/definition.ts';
import { runWorkflowSettings } from './run_workflow/definition.ts';
import type { ToolName } from './tool.ts';
import { webSearchSettings } from './web_search/definition.ts';
import { websocketSettings } from './websocket/definition.ts';

/** The most tools that one agent can be given. */
export const MAX_CONFIGURED_TOOLS = 32;

const configured = <Name extends ToolName, Settings extends z.ZodObject>(tool: Name, settings: Settings) =>
  z.strictObject({
    tool: z.literal(tool),
    /** What the model calls it; the tool's own name when empty. Two databases need two names. */
    name: z
      .string()
      .regex(/^[A-Za-z0-9_-]{0,64}$/, 'must be letters, digits, _ and -, at most 64')
      .default('')
      .meta({
        title: 'Name',
        description: 'What the model calls it. Empty: its usual name.',
        placeholder: 'orders_db',
      }),
    /** For the model, before the tool's own description. */
    description: z.string().max(2_000).default('').meta({
      title: 'When to use it',
      description: 'Told to the model: what it is for here.',
      multiline: true,
    }),
    settings: settings.prefault({} as z.input<Settings>),
  });

/** One tool that an agent is given: `{ tool, settings }`. */
export const configuredToolSchema = z.discriminatedUnion('tool', [
  configured('web_search', webSearchSettings),
  configured('http_request', httpToolSettings),
  configured('graphql', graphqlSettings),
  configured('websocket', websocketSettings),
  configured('mcp', mcpSettings),
  configured('database_query', databaseSettings),
  configured('file_read', fileSettings),
  configured('file_write', fileSettings),
  configured('file_list', fileSettings),
  configured('calculator', calculatorSettings),
  configured('current_time', currentTimeSettings),
  configured('run_workflow', runWorkflowSettings),
  configured('ask_person', askPersonSettings),
]);
export type ConfiguredTool = z.output<typeof configuredToolSchema>;
export type ConfiguredToolInput = z.input<typeof configuredToolSchema>;

/** The `tools` field of an agent's config. */
export const configuredToolsField = (meta: { title: string; description?: string }) =>
  z
    .array(configuredToolSchema)
    .max(MAX_CONFIGURED_TOOLS)
    .default([])
    .meta({ ...meta, widget: 'tools' });
