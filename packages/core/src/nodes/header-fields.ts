import { z } from 'zod';
import { template } from '../definition/fields.ts';
import type { ExecuteContext } from './node-type.ts';

/** The headers of a request, as a list in the form. */
export const headersField = () =>
  z
    .array(
      z.strictObject({
        name: z
          .string()
          .regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,200}$/, 'must be a header name, such as Accept')
          .meta({ title: 'Name', placeholder: 'Accept' }),
        value: template({ title: 'Value', multiline: false }).default(''),
      }),
    )
    .max(50)
    .default([])
    .meta({ title: 'Headers' });

export const renderHeaders = async (
  headers: readonly { name: string; value: string }[],
  { render }: Pick<ExecuteContext<unknown>, 'render'>,
): Promise<Record<string, string>> => {
  const rendered: Record<string, string> = {};
  for (const { name, value } of headers) rendered[name] = await render(value);
  return rendered;
};
