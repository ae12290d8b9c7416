'use client';

import { ActionIcon, CopyButton, Group, SegmentedControl, Text, TextInput, Tooltip } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconCheck, IconCopy, IconDownload, IconSearch } from '@tabler/icons-react';
import { useTranslations } from 'next-intl';
import { useMemo, useState } from 'react';
import { useFormat } from '../../../lib/use-format.ts';
import { downloadText } from './download-text.ts';
import { JsonTree } from './json-tree.tsx';
import { MarkdownText } from './markdown-text.tsx';
import classes from './payload-view.module.css';
import { searchJson } from './search-json.ts';

type Mode = 'formatted' | 'plain' | 'tree';

/** Characters of plain text put into the page; the download has all of them. */
const PLAIN_LIMIT = 200_000;
/** A search field for four lines would be noise. */
const SEARCH_FROM = 200;

type PayloadViewProps = {
  value: unknown;
  /** For the downloaded file, without extension. */
  fileName: string;
  /** Largest height in px before it scrolls. */
  maxHeight?: number;
};

/** Any value a step took or gave: text as Markdown or plain, everything else as a JSON tree. Copy, download, search. */
export const PayloadView = ({ value, fileName, maxHeight = 420 }: PayloadViewProps) => {
  const t = useTranslations('executions.payload');
  const format = useFormat();
  const isText = typeof value === 'string';
  const raw = useMemo(() => (isText ? value : (JSON.stringify(value, null, 2) ?? 'null')), [isText, value]);
  const modes: Mode[] = isText ? ['formatted', 'plain'] : ['tree', 'plain'];
  const [chosen, setChosen] = useState<Mode | null>(null);
  const mode = chosen && modes.includes(chosen) ? chosen : (modes[0] ?? 'plain');
  const [search, setSearch] = useState('');
  const [needle] = useDebouncedValue(search, 150);
  const found = useMemo(
    () => (mode === 'tree' && needle.trim() !== '' ? searchJson(value, needle) : null),
    [mode, needle, value],
  );

  return (
    <div className={classes.view}>
      <Group gap={6} className={classes.bar} wrap="nowrap">
        <SegmentedControl
          size="xs"
          value={mode}
          onChange={(next) => setChosen(modes.find((one) => one === next) ?? null)}
          data={modes.map((one) => ({ value: one, label: t(`mode.${one}`) }))}
        />
        {mode === 'tree' && raw.length > SEARCH_FROM && (
          <TextInput
            size="xs"
            className={classes.search}
            placeholder={t('search')}
            aria-label={t('search')}
            leftSection={<IconSearch size={13} />}
            rightSectionWidth={56}
            rightSection={
              found && (
                <Text size="xs" c="dimmed" aria-live="polite">
                  {found.capped ? `${found.matches.size}+` : found.matches.size}
                </Text>
              )
            }
            value={search}
            onChange={(event) => setSearch(event.currentTarget.value)}
          />
        )}
        <Text size="xs" c="dimmed" className={classes.size}>
          {format.bytes(raw.length)}
        </Text>
        <CopyButton value={raw}>
          {({ copied, copy }) => (
            <Tooltip label={copied ? t('copied') : t('copy')}>
              <ActionIcon
                variant="subtle"
                color={copied ? 'thread' : 'gray'}
                size="sm"
                onClick={copy}
                aria-label={t('copy')}
              >
                {copied ? <IconCheck size={15} /> : <IconCopy size={15} />}
              </ActionIcon>
            </Tooltip>
          )}
        </CopyButton>
        <Tooltip label={t('download')}>
          <ActionIcon
            variant="subtle"
            color="gray"
            size="sm"
            aria-label={t('download')}
            onClick={() => downloadText(isText ? `${fileName}.txt` : `${fileName}.json`, raw)}
          >
            <IconDownload size={15} />
          </ActionIcon>
        </Tooltip>
      </Group>
      {/* Scrolls by keyboard as well. */}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard. */}
      <section className={classes.body} style={{ maxHeight }} tabIndex={0} aria-label={t('content')}>
        {mode === 'tree' && <JsonTree value={value} found={found} />}
        {mode === 'formatted' && <MarkdownText text={raw} />}
        {mode === 'plain' && (
          <pre className={classes.plain}>
            {raw.slice(0, PLAIN_LIMIT)}
            {raw.length > PLAIN_LIMIT && `\n… ${t('cut', { count: raw.length - PLAIN_LIMIT })}`}
          </pre>
        )}
      </section>
    </div>
  );
};
