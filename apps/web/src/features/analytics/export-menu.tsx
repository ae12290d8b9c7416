'use client';

import { Button, Menu } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import dayjs from 'dayjs';
import { useTranslations } from 'next-intl';
import { downloadText } from '../executions/payload/download-text.ts';
import { analyticsCsv, CSV_TABLES } from './analytics-csv.ts';
import type { Analytics } from './analytics-view.ts';
import type { DateRange } from './period.ts';

export const ExportMenu = ({ data, range }: { data: Analytics; range: DateRange }) => {
  const t = useTranslations('analytics');
  const days = [range.from, new Date(range.to.getTime() - 1)].map((date) => dayjs(date).format('YYYY-MM-DD')).join('_');
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button variant="default" leftSection={<IconDownload size={16} />}>
          {t('export.label')}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {CSV_TABLES.map((table) => (
          <Menu.Item
            key={table}
            onClick={() =>
              downloadText(`agentweaver-${table}-${days}.csv`, analyticsCsv[table](data), 'text/csv;charset=utf-8')
            }
          >
            {t(`export.${table}`)}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
};
