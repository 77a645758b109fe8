import type * as I18n from '../i18n';
import type * as AidWords from '../i18n/aid-words';
import type * as Words from '../i18n/words';
import type { StudyConfiguration } from './configuration';
import type { StudyHostParts } from './host';
import type { StudyService } from './study-service';

/** What study mode is started with. */
export interface StudyStart extends StudyHostParts {
  configuration: StudyConfiguration;
  /** Texts in the viewer's language; the bundle of study mode holds its own copy of that module, which knows no viewer. */
  i18n: StudyI18n;
}

/** What study mode needs of `extension/i18n`. */
export type StudyI18n = Pick<typeof I18n, 'addTexts' | 'textIn' | 'language' | 'onLanguageChange'> & {
  words: StudyWords;
};

/** What is said of an explanation, in the very words of the label on the film. */
export type StudyWords = Pick<typeof Words, 'verdictText' | 'sideText'> &
  Pick<typeof AidWords, 'aidColours' | 'aidNegative' | 'aidDoubts'>;

/** Study mode over a viewer. */
export interface RunningStudy {
  service: StudyService;
  /** Renders the form into an element of the panel. @returns what takes it away again */
  mountPanel(place: Element): () => void;
  end(): void;
}

/** The bundle of study mode, as its module exports it. */
export interface StudyModule {
  startStudy(start: StudyStart): RunningStudy;
}
