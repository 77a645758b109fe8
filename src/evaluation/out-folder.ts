import path from 'node:path';
import { withLock } from '../io/lock';

/** Does work while no other evaluation writes into the folder. @throws Error at once when one does */
export async function withFolderLocked<T>(folder: string, work: () => Promise<T>): Promise<T> {
  const file = path.join(folder, 'evaluation.lock');
  const refuse = (): void => {
    throw new Error(
      `Another evaluation is writing into ${folder}. Wait for it, or give another --out. (If none runs: delete ${file}.)`,
    );
  };
  return withLock(file, refuse, work);
}
