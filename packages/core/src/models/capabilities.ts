import { type ProviderId, parseModelId } from './catalog.ts';

/** What a model takes; requests leave out what it would refuse. */
export type ModelCapabilities = {
  /** Reasoning models choose for themselves and refuse the setting. */
  takesTemperature: boolean;
  takesImages: boolean;
  /**
   * How `reasoningEffort` is told to it. `effort`: as such. `level`: Gemini's thinking level. `budget`: as a number of
   * tokens to think. `none`: it does not reason, and nothing is sent.
   */
  reasoning: 'effort' | 'level' | 'budget' | 'none';
  /** Its server holds the answer to a JSON Schema. Otherwise the schema is only told in words. */
  takesSchema: boolean;
  /** Also while it has tools. */
  takesSchemaWithTools: boolean;
  /** The most that one image counts. */
  imageTokens: number;
};

type Rule = [name: RegExp, more: Partial<ModelCapabilities>];

/** Anthropic, OpenAI and Google count at most about 5,000 tokens for the largest image that is not scaled down. */
const COMMON: ModelCapabilities = {
  takesTemperature: true,
  takesImages: true,
  reasoning: 'none',
  takesSchema: true,
  takesSchemaWithTools: true,
  imageTokens: 6_000,
};

/** Leaving the temperature out is taken by every model, so it is what happens to names that nobody knows yet. */
const REASONS: Partial<ModelCapabilities> = { takesTemperature: false, reasoning: 'effort' };
const WORDS_ONLY: Partial<ModelCapabilities> = { takesSchema: false, takesSchemaWithTools: false };

/**
 * By the model's name, so that a name somebody types works as well as one of the catalogue; the first rule counts.
 * Anthropic: platform.claude.com/docs/en/build-with-claude/{extended-thinking,effort}. OpenAI:
 * developers.openai.com/api/docs/guides/reasoning. Google: ai.google.dev/gemini-api/docs/{thinking,structured-output}.
 */
const RULES: Record<ProviderId, Rule[]> = {
  anthropic: [
    [/^claude-(?:sonnet|opus)-4-6/, { reasoning: 'effort' }],
    [/^claude-(?:opus|sonnet|haiku)-4-5|^claude-(?:opus|sonnet)-4(?:-[01]|-2|$)|^claude-3-7/, { reasoning: 'budget' }],
    [/^claude-3/, {}],
    [/^/, REASONS],
  ],
  openai: [
    [/^o1-(?:mini|preview)/, { ...REASONS, ...WORDS_ONLY, reasoning: 'none', takesImages: false }],
    [/^o3-mini/, { ...REASONS, takesImages: false }],
    [/^o\d/, REASONS],
    [/^gpt-\d+(?:\.\d+)?-chat/, {}],
    [/^(?:ft:)?gpt-4o-mini/, { imageTokens: 50_000 }],
    [/^(?:ft:)?(?:gpt-4[.o]|chatgpt-4o)/, {}],
    [/^(?:ft:)?gpt-4-turbo/, WORDS_ONLY],
    [/^(?:ft:)?gpt-(?:4(?:-|$)|3)/, { ...WORDS_ONLY, takesImages: false }],
    [/^gpt-/, REASONS],
    [/^/, { takesTemperature: false }],
  ],
  google: [
    [/^gemini-2\.5/, { reasoning: 'budget', takesSchemaWithTools: false }],
    [/^gemini-(?:1|2\.0)/, { takesSchemaWithTools: false }],
    [/^gemini-/, { reasoning: 'level' }],
    [/^gemma-/, WORDS_ONLY],
    [/^/, { takesSchemaWithTools: false }],
  ],
  openai_compatible: [
    [/(?:^|\/)(?:o\d(?:-|$)|gpt-[5-9])/, REASONS],
    [
      /gpt-oss|qwq|magistral|deepseek-(?:r1|v3\.[1-9])|qwen-?3(?![.\d]|.*vl)/i,
      { reasoning: 'effort', takesImages: false },
    ],
    [
      /vision|llava|[-_\d]vl(?:[-:_]|$)|qwen-?3\.5|llama-?4|gemma-?[34]|pixtral|mistral-small-?3|minicpm-v|moondream/i,
      {},
    ],
    [
      /llama|mistral|mixtral|qwen|phi-?\d|gemma|deepseek|granite|smollm|starcoder|command-r|hermes|vicuna|yi-/i,
      { takesImages: false },
    ],
    [/^/, {}],
  ],
  demo: [[/^/, { takesImages: false, takesTemperature: false }]],
};

/** Of a `provider/model`; of `auto` and unknown providers what most models take. */
export const capabilitiesOf = (modelId: string): ModelCapabilities => {
  const parsed = parseModelId(modelId);
  if (!parsed) return COMMON;
  const [, more] = RULES[parsed.provider].find(([name]) => name.test(parsed.model)) ?? [];
  return { ...COMMON, ...more };
};
