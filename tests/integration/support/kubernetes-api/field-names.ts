import * as client from '@kubernetes/client-node';
import { z } from 'zod';

const attributesSchema = z.array(z.object({ baseName: z.string(), type: z.string() }));

const attributesOf = (type: string) => {
  const model: unknown = Object.entries(client).find(([name]) => name === type)?.[1];
  if (typeof model !== 'function' || !('getAttributeTypeMap' in model)) return undefined;
  const { getAttributeTypeMap } = model;
  return typeof getAttributeTypeMap === 'function'
    ? attributesSchema.parse(getAttributeTypeMap.call(model))
    : undefined;
};

/**
 * What an API server with strict validation would refuse in an object: fields that its kind does not have, and values of
 * another type than the field's. Kinds are those of the official client, such as `V1Pod`.
 */
export const wrongFields = (type: string, value: unknown, at = type): string[] => {
  if (value === null || value === undefined) return [];
  const [, item] = /^Array<(.+)>$/.exec(type) ?? [];
  if (item) {
    if (!Array.isArray(value)) return [`${at} is no list`];
    return value.flatMap((entry, index) => wrongFields(item, entry, `${at}[${index}]`));
  }
  const [, entry] = /^\{ \[key: string\]: (.+); \}$/.exec(type) ?? [];
  const attributes = attributesOf(type);
  if (!entry && !attributes) return isScalar(type, value) ? [] : [`${at} is no ${type}`];
  if (typeof value !== 'object') return [`${at} is no object`];
  return Object.entries(value).flatMap(([name, inner]) => {
    const path = `${at}.${name}`;
    if (entry) return wrongFields(entry, inner, path);
    const attribute = attributes?.find(({ baseName }) => baseName === name);
    return attribute ? wrongFields(attribute.type, inner, path) : [`${path} does not exist`];
  });
};

const isScalar = (type: string, value: unknown): boolean => {
  switch (type) {
    case 'string':
    case 'number':
    case 'boolean':
      return typeof value === type;
    case 'IntOrString':
      return typeof value === 'string' || typeof value === 'number';
    case 'Date':
    case 'V1MicroTime':
      return typeof value === 'string';
    default:
      return type === 'any' || type === 'object';
  }
};
