import { createContext, useContext, useSyncExternalStore } from 'react';
import type { ReadStep, StudyState } from '../../extension/study/state';
import type { StudyService } from '../../extension/study/study-service';
import type { StudyTextSource } from '../../extension/study/texts';

interface StudyContext {
  service: StudyService;
  texts: StudyTextSource;
}

export const Study = createContext<StudyContext | undefined>(undefined);

/** The service, its state and the texts, for every part of study mode. */
export function useStudy(): StudyContext & { state: StudyState; t: StudyTextSource['t'] } {
  const context = useContext(Study);
  if (!context) throw new Error('Study mode is rendered outside its root.');
  const { service, texts } = context;
  const state = useSyncExternalStore(service.subscribe, service.getState, service.getState);
  // Rendered anew when the viewer's language changes.
  useSyncExternalStore(texts.onChange, texts.language, texts.language);
  return { service, texts, state, t: texts.t };
}

/** A case as the reader counts: "Case 2 of 6". Never by its name in the study file. */
export function placeText({ reading, place, of }: ReadStep, t: StudyTextSource['t']): string {
  return reading.practice ? t('practicePlace', { place }) : t('place', { place, of });
}
