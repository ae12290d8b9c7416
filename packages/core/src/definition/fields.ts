import { z } from 'zod';

/** How the editor shows a field, carried in the JSON Schema that the form is generated from. */
export type FieldMeta = {
  title: string;
  description?: string;
  /**
   * `template`: text with `{{ JSONata }}`. `code`: JavaScript. `json`: JSON text. `model`: the model picker.
   * `tools`: a list of `{ tool, settings }`, the tools that an agent may use. `credential`: the name of one of the
   * workspace's credentials. `workflow`: the id of one of its workflows. `step`: the id of another node of the graph.
   */
  widget?:
    | 'template'
    | 'code'
    | 'json'
    | 'jsonata'
    | 'model'
    | 'textarea'
    | 'tools'
    | 'credential'
    | 'workflow'
    | 'step';
  /** For `template` and text widgets: more than one line. */
  multiline?: boolean;
  placeholder?: string;
  /** The field matters only when its sibling `field` has this value, or one of these; otherwise the form hides it. */
  visibleWhen?: { field: string; equals: string | boolean | readonly string[] };
};

declare module 'zod' {
  // biome-ignore lint/style/useConsistentTypeDefinitions: only an interface merges with zod's own.
  interface GlobalMeta {
    widget?: FieldMeta['widget'];
    multiline?: boolean;
    placeholder?: string;
    visibleWhen?: FieldMeta['visibleWhen'];
  }
}

/** The longest text a single field may hold, in characters. */
export const MAX_FIELD_LENGTH = 100_000;

/**
 * A text field that may hold `{{ … }}` expressions. Validation checks the syntax of every
 * such field and that it refers to ancestors only; the node evaluates it when it runs.
 */
export const template = (meta: Omit<FieldMeta, 'widget'>) =>
  z
    .string()
    .max(MAX_FIELD_LENGTH)
    .meta({ multiline: true, ...meta, widget: 'template' });
