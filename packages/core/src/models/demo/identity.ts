/** Said wherever the model appears: nobody may take it for an AI. */
export const DEMO_MODEL_NAME = 'Demo model (offline, not an AI)';
export const DEMO_MODEL_ID = 'demo/demo-model';
