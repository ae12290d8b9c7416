'use client';

import { FocusTrap, Paper, Text, TextInput } from '@mantine/core';
import { useClickOutside } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { useTranslations } from 'next-intl';
import { type KeyboardEvent, useEffect, useId, useState } from 'react';
import { useAddStep } from '../canvas/use-add-step.ts';
import { CATEGORY_COLOR, presentationOf } from '../node-presentation.tsx';
import { useBuilder, useBuilderState } from '../state/builder-context.tsx';
import type { PickerRequest } from '../state/builder-store.ts';
import { useNodeText } from '../use-node-text.ts';
import classes from './palette.module.css';
import { useNodeSearch } from './use-node-search.ts';

const WIDTH = 300;
const HEIGHT = 340;
const MARGIN = 8;

const PickerPaper = ({ request }: { request: PickerRequest }) => {
  const t = useTranslations('builder.palette');
  const text = useNodeText();
  const { editor, store } = useBuilder();
  const addStep = useAddStep();
  const listId = useId();
  const [query, setQuery] = useState('');
  const [active, setActive] = useState(0);
  const found = useNodeSearch(query, request);
  const close = () => store.getState().openPicker(null);
  const paper = useClickOutside(close);
  const optionId = (index: number) => `${listId}-${index}`;

  // biome-ignore lint/correctness/useExhaustiveDependencies: another search starts at its best hit.
  useEffect(() => setActive(0), [query]);

  const choose = (index: number) => {
    const chosen = found[index];
    if (!chosen) return;
    close();
    if (request.replace !== undefined) editor.replace(request.replace, chosen.type);
    else addStep(chosen.type, { position: request.position, attach: request.attach });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && found.length > 0) setActive((active + step + found.length) % found.length);
    else if (event.key === 'Enter') choose(active);
    else if (event.key === 'Escape') close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const left = Math.max(MARGIN, Math.min(request.screen.x, window.innerWidth - WIDTH - MARGIN));
  const top = Math.max(MARGIN, Math.min(request.screen.y, window.innerHeight - HEIGHT - MARGIN));
  return (
    <FocusTrap active>
      <Paper
        ref={paper}
        shadow="lg"
        withBorder
        className={classes.picker}
        style={{ left, top }}
        role="dialog"
        aria-label={t(request.replace === undefined ? 'pick' : 'replace')}
      >
        <TextInput
          data-autofocus
          variant="unstyled"
          size="md"
          leftSection={<IconSearch size={16} />}
          value={query}
          onChange={(event) => setQuery(event.currentTarget.value)}
          onKeyDown={onKeyDown}
          placeholder={t('search')}
          aria-label={t('search')}
          role="combobox"
          aria-expanded
          aria-controls={listId}
          aria-activedescendant={found.length > 0 ? optionId(active) : undefined}
        />
        <div id={listId} className={classes.options} role="listbox" aria-label={t('label')}>
          {found.map((definition, index) => {
            const { icon: Icon } = presentationOf(definition.type);
            const color = CATEGORY_COLOR[definition.category];
            return (
              // biome-ignore lint/a11y/useKeyWithClickEvents: the search field above handles the keys of the list.
              <div
                key={definition.type}
                id={optionId(index)}
                role="option"
                tabIndex={-1}
                aria-selected={index === active}
                className={classes.option}
                onPointerMove={() => setActive(index)}
                onClick={() => choose(index)}
              >
                <span
                  className={classes.icon}
                  style={{
                    background: `var(--mantine-color-${color}-light)`,
                    color: `var(--mantine-color-${color}-light-color)`,
                  }}
                >
                  <Icon size={16} stroke={1.8} aria-hidden />
                </span>
                <span className={classes.words}>
                  <span className={classes.title}>{text.title(definition.type)}</span>
                  <span className={classes.summary}>{text.summary(definition.type)}</span>
                </span>
              </div>
            );
          })}
          {found.length === 0 && (
            <Text size="sm" c="dimmed" p="xs">
              {t('nothing', { query })}
            </Text>
          )}
        </div>
      </Paper>
    </FocusTrap>
  );
};

/** Quick add: at the pointer, at the end of a loose edge, or in the middle of one. */
export const NodePicker = () => {
  const request = useBuilderState((state) => state.picker);
  return request ? <PickerPaper key={`${request.screen.x}:${request.screen.y}`} request={request} /> : null;
};
