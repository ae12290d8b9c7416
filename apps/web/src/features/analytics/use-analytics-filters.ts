'use client';

import { parseAsIsoDateTime, parseAsString, parseAsStringLiteral, useQueryStates } from 'nuqs';
import { PERIODS } from './period.ts';

const parsers = {
  period: parseAsStringLiteral(PERIODS).withDefault('7d'),
  /** Only for `custom`. */
  from: parseAsIsoDateTime,
  to: parseAsIsoDateTime,
  workflow: parseAsString,
  model: parseAsString,
};

/** The page's filters live in the address, so that what one sees can be linked to. */
export const useAnalyticsFilters = () => {
  const [filters, setFilters] = useQueryStates(parsers, { history: 'replace' });
  return { filters, setFilters };
};
