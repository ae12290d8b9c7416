'use client';

import { parseAsArrayOf, parseAsIsoDateTime, parseAsString, parseAsStringLiteral, useQueryStates } from 'nuqs';
import { EXECUTION_STATUSES, TRIGGERS } from '../execution-view.ts';

/** The list's filters live in the address, so that a filtered list can be linked to and survives a reload. */
const parsers = {
  status: parseAsArrayOf(parseAsStringLiteral(EXECUTION_STATUSES)).withDefault([]),
  workflow: parseAsString,
  trigger: parseAsStringLiteral(TRIGGERS),
  model: parseAsString,
  from: parseAsIsoDateTime,
  to: parseAsIsoDateTime,
  q: parseAsString.withDefault(''),
};

export const useExecutionFilters = () => {
  const [filters, setFilters] = useQueryStates(parsers, { history: 'replace' });
  const active =
    filters.status.length > 0 ||
    filters.workflow !== null ||
    filters.trigger !== null ||
    filters.model !== null ||
    filters.from !== null ||
    filters.to !== null ||
    filters.q !== '';
  return { filters, setFilters, active, clear: () => setFilters(null) };
};
