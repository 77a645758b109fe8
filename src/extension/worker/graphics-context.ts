import { isCardLost, watchCard } from '../../backends/card-loss';
import { Failure } from '../failure';

/**
 * Runs networks and says plainly when the GPU was taken away meanwhile.
 *
 * @throws Failure `context-lost`
 */
export async function withContext<T>(run: () => Promise<T>): Promise<T> {
  const { lost, stop } = watchCard(contextLost);
  let result: T;
  try {
    result = await Promise.race([lost, run()]);
  } catch (error) {
    throw isCardLost() ? contextLost() : error;
  } finally {
    stop();
  }
  if (isCardLost()) throw contextLost();
  return result;
}

function contextLost(): Failure {
  return new Failure(
    'context-lost',
    'The browser took the graphics context away (driver reset, sleep, or too many pages using the GPU). ' +
      'Press Explain to try the GPU again, or go on with WebAssembly, which needs no GPU.',
  );
}
