'use client';

import { NODE_DEFINITIONS, outputPortsOf } from '@agentweaver/core/nodes/definitions';
import { NODE_TYPES, type NodeDefinition } from '@agentweaver/core/nodes/node-type';
import { useMemo } from 'react';
import { fuzzySearch } from '../graph/fuzzy-search.ts';
import { CATEGORY_ORDER } from '../node-presentation.tsx';
import { useBuilderState } from '../state/builder-context.tsx';
import type { PickerRequest } from '../state/builder-store.ts';
import { useNodeText } from '../use-node-text.ts';

const ALL: readonly NodeDefinition[] = NODE_TYPES.map((type) => NODE_DEFINITIONS[type]).sort(
  (a, b) => CATEGORY_ORDER.indexOf(a.category) - CATEGORY_ORDER.indexOf(b.category),
);

/** Where the chosen type is for: see `PickerRequest`. */
type SearchPlace = Pick<PickerRequest, 'attach' | 'replace'>;

const fits = (definition: NodeDefinition, { attach, replace }: SearchPlace): boolean => {
  const hasInput = definition.inputs.length > 0;
  const hasOutput = outputPortsOf(definition.type, definition.defaults).length > 0;
  if (replace !== undefined) return hasInput && !definition.contains;
  if (!attach) return true;
  if (attach.kind === 'edge') return hasInput && hasOutput;
  return attach.kind === 'after' ? hasInput : hasOutput;
};

const ANYWHERE: SearchPlace = {};

/** The node types that fit a search and the place they would be wired in at, best first. */
export const useNodeSearch = (query: string, place: SearchPlace = ANYWHERE): NodeDefinition[] => {
  const text = useNodeText();
  const hasInput = useBuilderState((state) => state.nodes.some((node) => node.data.step.type === 'input'));
  return useMemo(() => {
    // A workflow starts at one place.
    const offered = ALL.filter((definition) => fits(definition, place) && !(hasInput && definition.type === 'input'));
    return fuzzySearch(query, offered, text.searchTexts);
  }, [query, place, hasInput, text]);
};
