import { serveNode } from '../workers/node';
import { transfer } from '../workers/port';
import { outcomeOf, type PreparationCalls } from './preparation-team';

serveNode<PreparationCalls>({
  async prepare({ file, input }) {
    const outcome = await outcomeOf(file, input);
    return 'film' in outcome ? transfer(outcome, outcome.film.plane.buffer) : outcome;
  },
});
