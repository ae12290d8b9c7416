import { type APIRequestContext, type APIResponse, expect, request } from '@playwright/test';
import { z } from 'zod';
import type { Demo } from './demo.ts';

const executionSchema = z.object({
  id: z.string(),
  workflow_id: z.string(),
  status: z.enum(['queued', 'running', 'waiting', 'completed', 'failed', 'cancelled']),
  input_data: z.unknown(),
  results: z.unknown(),
  execution_time: z.number().nullable(),
  total_cost: z.number(),
  started_at: z.string().nullable(),
  completed_at: z.string().nullable(),
  error_message: z.string().nullable(),
});
export type ApiExecution = z.infer<typeof executionSchema>;

const logsSchema = z.object({
  logs: z.array(
    z.object({
      agent_role: z.string().nullable(),
      log_level: z.string(),
      message: z.string(),
      metadata: z.unknown(),
      created_at: z.string(),
    }),
  ),
});

const problemSchema = z.object({
  title: z.string(),
  status: z.number(),
  detail: z.string().optional(),
  errors: z.array(z.object({ field: z.string(), message: z.string() })).optional(),
});
export type ApiProblem = z.infer<typeof problemSchema>;

/** A client of `/api/v1` with a bearer token; answers are checked for their shape. */
export class Api {
  readonly context: APIRequestContext;

  private constructor(context: APIRequestContext) {
    this.context = context;
  }

  static async open({ url, token }: Pick<Demo, 'url' | 'token'>): Promise<Api> {
    return new Api(
      await request.newContext({ baseURL: `${url}/api/v1/`, extraHTTPHeaders: { authorization: `Bearer ${token}` } }),
    );
  }

  close(): Promise<void> {
    return this.context.dispose();
  }

  async createWorkflow(name: string, definition: unknown): Promise<string> {
    const response = await this.context.post('workflows', { data: { name, definition } });
    expect(response.status(), await response.text()).toBe(201);
    return z.object({ id: z.string() }).parse(await response.json()).id;
  }

  async execute(workflowId: string, input: unknown, headers: Record<string, string> = {}): Promise<string> {
    const response = await this.context.post(`workflows/${workflowId}/execute`, {
      data: { input_data: input },
      headers,
    });
    expect(response.status(), await response.text()).toBe(202);
    const started = z.object({ execution_id: z.string(), status: z.string() }).parse(await response.json());
    return started.execution_id;
  }

  async execution(id: string): Promise<ApiExecution> {
    const response = await this.context.get(`executions/${id}`);
    expect(response.status(), await response.text()).toBe(200);
    return executionSchema.parse(await response.json());
  }

  /** Polls until the execution has this status. */
  async waitFor(id: string, status: ApiExecution['status']): Promise<ApiExecution> {
    await expect.poll(async () => (await this.execution(id)).status, { timeout: 45_000 }).toBe(status);
    return this.execution(id);
  }

  async logs(id: string): Promise<z.infer<typeof logsSchema>['logs']> {
    const response = await this.context.get(`executions/${id}/logs`);
    expect(response.status(), await response.text()).toBe(200);
    return logsSchema.parse(await response.json()).logs;
  }
}

/** Checks that a refusal is problem+json with this status, and returns it. */
export const problemOf = async (response: APIResponse, status: number): Promise<ApiProblem> => {
  expect(response.status(), await response.text()).toBe(status);
  expect(response.headers()['content-type']).toContain('application/problem+json');
  return problemSchema.parse(await response.json());
};
