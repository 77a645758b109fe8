import type { StudyConfiguration } from './configuration';
import type { StudyHostParts } from './host';
import type { StudyService } from './study-service';

/** What study mode is started with. */
export interface StudyStart extends StudyHostParts {
  configuration: StudyConfiguration;
  /** Language of the viewer, e.g. `de`. */
  language: string;
}

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
