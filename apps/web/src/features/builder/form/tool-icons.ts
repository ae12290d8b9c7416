import type { ToolName } from '@agentweaver/core/tools/tool';
import {
  IconBrandGraphql,
  IconCalculator,
  IconClock,
  IconDatabase,
  IconFilePencil,
  IconFiles,
  IconFileText,
  IconPlug,
  IconPlugConnected,
  IconPuzzle,
  IconSitemap,
  IconUserQuestion,
  IconWorld,
  IconWorldSearch,
  type TablerIcon,
} from '@tabler/icons-react';

const ICONS: Record<ToolName, TablerIcon> = {
  web_search: IconWorldSearch,
  http_request: IconWorld,
  graphql: IconBrandGraphql,
  websocket: IconPlugConnected,
  mcp: IconPlug,
  database_query: IconDatabase,
  file_read: IconFileText,
  file_write: IconFilePencil,
  file_list: IconFiles,
  calculator: IconCalculator,
  current_time: IconClock,
  run_workflow: IconSitemap,
  ask_person: IconUserQuestion,
};

const isTool = (name: string): name is ToolName => Object.hasOwn(ICONS, name);

/** A draft may come from a newer version, so an unknown tool still has a look. */
export const toolIcon = (name: string): TablerIcon => (isTool(name) ? ICONS[name] : IconPuzzle);
