'use client';

import { Paper, Table, Text, Title } from '@mantine/core';
import { type ReactNode, useId } from 'react';
import classes from './usage-table.module.css';

export type UsageColumn<Row> = { title: string; render: (row: Row) => ReactNode; number?: boolean };

type UsageTableProps<Row> = {
  title: string;
  columns: UsageColumn<Row>[];
  rows: Row[];
  keyOf: (row: Row) => string;
  empty: string;
};

/** A table of figures that scrolls sideways inside its card on narrow screens. */
export const UsageTable = <Row,>({ title, columns, rows, keyOf, empty }: UsageTableProps<Row>) => {
  const id = useId();
  return (
    <Paper withBorder className={classes.card} component="section" aria-labelledby={id}>
      <Title order={2} id={id} className={classes.title}>
        {title}
      </Title>
      {rows.length === 0 ? (
        <Text size="sm" c="dimmed" px="md" pb="md">
          {empty}
        </Text>
      ) : (
        <Table.ScrollContainer minWidth={620}>
          <Table verticalSpacing="xs" horizontalSpacing="md" highlightOnHover>
            <Table.Thead>
              <Table.Tr>
                {columns.map((column) => (
                  <Table.Th key={column.title} className={column.number ? classes.number : undefined}>
                    {column.title}
                  </Table.Th>
                ))}
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {rows.map((row) => (
                <Table.Tr key={keyOf(row)}>
                  {columns.map((column) => (
                    <Table.Td key={column.title} className={column.number ? classes.number : undefined}>
                      {column.render(row)}
                    </Table.Td>
                  ))}
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
    </Paper>
  );
};
