import type { EngineKeeper } from './engine-keeper';
import type { ExplainHost } from './explain-host';
import type { Explanations } from './explanations';
import type { Store } from './store';
import type { SubjectKeeper } from './subject';

/** What the parts of the service work with together. */
export interface Parts {
  store: Store;
  explanations: Explanations;
  keeper: EngineKeeper;
  subject: SubjectKeeper;
  /** Absent while no mode is open. */
  host(): ExplainHost | undefined;
  /** Milliseconds. */
  now(): number;
}
