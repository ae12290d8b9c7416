/** Prompts of steps that give none themselves. The task is `input.task`, as `AgentWorkflow.run` makes it. */

const CONTEXT = String.raw`{{ input.context != null ? "\n\n<context>\n" & ($type(input.context) = "string" ? input.context : $string(input.context)) & "\n</context>" : "" }}`;

/** For the first step, and for steps side by side. */
export const TASK_PROMPT = `{{ input.task }}${CONTEXT}`;

/** For a step after another: the task, and what the one before gave. */
export const promptAfter = (stepId: string): string => `{{ input.task }}

<${stepId}>
{{ previous }}
</${stepId}>${CONTEXT}`;

/** For an agent that works on one item of a list. */
export const ITEM_PROMPT = `{{ item }}${CONTEXT}`;
