-- CreateEnum
CREATE TYPE "wait_kind" AS ENUM ('human', 'timer', 'budget');

-- CreateEnum
CREATE TYPE "credential_kind" AS ENUM ('api_key', 'basic', 'bearer', 'oauth2_client_credentials', 'oauth2_authorization_code', 'database');

-- AlterEnum
ALTER TYPE "step_status" ADD VALUE 'waiting';

-- AlterTable
ALTER TABLE "execution_events" ADD COLUMN     "iteration" TEXT NOT NULL DEFAULT '';

-- AlterTable
ALTER TABLE "execution_steps" DROP CONSTRAINT "execution_steps_pkey",
ADD COLUMN     "cached" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "edited" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "iteration" TEXT NOT NULL DEFAULT '',
ADD COLUMN     "reused_from_id" UUID,
ADD CONSTRAINT "execution_steps_pkey" PRIMARY KEY ("execution_id", "node_id", "iteration");

-- AlterTable
ALTER TABLE "executions" ADD COLUMN     "active_ms" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "active_since" TIMESTAMPTZ(3),
ADD COLUMN     "losses" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "only_node_id" TEXT,
ADD COLUMN     "resume_at" TIMESTAMPTZ(3);

-- AlterTable
ALTER TABLE "model_calls" DROP CONSTRAINT "model_calls_pkey",
ADD COLUMN     "iteration" TEXT NOT NULL DEFAULT '',
ADD COLUMN     "reserved_usd" DECIMAL(14,8) NOT NULL DEFAULT 0,
ADD COLUMN     "reserved_until" TIMESTAMPTZ(3),
ADD CONSTRAINT "model_calls_pkey" PRIMARY KEY ("execution_id", "node_id", "iteration", "attempt", "call_index", "request_hash");

-- CreateIndex
CREATE INDEX "model_calls_completed_at_idx" ON "model_calls"("completed_at");

-- CreateTable
CREATE TABLE "host_calls" (
    "execution_id" UUID NOT NULL,
    "node_id" TEXT NOT NULL,
    "iteration" TEXT NOT NULL DEFAULT '',
    "attempt" INTEGER NOT NULL,
    "call_index" INTEGER NOT NULL,
    "request_hash" TEXT NOT NULL,
    "method" TEXT NOT NULL,
    "repeatable" BOOLEAN NOT NULL,
    "response" JSON,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "completed_at" TIMESTAMPTZ(3),

    CONSTRAINT "host_calls_pkey" PRIMARY KEY ("execution_id","node_id","iteration","attempt","call_index","request_hash")
);

-- CreateTable
CREATE TABLE "waits" (
    "id" UUID NOT NULL,
    "execution_id" UUID NOT NULL,
    "node_id" TEXT NOT NULL,
    "iteration" TEXT NOT NULL DEFAULT '',
    "attempt" INTEGER NOT NULL,
    "call_index" INTEGER NOT NULL,
    "kind" "wait_kind" NOT NULL,
    "request" JSONB NOT NULL,
    "until" TIMESTAMPTZ(3),
    "response" JSONB,
    "answered_by_id" UUID,
    "answered_by" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "closed_at" TIMESTAMPTZ(3),

    CONSTRAINT "waits_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "execution_files" (
    "execution_id" UUID NOT NULL,
    "path" TEXT NOT NULL,
    "media_type" TEXT NOT NULL,
    "size" INTEGER NOT NULL,
    "content" BYTEA NOT NULL,
    "node_id" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "execution_files_pkey" PRIMARY KEY ("execution_id","path")
);

-- CreateTable
CREATE TABLE "loaded_workflows" (
    "execution_id" UUID NOT NULL,
    "reference" TEXT NOT NULL,
    "workflow_id" UUID NOT NULL,
    "version_id" UUID NOT NULL,

    CONSTRAINT "loaded_workflows_pkey" PRIMARY KEY ("execution_id","reference")
);

-- CreateTable
CREATE TABLE "credentials" (
    "id" UUID NOT NULL,
    "workspace_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "kind" "credential_kind" NOT NULL,
    "settings" JSONB NOT NULL DEFAULT '{}',
    "allowed_hosts" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "ciphertext" BYTEA NOT NULL,
    "key_version" INTEGER NOT NULL,
    "last_four" TEXT NOT NULL DEFAULT '',
    "revision" INTEGER NOT NULL DEFAULT 0,
    "expires_at" TIMESTAMPTZ(3),
    "connected_at" TIMESTAMPTZ(3),
    "last_used_at" TIMESTAMPTZ(3),
    "last_error" TEXT,
    "created_by_id" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "credentials_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "model_prices" (
    "workspace_id" UUID NOT NULL,
    "model" TEXT NOT NULL,
    "input" DECIMAL(14,6) NOT NULL,
    "cached_input" DECIMAL(14,6) NOT NULL,
    "output" DECIMAL(14,6) NOT NULL,

    CONSTRAINT "model_prices_pkey" PRIMARY KEY ("workspace_id","model")
);

-- CreateTable
CREATE TABLE "model_cache_entries" (
    "workspace_id" UUID NOT NULL,
    "key" TEXT NOT NULL,
    "response" JSON NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "model_cache_entries_pkey" PRIMARY KEY ("workspace_id","key")
);

-- CreateIndex
CREATE INDEX "waits_execution_id_closed_at_idx" ON "waits"("execution_id", "closed_at");

-- CreateIndex
CREATE UNIQUE INDEX "waits_execution_id_node_id_iteration_attempt_call_index_kin_key" ON "waits"("execution_id", "node_id", "iteration", "attempt", "call_index", "kind");

-- CreateIndex
CREATE UNIQUE INDEX "credentials_workspace_id_name_key" ON "credentials"("workspace_id", "name");

-- CreateIndex
CREATE INDEX "model_cache_entries_created_at_idx" ON "model_cache_entries"("created_at");

-- CreateIndex
CREATE INDEX "executions_status_resume_at_idx" ON "executions"("status", "resume_at");

-- AddForeignKey
ALTER TABLE "host_calls" ADD CONSTRAINT "host_calls_execution_id_fkey" FOREIGN KEY ("execution_id") REFERENCES "executions"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "waits" ADD CONSTRAINT "waits_execution_id_fkey" FOREIGN KEY ("execution_id") REFERENCES "executions"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "execution_files" ADD CONSTRAINT "execution_files_execution_id_fkey" FOREIGN KEY ("execution_id") REFERENCES "executions"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "loaded_workflows" ADD CONSTRAINT "loaded_workflows_execution_id_fkey" FOREIGN KEY ("execution_id") REFERENCES "executions"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "credentials" ADD CONSTRAINT "credentials_workspace_id_fkey" FOREIGN KEY ("workspace_id") REFERENCES "workspaces"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "model_prices" ADD CONSTRAINT "model_prices_workspace_id_fkey" FOREIGN KEY ("workspace_id") REFERENCES "workspaces"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "model_cache_entries" ADD CONSTRAINT "model_cache_entries_workspace_id_fkey" FOREIGN KEY ("workspace_id") REFERENCES "workspaces"("id") ON DELETE CASCADE ON UPDATE CASCADE;
