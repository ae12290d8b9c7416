'use client';

import { useEffect, useState } from 'react';
import { useBuilderState } from '../state/builder-context.tsx';
import type { FieldPath } from './form-context.tsx';

/** Which entry of the list at `path` a field lies in; undefined for fields elsewhere. */
const itemOf = (path: string, field: string | null): number | undefined => {
  if (field === null || !field.startsWith(`${path}.`)) return undefined;
  const index = Number.parseInt(field.slice(path.length + 1), 10);
  return Number.isNaN(index) ? undefined : index;
};

/**
 * Which entries of a list are unfolded, by their places: they have no ids of their own. One that a problem leads to
 * unfolds and stays so.
 */
export const useOpenItems = (path: FieldPath) => {
  const [opened, setOpened] = useState<readonly number[]>([]);
  const focused = useBuilderState((state) => itemOf(path.join('.'), state.focusField));
  useEffect(() => {
    if (focused !== undefined) setOpened((before) => (before.includes(focused) ? before : [...before, focused]));
  }, [focused]);
  return {
    isOpen: (index: number): boolean => index === focused || opened.includes(index),
    toggle: (index: number) =>
      setOpened(opened.includes(index) ? opened.filter((one) => one !== index) : [...opened, index]),
    open: (index: number) => setOpened([...opened, index]),
    removed: (index: number) =>
      setOpened(opened.filter((one) => one !== index).map((one) => (one > index ? one - 1 : one))),
    /** Two neighbours change places. */
    swapped: (from: number, to: number) =>
      setOpened(opened.map((one) => (one === from ? to : one === to ? from : one))),
  };
};
