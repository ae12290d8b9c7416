import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';

/** The content of a tool's result as text; what is no text is named with its type and address. */
export const readMcpContent = (content: CallToolResult['content']): string => content.map(toText).join('\n');

const toText = (part: CallToolResult['content'][number]): string => {
  switch (part.type) {
    case 'text':
      return part.text;
    case 'resource':
      return 'text' in part.resource
        ? part.resource.text
        : `[${part.resource.mimeType ?? 'file'} ${part.resource.uri}]`;
    case 'resource_link':
      return `[${part.name} ${part.uri}]`;
    default:
      return `[${part.type} ${part.mimeType}]`;
  }
};
