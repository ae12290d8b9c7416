'use client';

import { useTranslations } from 'next-intl';
import { useCallback } from 'react';

/** As in core's `demo-model.ts`, which brings a tokenizer along that the browser does not need. */
const DEMO_MODEL_ID = 'demo/demo-model';

/** A model as people read it. The demo model says that it is no AI wherever it appears. */
export const useModelName = (): ((model: string) => string) => {
  const t = useTranslations('executions');
  return useCallback((model) => (model === DEMO_MODEL_ID ? t('demoModel') : model), [t]);
};
