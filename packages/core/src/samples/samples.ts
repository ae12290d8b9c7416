import { dataCheck } from './data-check.ts';
import { documentDigest } from './document-digest.ts';
import { reviewBatch } from './review-batch.ts';
import { reviewedArticle } from './reviewed-article.ts';
import type { Sample } from './sample.ts';
import { teamBriefing } from './team-briefing.ts';
import { ticketTriage } from './ticket-triage.ts';

/** Workflows that a new workspace can start from. They run on the demo model and mean something with a real one. */
export const SAMPLES: Sample[] = [ticketTriage, documentDigest, dataCheck, reviewedArticle, reviewBatch, teamBriefing];
