'use client';

import type { NodeDefinition } from '@agentweaver/core/nodes/node-type';
import { ScrollArea, Stack, Text, TextInput, UnstyledButton } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { DRAG_TYPE } from '../canvas/flow-types.ts';
import { useAddStep } from '../canvas/use-add-step.ts';
import { CATEGORY_COLOR, CATEGORY_ORDER, presentationOf } from '../node-presentation.tsx';
import { useNodeText } from '../use-node-text.ts';
import classes from './palette.module.css';
import { useNodeSearch } from './use-node-search.ts';

const PaletteItem = ({ definition, onAdd }: { definition: NodeDefinition; onAdd: (type: string) => void }) => {
  const text = useNodeText();
  const { icon: Icon } = presentationOf(definition.type);
  const color = CATEGORY_COLOR[definition.category];
  return (
    <UnstyledButton
      className={classes.item}
      draggable
      onDragStart={(event) => {
        event.dataTransfer.setData(DRAG_TYPE, definition.type);
        event.dataTransfer.effectAllowed = 'copy';
      }}
      onClick={() => onAdd(definition.type)}
      aria-label={text.title(definition.type)}
      title={text.summary(definition.type)}
    >
      <span
        className={classes.icon}
        style={{
          background: `var(--mantine-color-${color}-light)`,
          color: `var(--mantine-color-${color}-light-color)`,
        }}
      >
        <Icon size={17} stroke={1.8} aria-hidden />
      </span>
      <span className={classes.words}>
        <span className={classes.title}>{text.title(definition.type)}</span>
        <span className={classes.summary}>{text.summary(definition.type)}</span>
      </span>
    </UnstyledButton>
  );
};

/** The node types, by category; drag one onto the canvas or click it. */
export const Palette = ({ onAdded }: { onAdded?: () => void }) => {
  const t = useTranslations('builder.palette');
  const [query, setQuery] = useState('');
  const found = useNodeSearch(query);
  const addStep = useAddStep();
  const add = (type: string) => {
    addStep(type);
    onAdded?.();
  };
  const groups = query.trim() === '' ? CATEGORY_ORDER : undefined;
  return (
    <aside className={classes.palette} aria-label={t('label')}>
      <div className={classes.search}>
        <TextInput
          value={query}
          onChange={(event) => setQuery(event.currentTarget.value)}
          onKeyDown={(event) => {
            const [first] = found;
            if (event.key === 'Enter' && first) add(first.type);
          }}
          placeholder={t('search')}
          aria-label={t('search')}
          leftSection={<IconSearch size={15} />}
          size="sm"
        />
      </div>
      <ScrollArea className={classes.list} type="auto" scrollbarSize={6}>
        {groups?.map((category) => (
          <section key={category} className={classes.group} aria-label={t(`categories.${category}`)}>
            <Text className={classes.category}>{t(`categories.${category}`)}</Text>
            <Stack gap={2}>
              {found
                .filter((definition) => definition.category === category)
                .map((definition) => (
                  <PaletteItem key={definition.type} definition={definition} onAdd={add} />
                ))}
            </Stack>
          </section>
        ))}
        {!groups && (
          <Stack gap={2} className={classes.group}>
            {found.map((definition) => (
              <PaletteItem key={definition.type} definition={definition} onAdd={add} />
            ))}
            {found.length === 0 && (
              <Text size="sm" c="dimmed" px={8}>
                {t('nothing', { query })}
              </Text>
            )}
          </Stack>
        )}
      </ScrollArea>
      <Text className={classes.hint}>{t('hint')}</Text>
    </aside>
  );
};
