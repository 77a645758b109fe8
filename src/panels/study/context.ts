import { createContext, useContext, useSyncExternalStore } from 'react';
import type { StudyState } from '../../extension/study/state';
import type { StudyService } from '../../extension/study/study-service';
import type { studyTexts } from './texts';

interface StudyContext {
  service: StudyService;
  texts: ReturnType<typeof studyTexts>;
}

export const Study = createContext<StudyContext | undefined>(undefined);

/** The service, its state and the texts, for every part of study mode. */
export function useStudy(): StudyContext & { state: StudyState; t: StudyContext['texts']['t'] } {
  const context = useContext(Study);
  if (!context) throw new Error('Study mode is rendered outside its root.');
  const { service, texts } = context;
  const state = useSyncExternalStore(service.subscribe, service.getState, service.getState);
  return { service, texts, state, t: texts.t };
}
