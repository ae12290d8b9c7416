-- CreateEnum
CREATE TYPE "execution_priority" AS ENUM ('interactive', 'batch');

-- CreateEnum
CREATE TYPE "webhook_response" AS ENUM ('immediate', 'result');

-- AlterTable
ALTER TABLE "execution_steps" ADD COLUMN     "cpu_ms" INTEGER,
ADD COLUMN     "memory_peak_kib" INTEGER;

-- AlterTable
ALTER TABLE "executions" ADD COLUMN     "priority" "execution_priority" NOT NULL DEFAULT 'interactive',
ADD COLUMN     "schedule_id" UUID,
ADD COLUMN     "start_after" TIMESTAMPTZ(3),
ADD COLUMN     "trace_parent" TEXT,
ADD COLUMN     "webhook_id" UUID;

-- AlterTable
ALTER TABLE "provider_keys" ADD COLUMN     "max_calls_per_minute" INTEGER,
ADD COLUMN     "max_concurrent_calls" INTEGER;

-- AlterTable
ALTER TABLE "workspaces" ADD COLUMN     "last_claimed_at" TIMESTAMPTZ(3),
ADD COLUMN     "max_host_calls" INTEGER NOT NULL DEFAULT 32,
ADD COLUMN     "max_host_calls_per_minute" INTEGER NOT NULL DEFAULT 6000;

-- CreateTable
CREATE TABLE "executors" (
    "id" TEXT NOT NULL,
    "sandbox" TEXT NOT NULL,
    "concurrency" INTEGER NOT NULL,
    "running" INTEGER NOT NULL DEFAULT 0,
    "started_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "heartbeat_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "executors_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "workspace_days" (
    "workspace_id" UUID NOT NULL,
    "day" DATE NOT NULL,
    "executions" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "workspace_days_pkey" PRIMARY KEY ("workspace_id","day")
);

-- CreateTable
CREATE TABLE "schedules" (
    "id" UUID NOT NULL,
    "workspace_id" UUID NOT NULL,
    "workflow_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "cron" TEXT NOT NULL,
    "timezone" TEXT NOT NULL,
    "input" JSON NOT NULL DEFAULT '{}',
    "enabled" BOOLEAN NOT NULL DEFAULT true,
    "skip_if_running" BOOLEAN NOT NULL DEFAULT true,
    "next_run_at" TIMESTAMPTZ(3),
    "last_run_at" TIMESTAMPTZ(3),
    "last_execution_id" UUID,
    "last_error" TEXT,
    "created_by_id" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "schedules_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "webhooks" (
    "id" UUID NOT NULL,
    "workspace_id" UUID NOT NULL,
    "workflow_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "token" TEXT NOT NULL,
    "signed" BOOLEAN NOT NULL DEFAULT true,
    "ciphertext" BYTEA NOT NULL,
    "key_version" INTEGER NOT NULL,
    "response" "webhook_response" NOT NULL DEFAULT 'immediate',
    "enabled" BOOLEAN NOT NULL DEFAULT true,
    "last_used_at" TIMESTAMPTZ(3),
    "created_by_id" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "webhooks_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "webhook_deliveries" (
    "id" UUID NOT NULL,
    "webhook_id" UUID NOT NULL,
    "delivery_id" TEXT,
    "execution_id" UUID,
    "refusal" TEXT,
    "detail" TEXT,
    "repeats" INTEGER NOT NULL DEFAULT 0,
    "received_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "webhook_deliveries_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "rate_limits" (
    "key" VARCHAR(255) NOT NULL,
    "points" INTEGER NOT NULL DEFAULT 0,
    "expire" BIGINT,

    CONSTRAINT "rate_limits_pkey" PRIMARY KEY ("key")
);

-- CreateIndex
CREATE INDEX "executors_heartbeat_at_idx" ON "executors"("heartbeat_at");

-- CreateIndex
CREATE INDEX "schedules_enabled_next_run_at_idx" ON "schedules"("enabled", "next_run_at");

-- CreateIndex
CREATE INDEX "schedules_workflow_id_idx" ON "schedules"("workflow_id");

-- CreateIndex
CREATE UNIQUE INDEX "webhooks_token_key" ON "webhooks"("token");

-- CreateIndex
CREATE INDEX "webhooks_workflow_id_idx" ON "webhooks"("workflow_id");

-- CreateIndex
CREATE INDEX "webhook_deliveries_webhook_id_id_idx" ON "webhook_deliveries"("webhook_id", "id" DESC);

-- CreateIndex
CREATE INDEX "webhook_deliveries_received_at_idx" ON "webhook_deliveries"("received_at");

-- AddForeignKey
ALTER TABLE "workspace_days" ADD CONSTRAINT "workspace_days_workspace_id_fkey" FOREIGN KEY ("workspace_id") REFERENCES "workspaces"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "schedules" ADD CONSTRAINT "schedules_workspace_id_fkey" FOREIGN KEY ("workspace_id") REFERENCES "workspaces"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "schedules" ADD CONSTRAINT "schedules_workflow_id_fkey" FOREIGN KEY ("workflow_id") REFERENCES "workflows"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "webhooks" ADD CONSTRAINT "webhooks_workspace_id_fkey" FOREIGN KEY ("workspace_id") REFERENCES "workspaces"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "webhooks" ADD CONSTRAINT "webhooks_workflow_id_fkey" FOREIGN KEY ("workflow_id") REFERENCES "workflows"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "webhook_deliveries" ADD CONSTRAINT "webhook_deliveries_webhook_id_fkey" FOREIGN KEY ("webhook_id") REFERENCES "webhooks"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- Partial indexes, which the schema cannot write.
CREATE UNIQUE INDEX "webhook_deliveries_accepted" ON "webhook_deliveries" ("webhook_id", "delivery_id") WHERE "execution_id" IS NOT NULL;
DROP INDEX "executions_status_resume_at_idx";
DROP INDEX "executions_status_heartbeat_at_idx";
CREATE INDEX "executions_queued" ON "executions" ("workspace_id", "priority", "queued_at") WHERE "status" = 'queued';
CREATE INDEX "executions_running" ON "executions" ("workspace_id") WHERE "status" = 'running';
CREATE INDEX "executions_waiting" ON "executions" ("resume_at") WHERE "status" = 'waiting';

-- Gives one execution to an executor: state, fence and log line. The caller holds its row lock and has found it free.
CREATE FUNCTION claim_execution(p_id uuid, p_executor_id text, p_sandbox text, p_now timestamptz)
RETURNS SETOF executions ROWS 1 LANGUAGE plpgsql AS $$
DECLARE
  claimed executions%ROWTYPE;
BEGIN
  UPDATE executions AS e
  SET status = 'running', attempt_id = gen_random_uuid(), attempts = e.attempts + 1, executor_id = p_executor_id,
      sandbox = p_sandbox, heartbeat_at = p_now, started_at = COALESCE(e.started_at, p_now), active_since = p_now,
      resume_at = NULL, last_seq = e.last_seq + 1
  WHERE e.id = p_id
  RETURNING * INTO STRICT claimed;
  UPDATE workspaces SET last_claimed_at = p_now WHERE id = claimed.workspace_id;
  INSERT INTO execution_events (execution_id, seq, type, message, data, created_at)
  VALUES (
    p_id, claimed.last_seq, 'execution_claimed',
    CASE WHEN claimed.attempts = 1 THEN 'Taken by an executor.'
      ELSE format('Taken by an executor, claim %s.', claimed.attempts) END,
    jsonb_build_object('executorId', p_executor_id, 'attempts', claimed.attempts, 'sandbox', p_sandbox),
    p_now
  );
  RETURN NEXT claimed;
END $$;

-- Claims the queued execution that is next in fairness: interactive before batch (which counts as interactive once it has
-- waited for five minutes), then of the workspace with the fewest running ones, then of the one that was served least
-- recently, then the oldest. Gives no row when there is none to be had, and one without an id when somebody else
-- was claiming for the same workspaces: ask again.
CREATE FUNCTION claim_next_execution(p_executor_id text, p_sandbox text, p_now timestamptz)
RETURNS SETOF executions ROWS 1 LANGUAGE plpgsql AS $$
DECLARE
  now_at timestamptz := COALESCE(p_now, clock_timestamp());
  candidate record;
  next_id uuid;
  contended boolean := false;
BEGIN
  -- The lock on the workspace is held until the commit is done: with a wait for the disk in it, one workspace had about 90
  -- claims a second. A crash may so forget a claim, but only with all that its executor wrote since (commits reach the
  -- disk in order): the fence refuses what comes later, and nothing was called that nobody remembers.
  PERFORM set_config('synchronous_commit', 'off', true);
  FOR candidate IN
    WITH RECURSIVE queued(workspace_id) AS (
      (SELECT e.workspace_id FROM executions e WHERE e.status = 'queued' ORDER BY e.workspace_id LIMIT 1)
      UNION ALL
      SELECT (
        SELECT e.workspace_id FROM executions e
        WHERE e.status = 'queued' AND e.workspace_id > queued.workspace_id ORDER BY e.workspace_id LIMIT 1
      ) FROM queued WHERE queued.workspace_id IS NOT NULL
    )
    SELECT w.id AS workspace_id, w.max_concurrency, head.id AS execution_id
    FROM queued
    JOIN workspaces w ON w.id = queued.workspace_id
    CROSS JOIN LATERAL (
      SELECT first.* FROM (
        (SELECT e.id, e.queued_at, 0 AS rank FROM executions e
         WHERE e.status = 'queued' AND e.workspace_id = w.id AND e.priority = 'interactive' AND e.queued_at <= now_at
           AND e.cancel_requested_at IS NULL
         ORDER BY e.queued_at LIMIT 1)
        UNION ALL
        (SELECT e.id, e.queued_at, CASE WHEN e.queued_at < now_at - interval '5 minutes' THEN 0 ELSE 1 END AS rank
         FROM executions e
         WHERE e.status = 'queued' AND e.workspace_id = w.id AND e.priority = 'batch' AND e.queued_at <= now_at
           AND e.cancel_requested_at IS NULL
         ORDER BY e.queued_at LIMIT 1)
      ) AS first ORDER BY first.rank, first.queued_at LIMIT 1
    ) AS head
    CROSS JOIN LATERAL (
      SELECT count(*) AS running FROM executions e WHERE e.status = 'running' AND e.workspace_id = w.id
    ) AS busy
    WHERE busy.running < w.max_concurrency
    ORDER BY head.rank, busy.running, w.last_claimed_at NULLS FIRST, head.queued_at
    LIMIT 50
  LOOP
    -- Claims of one workspace go one by one, or two could both see room for one more. Nobody waits for a lock here,
    -- since a caller may come to hold several.
    PERFORM 1 FROM workspaces WHERE id = candidate.workspace_id FOR NO KEY UPDATE SKIP LOCKED;
    IF NOT FOUND THEN
      contended := true;
      CONTINUE;
    END IF;
    IF (SELECT count(*) FROM executions e WHERE e.status = 'running' AND e.workspace_id = candidate.workspace_id)
      >= candidate.max_concurrency THEN
      CONTINUE;
    END IF;
    SELECT e.id INTO next_id FROM executions e
    WHERE e.id = candidate.execution_id AND e.status = 'queued' AND e.cancel_requested_at IS NULL
    FOR UPDATE SKIP LOCKED;
    IF next_id IS NULL THEN
      contended := true;
      CONTINUE;
    END IF;
    RETURN QUERY SELECT * FROM claim_execution(next_id, p_executor_id, p_sandbox, now_at);
    RETURN;
  END LOOP;
  IF contended THEN
    RETURN NEXT NULL::executions;
  END IF;
END $$;
